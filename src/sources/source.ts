import type { Connector } from '../sdk/connector.js';
import type { LockWait } from '../targets/duckdb/when-free.js';

/** What is read of a file or database. */
export interface SourceChoice {
  /** The table of a database. */
  readonly fromTable?: string | undefined;
  /** A SELECT that is read instead of a table. */
  readonly query?: string | undefined;
  /** Column by which a run goes on where the last one ended. */
  readonly cursor?: string | undefined;
  /** Columns that identify a row. Default: those of the database. */
  readonly primaryKey?: readonly string[] | undefined;
}

/** What opening a source needs besides its text. */
export interface OpenSourceOptions extends SourceChoice {
  /** Folder that relative paths start from. */
  readonly cwd: string;
  /** True: the run writes to the same database. */
  readonly isTarget?: boolean | undefined;
  /** Schema in which the tables of a server are looked for first. Default: those of its search path. */
  readonly schema?: string | undefined;
  /** How long to wait for a database that another process holds. Default: not at all. */
  readonly wait?: LockWait | undefined;
  /** ` (did you mean "x"?)`, to be put behind a name that is not among the candidates. */
  readonly didYouMean: (name: string, candidates: readonly string[]) => string;
}

/** A file or database that was found, and can be read as a connector's dataset is. */
export interface Source {
  /** How messages name it: `file "rows.csv"`. */
  readonly label: string;
  /** What names of pipelines begin with: the file's name without its ending, or the name of a server's database. */
  readonly id: string;
  /** Absolute path of the file; undefined: it is a database of a server. */
  readonly path?: string | undefined;
  /** URL of a server's database, without credentials. */
  readonly address?: string | undefined;
  /** Table of the target where nobody says otherwise. */
  readonly defaultTable: string;
  /**
   * Makes a fresh instance for one read, which sees the source as it is when its schema is asked for.
   * @param signal aborted when no more rows are wanted
   */
  create(signal: AbortSignal): Connector;
  /** Called once, after every instance was closed. */
  close?(): Promise<void>;
}

/** Version of the state that a read with a cursor saves. */
export const SOURCE_STATE_FORMAT = 1;
