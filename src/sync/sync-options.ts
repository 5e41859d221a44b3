import type { DeleteMode, Fingerprint, WriteMode } from '../targets/target.js';
import type { ShapeOptions } from './shape/shape-options.js';

/**
 * What becomes of tables, columns and types that are new: they are taken, the run ends, the value is left out, or the
 * row is kept aside.
 */
export type SchemaContract = 'evolve' | 'freeze' | 'discard' | 'discard-row';

/** When a commit is due: so many seconds or rows after the last one, whichever comes first. */
export interface CommitInterval {
  readonly seconds: number;
  readonly rows: number;
}

/** Bad rows are kept aside, so many of them; one more ends the run. */
export interface BadRowPolicy {
  /** Default: all. */
  readonly maxRows?: number | undefined;
  /** Share of the rows read, judged from 1,000 rows on and at the end. Default: all. */
  readonly maxShare?: number | undefined;
}

/** What differs for one table from the rest of the run. */
export interface TableOptions {
  /** A table is replaced as a whole with all others, or not at all, since their state is one. */
  readonly mode?: 'append' | 'merge' | undefined;
  /** In the place of the declared key. */
  readonly primaryKey?: readonly string[] | undefined;
  /** Whole rows are added as they are, also where the target writes operations down. */
  readonly asRows?: boolean | undefined;
}

/** The parameters of a connector as a run sees them. */
export interface ParamsOfRun {
  /** Hash of each value that decides which rows come. */
  readonly fingerprint: Fingerprint;
  /** The same of the default values, for a parameter that one side lacks. */
  readonly defaults: Fingerprint;
}

/** How a run is done; every field has a default. The command line's options of the same names. */
export interface SyncOptions {
  /** Default: what fits the connector; docs/reference/operations.md has the table. */
  readonly mode?: WriteMode | undefined;
  /** By the names that the source has for its tables. */
  readonly perTable?: Readonly<Record<string, TableOptions>> | undefined;
  /** What differs from an earlier run is found in a whole read, so that parameters must be what they were. */
  readonly startsFromLedger?: boolean | undefined;
  /** Reads everything anew and replaces every table. */
  readonly fullRefresh?: boolean | undefined;
  /** Goes on from the saved state although parameters changed. */
  readonly keepState?: boolean | undefined;
  readonly params?: ParamsOfRun | undefined;
  /** `stateVersion` of the connector's manifest. Default 1. */
  readonly stateFormat?: number | undefined;
  /** Default 5 s or 500,000 rows. Zeros: each checkpoint. */
  readonly commitEvery?: CommitInterval | undefined;
  /** Reads that may follow a passing fault of the source without a commit in between. Default 0. */
  readonly retries?: number | undefined;
  /** Default hard. */
  readonly deletes?: DeleteMode | undefined;
  /** Replaces a table that the host did not load. */
  readonly adopt?: boolean | undefined;
  /** Overwrites a table by fewer rows than it has because of the limit. */
  readonly force?: boolean | undefined;
  /** Empties tables when the source gave no rows. */
  readonly allowEmpty?: boolean | undefined;
  /** Which tables and columns are written, under which names, and what becomes of nested values. */
  readonly shape?: ShapeOptions | undefined;
  /** What becomes of tables, columns and types that are new. Default evolve. */
  readonly contract?: SchemaContract | undefined;
  /** What becomes of rows that do not convert, or that the target refuses. Default: the first one ends the run. */
  readonly badRows?: BadRowPolicy | undefined;
  /** Adds the columns `_run_id` and `_loaded_at` to every row. */
  readonly auditColumns?: boolean | undefined;
  /** Removes rows that a complete read did not give; the largest share of a table that may go. */
  readonly deleteMissing?: { readonly maxShare: number } | undefined;
}

/** Where nobody says otherwise. */
export const DEFAULT_COMMIT_INTERVAL: CommitInterval = { seconds: 5, rows: 500_000 };
