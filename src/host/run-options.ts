import { inject, injectable } from 'inversify';
import type { SyncOptions } from '../sync/sync-options.js';
import { loadEnvironment } from './config/environment.js';
import type { OpenedSource } from './sources/opened-source.js';
import { Redactor } from './redactor.js';
import type { RunSpec } from './run-spec.js';
import type { Settings } from './settings.js';
import { saltVariable, syncOptionsOf } from './sync-options-of.js';
import { TOKENS } from './tokens.js';

/** Makes the options of the engine from what a run was asked for, and from the environment. */
@injectable()
export class RunOptions {
  constructor(
    @inject(TOKENS.Settings) private readonly settings: Settings,
    @inject(Redactor) private readonly redactor: Redactor,
  ) {}

  /** @throws ConfigError for options that do not read, or do not go together */
  async of(spec: RunSpec, opened: OpenedSource): Promise<SyncOptions> {
    const variable = saltVariable(spec);
    if (variable === undefined) return syncOptionsOf(spec, opened, undefined);
    const { cwd, envFile } = this.settings;
    const environment = await loadEnvironment({ pluginDir: opened.root, cwd, envFile });
    const salt = environment.get(variable);
    if (salt !== undefined) this.redactor.addSecret(salt);
    return syncOptionsOf(spec, opened, salt);
  }
}
