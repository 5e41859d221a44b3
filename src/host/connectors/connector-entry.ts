import type { HostError } from '../../sdk/errors.js';
import type { ConnectorManifest, PartitioningMode } from '../../sdk/manifest.js';
import type { Plugin } from '../plugins/plugin.js';

/** One connector's folder as a scan finds it, before its code is loaded. */
export interface ConnectorEntry {
  /** Name of the folder: what `host run` takes. */
  readonly id: string;
  /** Absolute path of the folder. */
  readonly folder: string;
  readonly plugin: Plugin;
  /** Empty when connector.json cannot be used. */
  readonly manifest: ConnectorManifest;
  /** Absolute path of connector.ts, .js or .mjs; null: there is none, or only a connector.py. */
  readonly file: string | null;
  readonly language: 'typescript' | 'javascript' | 'python' | null;
  /** Why the connector cannot run. */
  readonly error?: HostError;
  readonly warnings: readonly string[];
}

/** The manifest's capabilities with the defaults filled in. */
export function capabilitiesOf(manifest: ConnectorManifest): {
  readonly readable: boolean;
  readonly writable: boolean;
  readonly canCountRecords: boolean;
  readonly supportAppend: boolean;
  readonly partitioningMode: PartitioningMode;
} {
  return {
    readable: manifest.readable ?? true,
    writable: manifest.writable ?? false,
    canCountRecords: manifest.canCountRecords ?? false,
    supportAppend: manifest.supportAppend ?? false,
    partitioningMode: manifest.partitioningMode ?? 'NOT_PARTITIONABLE',
  };
}

/** `my-plugin-rest-api` of the plugin `my-plugin` is the table `rest_api`. */
export function defaultTableOf({ id, plugin }: Pick<ConnectorEntry, 'id' | 'plugin'>): string {
  const prefix = plugin.manifest?.id ?? '';
  const hasPrefix = prefix !== '' && (id.startsWith(`${prefix}-`) || id.startsWith(`${prefix}_`));
  return (hasPrefix ? id.slice(prefix.length + 1) : id).replaceAll('-', '_');
}
