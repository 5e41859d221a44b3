import type { Partitioning } from '../sdk/partitioning.js';
import type { ShapeTexts } from '../sync/shape/parse-shape-options.js';
import type { BadRowPolicy, CommitInterval, SchemaContract, TableOptions } from '../sync/sync-options.js';
import type { OutputFormat } from '../targets/open-target.js';
import type { DeleteMode, WriteMode } from '../targets/target.js';

/** Where the values of a connector's parameters come from; later ones win. */
export interface ConfigSpec {
  /** Values that a pipeline file has itself. */
  readonly params?: Readonly<Record<string, unknown>> | undefined;
  /** The file that has `params`, for messages. */
  readonly paramsFrom?: string | undefined;
  /** A JSON or YAML file, relative to the working directory. */
  readonly configFile?: string | undefined;
  /** `name=value` texts, read by each parameter's type. */
  readonly sets?: readonly string[] | undefined;
}

/** Where a run writes, and how its target is opened. */
export interface TargetSpec {
  /** The target's text: `-`, a file, or the id of a writable connector. Default: warehouse.duckdb. */
  readonly to?: string | undefined;
  /** Config of the target, where it is a connector. */
  readonly toConfig?: ConfigSpec | undefined;
  /** How rows look on stdout and in the files of a folder. */
  readonly format?: OutputFormat | undefined;
  /** Longest time to wait for a database that another process holds, in seconds. Default 0. */
  readonly lockTimeout?: number | undefined;
  /**
   * Schema of a database that has schemas: a target has its tables and the host's bookkeeping there (default `public`),
   * a source is looked through from there on (default: its search path).
   */
  readonly pgSchema?: string | undefined;
}

/** What a run reads. */
export interface SourceSpec extends ConfigSpec {
  /** A path or URL of a file or database, or the id of a connector. */
  readonly source: string;
  /** The table of a database that is read. Default: that of `table`. */
  readonly fromTable?: string | undefined;
  /** A SELECT that is read instead of a table. */
  readonly query?: string | undefined;
  /** Column of a file or database by which a run goes on where the last one ended. */
  readonly cursor?: string | undefined;
  /** Columns that identify a row of a file or database. Default: those of the database. */
  readonly primaryKey?: readonly string[] | undefined;
}

/** A mode of the target, or `mirror`: only what differs from what the endpoint has accepted is sent. */
export type RunMode = WriteMode | 'mirror';

/** Everything that defines one run. The command line, pipeline files and (later) HTTP fill it. */
export interface RunSpec extends SourceSpec, TargetSpec {
  /** Name that state, history and lock hang on. Default: made of the connector and its table. */
  readonly name?: string | undefined;
  /** The target's table. Default: the connector's id without its plugin's prefix. */
  readonly table?: string | undefined;
  /** Rows to read at most, at least 1. Default: all. */
  readonly limit?: number | undefined;
  /** Which partitions are read, as docs/reference/partition-spec.md says. Default: all, where the connector can list them. */
  readonly partition?: string | undefined;
  /** The dimensions of a connector whose user defines them. */
  readonly dimensions?: Partitioning['dimensions'] | undefined;
  /** Partitions that are read at once. Default 4; with a limit 1. */
  readonly concurrency?: number | undefined;
  /** The first partition that fails stops the others. */
  readonly failFast?: boolean | undefined;
  /** Reads those partitions of the last run that did not complete, in the place of `partition`. */
  readonly resume?: boolean | undefined;
  /** The instant that keywords of `partition` stand for, ISO text. Default: when the run starts. */
  readonly now?: string | undefined;
  /** Removes partitions from the target that the connector does not list any more. */
  readonly prune?: boolean | undefined;
  /** Default: what fits the connector. */
  readonly mode?: RunMode | undefined;
  /** Which tables and columns, under which names, and what becomes of nested values. */
  readonly shape?: Omit<ShapeTexts, 'hashSalt'> | undefined;
  /** What differs for one table of a source that has several. */
  readonly perTable?: Readonly<Record<string, TableOptions>> | undefined;
  /** What becomes of rows that are deleted. Default hard. */
  readonly deletes?: DeleteMode | undefined;
  /** Removes rows that a complete read did not give; the largest share of a table that may go. */
  readonly deleteMissing?: { readonly maxShare: number } | undefined;
  /** The largest share of the ledger that --mode mirror may remove. Default 0.1. */
  readonly maxDelete?: number | undefined;
  /** What becomes of rows that do not convert or that an endpoint refuses. Default, and null: the first one ends the run. */
  readonly badRows?: BadRowPolicy | null | undefined;
  /** What becomes of tables, columns and types that are new. Default evolve. */
  readonly contract?: SchemaContract | undefined;
  /** Adds the columns `_run_id` and `_loaded_at`. */
  readonly auditColumns?: boolean | undefined;
  /** Reads everything anew and replaces every table. */
  readonly fullRefresh?: boolean | undefined;
  /** Goes on from the saved state although parameters changed. */
  readonly keepState?: boolean | undefined;
  /** Takes over what the host did not load, or what somebody else changed. */
  readonly adopt?: boolean | undefined;
  /** Overwrites a table by fewer rows than it has because of the limit. */
  readonly force?: boolean | undefined;
  /** Empties tables when the source gave no rows. */
  readonly allowEmpty?: boolean | undefined;
  /** Default 5 s or 500,000 rows. */
  readonly commitEvery?: CommitInterval | undefined;
  /** Reads that may follow a passing fault of the source without a commit in between. Default 3. */
  readonly retries?: number | undefined;
}
