import { join, resolve } from 'node:path';
import type { Settings } from './settings.js';

const STATE_FOLDER = '.host';

/** Where the host keeps what outlives a run and does not lie in a target: `.host` beside plugin.json, or --state-dir. */
export function stateFolderOf(pluginRoot: string, { cwd, stateDir }: Settings): string {
  return stateDir === undefined ? join(pluginRoot, STATE_FOLDER) : resolve(cwd, stateDir);
}
