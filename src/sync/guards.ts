import { ConfigError } from '../sdk/errors.js';
import type { TableBefore } from '../targets/target.js';
import type { SyncOptions } from './sync-options.js';

/** A table that a run is about to write. */
export interface GuardedTable {
  readonly name: string;
  readonly replaces: boolean;
  /** Primary key that the connector declares; undefined: it may be another one than before. */
  readonly key: readonly string[] | undefined;
  /** Null: there is none; undefined: the target does not know. */
  readonly before: TableBefore | null | undefined;
}

/**
 * Refuses to write a table where more would be lost than is likely to be meant. Called when it is opened, before
 * anything is changed.
 *
 * @param limit rows to read at most; -1: all
 * @throws ConfigError
 */
export function guardTable(table: GuardedTable, limit: number, options: SyncOptions): void {
  const { name, before, replaces, key } = table;
  if (!before) return;
  if (before.isPartitioned === true) {
    throw new ConfigError(
      `the table "${name}" was loaded by partitions, and this run is of none${replaces ? ': it would replace them all' : ''}`,
      {
        code: 'PARTITIONING_CHANGED',
        action:
          'Run with --dimensions as before, load into another table with --table, or drop the table and load it anew.',
        details: { table: name },
      },
    );
  }
  if (replaces && before.primaryKey === null && options.adopt !== true) {
    throw new ConfigError(`the table "${name}" was not loaded by the host, and would be replaced`, {
      code: 'TABLE_NOT_OURS',
      details: { table: name },
    });
  }
  if (replaces && limit >= 0 && before.rows > limit && options.force !== true) {
    throw new ConfigError(
      `the table "${name}" has ${before.rows} rows and would be replaced by at most ${limit}`,
      {
        code: 'GUARD_REFUSED',
        action: 'Leave --limit out, load into another table with --table, or insist with --force.',
        details: { table: name },
      },
    );
  }
  const known = before.primaryKey ?? [];
  if (!replaces && key && known.length > 0 && known.join('\0') !== key.join('\0')) {
    const now = key.length === 0 ? 'there is none now' : `is (${key.join(', ')}) now`;
    throw new ConfigError(`the primary key of table "${name}" was (${known.join(', ')}) and ${now}`, {
      code: 'PRIMARY_KEY_CHANGED',
      details: { table: name },
    });
  }
}

/**
 * Refuses to remove what a read did not give, where the read is not of everything. Asked before a run begins.
 *
 * @param limit rows to read at most; -1: all
 * @throws ConfigError CLI_USAGE
 */
export function guardDeleteMissing(limit: number, { deleteMissing }: SyncOptions): void {
  if (!deleteMissing || limit < 0) return;
  throw new ConfigError('--delete-missing needs a complete read, and --limit ends it before', {
    code: 'CLI_USAGE',
    action: 'Leave one of the two out.',
  });
}

/**
 * The key that {@link guardTable} holds a table to. Who asks for rows to be added needs none, and where operations are
 * written down as rows nothing is found by key.
 */
export function heldKey(
  primaryKey: readonly string[],
  isLog: boolean,
  { mode }: SyncOptions,
): readonly string[] | undefined {
  return isLog || mode === 'append' ? undefined : primaryKey;
}

/**
 * Refuses to replace tables that had rows by none at all.
 *
 * @param rowsOfPartition rows that the partition had, of a target whose tables do not say what they have of it
 * @throws ConfigError GUARD_REFUSED
 */
export function guardEmpty(
  tables: readonly {
    readonly name: string;
    readonly rows: number;
    readonly before: GuardedTable['before'];
  }[],
  { allowEmpty = false }: SyncOptions,
  rowsOfPartition = 0,
): void {
  if (allowEmpty || tables.length === 0 || tables.some(({ rows }) => rows > 0)) return;
  const filled = tables.find(({ before }) => (before?.rows ?? 0) > 0);
  if (!filled && rowsOfPartition === 0) return;
  const what = filled
    ? `table "${filled.name}" with ${filled.before?.rows ?? 0} rows`
    : `partition with ${rowsOfPartition} rows`;
  throw new ConfigError(`the source gave no rows, and the ${what} would be emptied`, {
    code: 'GUARD_REFUSED',
    action: 'Look at the source; where it is empty indeed, run with --allow-empty.',
    ...(filled ? { details: { table: filled.name } } : {}),
  });
}
