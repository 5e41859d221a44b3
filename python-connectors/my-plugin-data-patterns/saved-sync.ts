import { ConfigError, type State } from 'connector-host';
import { TABLES, type TableName } from './tables.js';

/** The first row that is not written yet. */
export interface Position {
  readonly table: TableName;
  /** Its place among the rows of the table, from 0. */
  readonly row: number;
}

/** What a checkpoint saves. The users are not in it: the seed and their number stand for them. */
export interface SavedSync {
  /** When the users that are written were fetched: UTC, ISO 8601. */
  readonly last_synced_at: string;
  readonly seed: number;
  readonly num_users: number;
  /** Absent: every table is complete. */
  readonly next?: Position | undefined;
}

/**
 * Reads a saved state.
 *
 * @returns the sync that was interrupted; undefined where there is none, so that a new one begins
 * @throws ConfigError where another connector, or a hand, wrote the state
 */
export function readSavedSync(state: State): SavedSync | undefined {
  if (state.next === undefined) return undefined;
  if (!isInterruptedSync(state)) {
    throw new ConfigError('the saved state has a "next" that this connector did not write', {
      action: 'Run with --full-refresh, or reset the state of the pipeline.',
    });
  }
  return state;
}

function isInterruptedSync(state: State): state is State & SavedSync {
  const { last_synced_at: time, seed, num_users: users, next } = state;
  return typeof time === 'string' && isCount(seed) && isCount(users) && isPosition(next);
}

function isPosition(value: unknown): value is Position {
  if (typeof value !== 'object' || value === null) return false;
  const { table, row } = value as Record<string, unknown>;
  return TABLES.some(({ name }) => name === table) && isCount(row);
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
