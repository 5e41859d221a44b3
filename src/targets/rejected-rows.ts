import type { Row, TableSchema } from '../sdk/schema.js';
import type { Exchange, WriteOperation } from '../sdk/writer/index.js';

/** What the source declared of a table. */
export type RejectedSchema = Pick<TableSchema, 'columns' | 'primaryKey'>;

/** A row that is kept aside instead of being written. `request`, `status` and `response`: where an endpoint refused it. */
export interface RejectedRow extends Exchange {
  readonly table: string;
  /** Number of the row in the run. */
  readonly number: number;
  /** An error code of the host, or the endpoint's own word. */
  readonly code: string;
  /** Says which column, never which value. */
  readonly reason: string;
  readonly row: Row;
  /** What was to become of the row. Default upsert: it was to be written whole. */
  readonly operation?: WriteOperation;
  /** How often it was sent. Default 1. */
  readonly attempts?: number;
  /** What the source declared of its table, for targets that do not know; absent: nothing. */
  readonly schema?: RejectedSchema;
  /** True: it was to be written down as an operation, with what it does in a column of its own. */
  readonly isLogged?: true;
  /** True: its partition was being replaced in a database, so that its key is unique within that partition alone. */
  readonly isReplacing?: true;
  /** Id that it had when it was kept aside before, which it keeps. Default: a new one. */
  readonly id?: string;
}

/** A row that is kept aside, as it is found again. */
export interface KeptRow extends RejectedRow {
  /** Unique among the rows that the target keeps aside. */
  readonly id: string;
  readonly run: string;
  readonly pipeline: string;
  /** The partition that it was read from; absent: none, or the target does not say. */
  readonly partition?: string;
  readonly operation: WriteOperation;
  readonly attempts: number;
  /** ISO text, UTC. */
  readonly rejectedAt: string;
}

/** The rows that the pipelines of one target kept aside, for `host rejected`. */
export interface RejectedStore {
  /** How many rows of a pipeline there are. */
  count(pipeline: string): Promise<number>;
  /**
   * Rows of a pipeline in the order in which they were kept, in batches.
   * @param ids only these; undefined: all
   */
  rows(pipeline: string, ids?: readonly string[]): AsyncIterable<readonly KeptRow[]>;
  /** Forgets rows. @param ids undefined: all of the pipeline @returns how many there were */
  drop(pipeline: string, ids?: readonly string[]): Promise<number>;
}
