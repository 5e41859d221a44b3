import { existsSync, statSync } from 'node:fs';
import { readdir, realpath } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigError } from '../../sdk/errors.js';
import { readPluginManifest } from '../manifest/read-manifest.js';
import type { Plugin } from './plugin.js';

/** Folder of a plugin that has one folder for each connector. */
export const CONNECTORS_FOLDER = 'python-connectors';
const PLUGIN_FILE = 'plugin.json';
/** How deep below a named folder a plugin is looked for, as in a repository that holds several. */
const MAX_DEPTH = 3;
const NOT_ENTERED = new Set(['node_modules', 'dist', 'test', 'tests', CONNECTORS_FOLDER]);

/**
 * Finds the plugins of a command.
 *
 * @param named the folders given by --plugin, relative to `cwd`. Each is a plugin, a repository that holds plugins, a
 *   folder of connector folders, or one connector's folder. Empty: the nearest plugin.json upwards from `cwd`, else
 *   `cwd` itself.
 * @throws ConfigError PLUGIN_NOT_FOUND
 */
export async function findPlugins(cwd: string, named: readonly string[]): Promise<Plugin[]> {
  const found: Plugin[] = [];
  for (const name of named) {
    const plugins = await pluginsAt(resolve(cwd, name));
    if (plugins.length === 0)
      throw notFound(`--plugin ${name}: there is no plugin and no connector in that folder`);
    found.push(...plugins);
  }
  if (named.length === 0) {
    const above = findUpwards(cwd);
    found.push(...(above === undefined ? await pluginsAt(cwd) : [await openPlugin(above)]));
    if (found.length === 0)
      throw notFound(`there is no ${PLUGIN_FILE} in ${cwd} or above it, and no connector in it`);
  }
  return withoutRepeats(found);
}

/**
 * The folder that a file belongs to which is no part of a plugin: that of the first --plugin, else of the nearest
 * plugin.json upwards, else the working directory.
 */
export function pluginRootOf(cwd: string, named: readonly string[]): string {
  const from = named[0] === undefined ? cwd : resolve(cwd, named[0]);
  return findUpwards(from) ?? cwd;
}

/** The plugins that a folder is, has, or belongs to; none: it has nothing to do with connectors. */
async function pluginsAt(folder: string): Promise<Plugin[]> {
  if (!isFolder(folder)) return [];
  if (existsSync(join(folder, PLUGIN_FILE))) return [await openPlugin(folder)];
  if (basename(folder) === CONNECTORS_FOLDER && existsSync(join(dirname(folder), PLUGIN_FILE)))
    return [await openPlugin(dirname(folder))];
  if (isConnectorFolder(folder)) {
    const root = findUpwards(folder);
    if (root === undefined) return [{ root: dirname(folder), manifest: null, connectorFolders: [folder] }];
    return [{ ...(await openPlugin(root)), connectorFolders: [folder] }];
  }
  const below = await pluginsBelow(folder);
  if (below.length > 0) return below;
  const connectorFolders = await connectorFoldersOf(folder);
  return connectorFolders.length > 0 ? [{ root: folder, manifest: null, connectorFolders }] : [];
}

async function openPlugin(root: string): Promise<Plugin> {
  const connectorFolders = await connectorFoldersOf(root);
  const file = join(root, PLUGIN_FILE);
  const result = await readPluginManifest(file);
  if ('manifest' in result) return { root, manifest: result.manifest, connectorFolders };
  const { problems, line, columnNumber } = result;
  const error = new ConfigError(`${file}: ${problems.join('; ')}`, {
    code: 'PLUGIN_MANIFEST_INVALID',
    details: {
      file,
      problems,
      ...(line === undefined ? {} : { line }),
      ...(columnNumber === undefined ? {} : { columnNumber }),
    },
  });
  return { root, manifest: null, connectorFolders, error };
}

function notFound(message: string): ConfigError {
  return new ConfigError(message, { code: 'PLUGIN_NOT_FOUND' });
}

/** The folders of connectors directly in a folder or in its python-connectors, in the order of their names. */
async function connectorFoldersOf(folder: string): Promise<string[]> {
  const parents = [join(folder, CONNECTORS_FOLDER), folder];
  for (const parent of parents) {
    if (!existsSync(parent)) continue;
    const folders = (await subfolders(parent)).filter(isConnectorFolder);
    if (folders.length > 0) return folders;
  }
  return [];
}

/** The nearest come first, so that a plugin which links reach in several ways has its shortest path. */
async function pluginsBelow(folder: string, depth = 1): Promise<Plugin[]> {
  const children = await subfolders(folder);
  const isPlugin = (child: string): boolean => existsSync(join(child, PLUGIN_FILE));
  const found: Plugin[] = [];
  for (const child of children.filter(isPlugin)) found.push(await openPlugin(child));
  if (depth === MAX_DEPTH) return found;
  for (const child of children) if (!isPlugin(child)) found.push(...(await pluginsBelow(child, depth + 1)));
  return found;
}

function findUpwards(from: string): string | undefined {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, PLUGIN_FILE))) return folder;
    if (folder === dirname(folder)) return undefined;
  }
}

/** What may not be read, or went since its parent was read, holds no plugin of this user's. */
async function subfolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if (isForbidden(error) || hasGone(error)) return [];
    throw error;
  });
  return entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .filter((entry) => !entry.name.startsWith('.') && !NOT_ENTERED.has(entry.name))
    .map((entry) => join(folder, entry.name))
    .filter(isFolder)
    .sort();
}

/** Links count as what they lead to. */
function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch (error) {
    if (isForbidden(error)) return false;
    throw error;
  }
}

function isForbidden(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'EACCES' || code === 'EPERM' || code === 'ELOOP';
}

function hasGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

function isConnectorFolder(folder: string): boolean {
  return ['connector.json', 'connector.ts', 'connector.js', 'connector.mjs', 'connector.py'].some((file) =>
    existsSync(join(folder, file)),
  );
}

/** Undefined: it is not there any more. */
async function placeOf(folder: string): Promise<string | undefined> {
  return realpath(folder).catch((error: unknown) => {
    if (hasGone(error)) return undefined;
    throw error;
  });
}

/** A place that was named twice, also by a link to it, counts once. */
async function withoutRepeats(plugins: readonly Plugin[]): Promise<Plugin[]> {
  const byRoot = new Map<string, { plugin: Plugin; connectorFolders: Map<string, string> }>();
  for (const plugin of plugins) {
    const root = await placeOf(plugin.root);
    // It went since it was found.
    if (root === undefined) continue;
    const known = byRoot.get(root) ?? { plugin, connectorFolders: new Map<string, string>() };
    byRoot.set(root, known);
    for (const folder of plugin.connectorFolders) {
      // Two links of different names to one connector are two connectors, so only the folder above is resolved.
      const parent = await placeOf(dirname(folder));
      if (parent === undefined) continue;
      const place = join(parent, basename(folder));
      if (!known.connectorFolders.has(place)) known.connectorFolders.set(place, folder);
    }
  }
  return [...byRoot.values()].map(({ plugin, connectorFolders }) => ({
    ...plugin,
    connectorFolders: [...connectorFolders.values()],
  }));
}
