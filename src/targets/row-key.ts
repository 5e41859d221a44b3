import { createHash } from 'node:crypto';
import type { Row } from '../sdk/schema.js';
import type { WriteOperation } from '../sdk/writer/index.js';
import type { StreamPosition } from './journal/journal-line.js';
import type { SavedState } from './target.js';
import { sortedJsonText } from './values/json-text.js';
import { fieldReader } from './values/row-field.js';

/** What a run of a pipeline goes on from, as far as it names rows. */
export interface RowOrigin {
  readonly pipeline: string;
  /** Version of the saved state. */
  readonly version: number;
  /** Where the run began to read. */
  readonly start: StreamPosition;
}

/** @param journal of the run; undefined: no state is kept */
export function originOf(
  pipeline: string,
  journal: { readonly saved: SavedState; readonly start: StreamPosition } | undefined,
): RowOrigin {
  return {
    pipeline,
    version: journal?.saved.version ?? 0,
    start: journal?.start ?? { since: 0, rows: 0 },
  };
}

/** What stands for the pipeline in the names of rows of one of its partitions; undefined: it has none. */
export function partitionOrigin(pipeline: string, partition: string | undefined): string {
  return partition === undefined ? pipeline : JSON.stringify([pipeline, partition]);
}

/** A row that gets a name. */
export interface NamedRow {
  readonly table: string;
  readonly operation: WriteOperation;
  /** Number of the row in its run. */
  readonly number: number;
  /** As it is written. */
  readonly row: Row;
}

/** How rows of a table are told apart. */
export type RowNaming = 'place' | 'key';

/**
 * Names a row, so that a run that reads it again from the same state gives it the same name, whatever the sizes of its
 * batches are and whenever it commits. docs/adr/0006-names-of-rows.md says why.
 *
 * @param naming `place`: by its place in all rows that the pipeline read; `key`: by its key and the state that the run
 *   began with, for tables in which every key comes once between two commits, in whatever order
 * @param key columns of the primary key
 * @returns a SHA-256, hex
 */
export function rowKey(
  { pipeline, version, start }: RowOrigin,
  { table, operation, number, row }: NamedRow,
  naming: RowNaming,
  key: readonly string[],
): string {
  const place =
    naming === 'place'
      ? [start.since, start.rows + number]
      : [version, key.map((column) => fieldReader(column)(row) ?? null)];
  const content = sortedJsonText([pipeline, table, operation, naming, place, row]);
  return createHash('sha256')
    .update(content ?? '')
    .digest('hex');
}
