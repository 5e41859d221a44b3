import { ConfigError } from '../sdk/errors.js';
import type { TableBefore } from '../targets/target.js';
import type { SyncOptions } from './sync-options.js';

/** A table that a run is about to write. */
export interface GuardedTable {
  readonly name: string;
  readonly replaces: boolean;
  /** Empty: it is not merged by key. */
  readonly mergeKey: readonly string[];
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
  const { name, before, replaces, mergeKey } = table;
  if (!before) return;
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
  if (mergeKey.length > 0 && known.length > 0 && known.join('\0') !== mergeKey.join('\0')) {
    throw new ConfigError(
      `the primary key of table "${name}" was (${known.join(', ')}) and is (${mergeKey.join(', ')}) now`,
      { code: 'PRIMARY_KEY_CHANGED', details: { table: name } },
    );
  }
}

/**
 * Refuses to replace tables that had rows by none at all.
 * @throws ConfigError GUARD_REFUSED
 */
export function guardEmpty(
  tables: readonly {
    readonly name: string;
    readonly rows: number;
    readonly before: GuardedTable['before'];
  }[],
  { allowEmpty = false }: SyncOptions,
): void {
  if (allowEmpty || tables.some(({ rows }) => rows > 0)) return;
  const filled = tables.find(({ before }) => (before?.rows ?? 0) > 0);
  if (!filled) return;
  throw new ConfigError(
    `the source gave no rows, and the table "${filled.name}" with ${filled.before?.rows ?? 0} rows would be emptied`,
    {
      code: 'GUARD_REFUSED',
      action: 'Look at the source; where it is empty indeed, run with --allow-empty.',
      details: { table: filled.name },
    },
  );
}
