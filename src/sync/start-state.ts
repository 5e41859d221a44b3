import { ConfigError } from '../sdk/errors.js';
import type { Connector } from '../sdk/connector.js';
import { parseJson } from '../sdk/parse-json.js';
import { problemText } from '../sdk/problem-text.js';
import type { Fingerprint, SavedState } from '../targets/target.js';
import { stateOf } from './offered-state.js';
import { stateText } from './state-text.js';
import type { SyncOptions } from './sync-options.js';

/**
 * The state that a run starts from, as JSON text; null: from nothing.
 *
 * @param saved what the pipeline saved with its last commit
 * @throws ConfigError PARAMS_CHANGED, STATE_NEWER, STATE_UNREADABLE
 */
export function startState(saved: SavedState, connector: Connector, options: SyncOptions): string | null {
  const { state, fingerprint, format } = saved;
  if (state === null || state === '{}') return state;
  const { stateFormat = 1, deleteMissing } = options;
  if (deleteMissing) {
    throw new ConfigError(
      '--delete-missing needs a complete read, and the pipeline goes on from a saved state',
      {
        code: 'CLI_USAGE',
        action: 'Leave --delete-missing out, or read everything anew with --full-refresh.',
      },
    );
  }
  refuseUnreadable(state);
  refuseChanged(fingerprint, options, 'a saved state');
  if (format > stateFormat) {
    throw new ConfigError(
      `the saved state is of version ${format}, and the connector knows version ${stateFormat}`,
      { code: 'STATE_NEWER' },
    );
  }
  if (format < stateFormat && connector.migrateState) {
    return stateText(connector.migrateState(stateOf(state), format));
  }
  return state;
}

/** Whoever edits the state in the database may leave anything there. */
function refuseUnreadable(text: string): void {
  let state: unknown;
  try {
    state = parseJson(text);
  } catch (error) {
    // Without the cause, which shows a part of the state.
    if (error instanceof Error && error.name === 'SyntaxError') throw unreadable('it is not JSON');
    throw error;
  }
  if (typeof state !== 'object' || state === null || Array.isArray(state))
    throw unreadable('it is not an object');
}

function unreadable(problem: string): ConfigError {
  return new ConfigError(`the saved state cannot be read: ${problem}`, { code: 'STATE_UNREADABLE' });
}

/**
 * Asked where a run compares a whole read with what an earlier one gave.
 * @throws ConfigError PARAMS_CHANGED
 */
export function guardLedger({ fingerprint }: SavedState, options: SyncOptions): void {
  const { startsFromLedger = false, fullRefresh = false } = options;
  if (startsFromLedger && !fullRefresh) refuseChanged(fingerprint, options, 'a ledger');
}

function refuseChanged(
  before: Fingerprint | null,
  { params, keepState = false }: SyncOptions,
  start: string,
): void {
  if (!params || !before || keepState) return;
  const { fingerprint: now, defaults } = params;
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  const changed = [...names].filter(
    (name) => (before[name] ?? defaults[name]) !== (now[name] ?? defaults[name]),
  );
  if (changed.length === 0) return;
  const list = problemText(changed.map((name) => `"${name}"`));
  throw new ConfigError(
    `the pipeline goes on from ${start}, but ${changed.length === 1 ? 'the parameter' : 'parameters'} ${list} changed since`,
    { code: 'PARAMS_CHANGED', details: { problems: changed } },
  );
}
