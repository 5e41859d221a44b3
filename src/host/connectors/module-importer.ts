import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Imports a connector's file, whatever its language and wherever it lies. */
export type ModuleImporter = (file: string) => Promise<unknown>;

/** What the host lends every connector's folder: its own package always, the others where the folder has none. */
const OWN_MODULES: Readonly<Record<string, string>> = {
  'connector-host': '../../index.js',
  'connector-host/testing': '../../testing/index.js',
};
const LENT_MODULES = ['axios', 'ajv', 'csv-stringify', 'csv-stringify/sync', '@faker-js/faker'];

const hostRequire = createRequire(import.meta.url);

/**
 * Imports by jiti: TypeScript and JavaScript, without a build, and without a node_modules beside the file. A package
 * that the connector's folder brings itself wins over the lent one.
 */
export const importWithJiti: ModuleImporter = async (file) => {
  const { createJiti } = await import('jiti');
  const jiti = createJiti(import.meta.url, {
    virtualModules: lentTo(file),
    // The default doubles the time of a hot loop.
    interopDefault: false,
    sourceMaps: true,
    fsCache: join(cacheFolder(), 'jiti'),
  });
  return jiti.import(file);
};

/** Modules as getters, so that only what is imported is loaded. */
function lentTo(file: string): Record<string, unknown> {
  const pluginRequire = createRequire(file);
  const modules: Record<string, unknown> = {};
  for (const [name, path] of Object.entries(OWN_MODULES)) {
    lend(modules, name, fileURLToPath(new URL(path, import.meta.url)));
  }
  for (const name of LENT_MODULES) {
    if (!canResolve(pluginRequire, name)) lend(modules, name, name);
  }
  return modules;
}

function lend(modules: Record<string, unknown>, name: string, path: string): void {
  Object.defineProperty(modules, name, { enumerable: true, get: () => hostRequire(path) as unknown });
}

function canResolve(from: NodeJS.Require, name: string): boolean {
  try {
    from.resolve(name);
    return true;
  } catch {
    return false;
  }
}

/** A folder of the user's own: in a shared one another user could put code in our way. An empty variable counts as none. */
function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'connector-host');
}
