import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Files by their path in a folder. An object is written as JSON. */
export type Files = Readonly<Record<string, string | Uint8Array | object>>;

/** What one connector's folder of a temporary plugin holds. */
export interface TempConnector {
  readonly manifest?: object;
  /** Text of connector.ts. */
  readonly code: string;
}

/** A plugin.json, and a folder with a manifest and a connector.ts for each connector. */
export function pluginFiles(
  id: string,
  connectors: Readonly<Record<string, TempConnector>>,
  params: readonly object[] = [],
): Files {
  const files: Record<string, string | object> = { 'plugin.json': { id, version: '1.0.0', params } };
  for (const [name, { manifest = {}, code }] of Object.entries(connectors)) {
    files[`python-connectors/${name}/connector.json`] = manifest;
    files[`python-connectors/${name}/connector.ts`] = code;
  }
  return files;
}

/** The text of a connector.ts whose class has these members. */
export function connectorCode(members: string): string {
  return `import { Connector } from 'connector-host';\n\nexport default class extends Connector {\n${members}\n}\n`;
}

/** Does something in a new folder outside the repository, which is removed afterwards. */
export async function inTempFolder<T>(files: Files, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'connector-host-test-')));
  try {
    await writeFiles(folder, files);
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export async function writeFiles(folder: string, files: Files): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    const isText = typeof content === 'string' || content instanceof Uint8Array;
    await writeFile(file, isText ? content : JSON.stringify(content, null, 2));
  }
}

/** Every file below a folder with its content in latin1, which keeps each byte. */
export async function readFiles(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files: Record<string, string> = {};
  for (const entry of entries.filter((found) => found.isFile())) {
    const path = join(entry.parentPath, entry.name);
    files[path.slice(folder.length + 1)] = await readFile(path, 'latin1');
  }
  return files;
}
