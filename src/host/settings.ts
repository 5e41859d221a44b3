import type { Writable } from 'node:stream';
import type { Logger } from '../sdk/logger.js';
import type { ModuleImporter } from './connectors/module-importer.js';

/** What the command line (or whoever embeds the host) decides once for all services. */
export interface Settings {
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** Folders of --plugin; empty: the nearest plugin. */
  readonly pluginFolders: readonly string[];
  /** File of --env-file. */
  readonly envFile?: string | undefined;
  /** Folder of --state-dir, relative to `cwd`. Default: `.host` beside plugin.json. */
  readonly stateDir?: string | undefined;
  /** Where the target `-` writes rows. */
  readonly stdout: Writable;
  /** Takes what connectors and the host say, already redacted. */
  readonly logger: Logger;
  /** Imports connectors' files; default: jiti. */
  readonly importModule?: ModuleImporter | undefined;
}
