import type { HostError } from '../../sdk/errors.js';
import type { PluginManifest } from '../../sdk/manifest.js';

/** A folder of connectors. */
export interface Plugin {
  /** Absolute path of the folder that has plugin.json, or of the folder that was named in its place. */
  readonly root: string;
  /** Null: there is no plugin.json, so connector names follow no rule. */
  readonly manifest: PluginManifest | null;
  /** The folders to look for connectors in. */
  readonly connectorFolders: readonly string[];
  /** Why plugin.json cannot be used. Its connectors are then listed without the naming rule. */
  readonly error?: HostError;
}
