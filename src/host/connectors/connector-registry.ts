import { basename, join } from 'node:path';
import { ConfigError, ConnectorError } from '../../sdk/errors.js';
import { findPlugins } from '../plugins/find-plugins.js';
import type { Plugin } from '../plugins/plugin.js';
import { didYouMean } from '../suggest.js';
import type { ConnectorEntry } from './connector-entry.js';
import { readConnectorFolder } from './read-connector-folder.js';

/** What a scan found. */
export interface Scan {
  readonly plugins: readonly Plugin[];
  /** All connectors, good and broken, in the order of plugins and names. */
  readonly connectors: readonly ConnectorEntry[];
}

/** Knows the connectors of the plugins at hand. The folders are scanned once, when first asked. */
export class ConnectorRegistry {
  readonly #cwd: string;
  readonly #pluginFolders: readonly string[];
  #scan: Promise<Scan> | undefined;

  /** @param pluginFolders the folders given by --plugin; empty: the nearest plugin */
  constructor(cwd: string, pluginFolders: readonly string[]) {
    this.#cwd = cwd;
    this.#pluginFolders = pluginFolders;
  }

  /** @throws ConfigError PLUGIN_NOT_FOUND */
  scan(): Promise<Scan> {
    this.#scan ??= this.#read();
    return this.#scan;
  }

  /**
   * The connector of an id, broken or not.
   * @throws ConfigError CONNECTOR_NOT_FOUND, with the nearest name
   */
  async find(id: string): Promise<ConnectorEntry> {
    const { connectors } = await this.scan();
    const [entry, twin] = connectors.filter((connector) => connector.id === id);
    if (!entry) {
      const hint = didYouMean(
        id,
        connectors.map((connector) => connector.id),
      );
      throw new ConfigError(`there is no connector "${id}"${hint}`, { code: 'CONNECTOR_NOT_FOUND' });
    }
    if (twin) {
      throw new ConfigError(`two plugins have a connector "${id}": ${entry.folder} and ${twin.folder}`, {
        code: 'CONNECTOR_NOT_FOUND',
        action: 'Name the one folder with --plugin.',
      });
    }
    return entry;
  }

  async #read(): Promise<Scan> {
    const plugins = await findPlugins(this.#cwd, this.#pluginFolders);
    const connectors: ConnectorEntry[] = [];
    for (const plugin of plugins) {
      for (const folder of plugin.connectorFolders)
        connectors.push(
          await readConnectorFolder(folder, plugin).catch((error: unknown) =>
            unreadableEntry(folder, plugin, error),
          ),
        );
    }
    return { plugins, connectors };
  }
}

/** The entry of a folder whose reading failed, so that it does not hide the others. */
function unreadableEntry(folder: string, plugin: Plugin, cause: unknown): ConnectorEntry {
  const id = basename(folder);
  const file = join(folder, 'connector.json');
  const reason = cause instanceof Error ? cause.message : String(cause);
  const error = new ConnectorError(`${file} cannot be used: ${reason}`, {
    code: 'CONNECTOR_MANIFEST_INVALID',
    cause,
    details: { connector: id, file },
  });
  return { id, folder, plugin, manifest: {}, file: null, language: null, warnings: [], error };
}
