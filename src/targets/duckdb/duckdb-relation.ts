import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { ColumnType } from '../../sdk/column-types.js';
import { Relation } from '../relation.js';
import type { TableColumn } from '../target.js';
import { chunkBytes } from './chunk-bytes.js';
import { streamChunks } from './read-rows.js';
import { quoteName, quoteText, sqlType } from './sql.js';

/** Milliseconds between two tries to end a statement: one that comes before it has begun is lost. */
const INTERRUPT_MS = 20;

/** Of instants, the first and the last that rows can have; the infinities lie beyond. */
const EARLIEST = '271822-04-20 (BC) 00:00:00';
const LATEST = '275760-09-13 00:00:00';

/** Which values of a type rows cannot have, as SQL. */
const BEYOND: Readonly<Partial<Record<ColumnType, string>>> = {
  date: `NOT BETWEEN DATE '1970-01-01' - 100000000 AND DATE '1970-01-01' + 100000000`,
  timestamp: `NOT BETWEEN TIMESTAMP '${EARLIEST}' AND TIMESTAMP '${LATEST}'`,
  timestamptz: `NOT BETWEEN TIMESTAMPTZ '${EARLIEST}+00' AND TIMESTAMPTZ '${LATEST}+00'`,
  // DuckDB has the hour 24.
  time: `> TIME '23:59:59.999999'`,
};

/** One column that a relation gives. */
export interface RelationColumn {
  readonly name: string;
  readonly type: ColumnType;
  /** What stands in the SELECT. */
  readonly sql: string;
}

/** What a {@link DuckdbRelation} is made of. */
export interface DuckdbRelationOptions {
  /** In the transaction that the rows are read in; no other statement runs meanwhile. */
  readonly connection: DuckDBConnection;
  /** What stands behind FROM, with a LIMIT where there is one. */
  readonly from: string;
  readonly columns: readonly RelationColumn[];
  /** True: each row that DuckDB scans is one of the result. */
  readonly isScan: boolean;
  /** Aborted when no more rows are wanted. */
  readonly signal: AbortSignal;
}

/** The rows could not be read so. Whatever the reason is: the rows' way says it as it always does. */
export class RelationFailure extends Error {
  constructor(cause: unknown) {
    super('the relation could not be read', { cause });
  }
}

/**
 * The rows of a SELECT of DuckDB. Each comes as the rows' way would write it: of the types of the target's columns, and
 * with a {@link RelationFailure} where that way refuses a value.
 */
export class DuckdbRelation extends Relation {
  readonly #options: DuckdbRelationOptions;
  #rows: number | undefined;
  #hasFailed = false;

  constructor(options: DuckdbRelationOptions) {
    super();
    this.#options = options;
  }

  /** True: its transaction has ended, with an error. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  get rowsSoFar(): number | undefined {
    if (this.#rows !== undefined) return this.#rows;
    const { connection, isScan } = this.#options;
    return isScan ? Number(connection.progress.rows_processed) : undefined;
  }

  /** Whether every column that must have a value is among those of the relation. */
  fits(columns: readonly TableColumn[]): boolean {
    return columns.every(({ name, nullable }) => nullable || this.#find(name) !== undefined);
  }

  /**
   * Writes the rows to a Parquet file.
   *
   * @param columns those of the file; one that the relation lacks is null
   * @returns how many rows there are
   * @throws RelationFailure
   */
  async copyTo(path: string, columns: readonly TableColumn[]): Promise<number> {
    const { connection } = this.#options;
    return this.#reading(async () => {
      // The one way to learn how far a statement is; nothing is printed.
      await connection.run('SET enable_progress_bar = true');
      await connection.run('SET enable_progress_bar_print = false');
      const { rowsChanged } = await connection.run(
        `COPY (${this.#select(columns, [])}) TO ${quoteText(path)} (FORMAT parquet, COMPRESSION zstd)`,
      );
      this.#rows = rowsChanged;
      return rowsChanged;
    });
  }

  /**
   * Gives the rows as chunks of columns.
   *
   * @param columns those of the chunks; one that the relation lacks is null
   * @param own SQL of columns that come before them
   * @throws RelationFailure
   */
  async *chunks(
    columns: readonly TableColumn[],
    own: readonly string[] = [],
  ): AsyncGenerator<DuckDBDataChunk, void> {
    const chunks = streamChunks(this.#options.connection, this.#select(columns, own));
    this.#rows = 0;
    try {
      for (;;) {
        const next = await this.#reading(() => chunks.next());
        if (next.done === true) return;
        this.#rows += next.value.rowCount;
        // The memory of a chunk goes when its object is collected, and the collector knows nothing of it: chunks
        // would gather until the end. A buffer of as many bytes makes it come; nobody touches it, so the system gives no memory for it.
        new ArrayBuffer(chunkBytes(next.value));
        yield next.value;
      }
    } finally {
      await chunks.return();
    }
  }

  #find(name: string): RelationColumn | undefined {
    return this.#options.columns.find((column) => column.name === name);
  }

  #select(columns: readonly TableColumn[], own: readonly string[]): string {
    const { from, columns: given } = this.#options;
    const read = given.map(({ name, sql }) => `${sql} AS ${quoteName(name)}`).join(', ');
    const written = columns.map((column) => {
      const value = this.#find(column.name) ? held(column) : 'NULL';
      return `CAST(${value} AS ${sqlType(column.type)}) AS ${quoteName(column.name)}`;
    });
    return `SELECT ${[...own, ...written].join(', ')} FROM (SELECT ${read} FROM ${from})`;
  }

  async #reading<T>(step: () => Promise<T>): Promise<T> {
    const { connection, signal } = this.#options;
    let interrupting: NodeJS.Timeout | undefined;
    const stop = (): void => {
      interrupting = setInterval(() => connection.interrupt(), INTERRUPT_MS);
    };
    signal.addEventListener('abort', stop, { once: true });
    try {
      signal.throwIfAborted();
      return await step();
    } catch (error) {
      this.#hasFailed = true;
      throw new RelationFailure(error);
    } finally {
      signal.removeEventListener('abort', stop);
      clearInterval(interrupting);
    }
  }
}

/** A value, or an error in the place of one that the column does not take. */
function held({ name, type, nullable }: TableColumn): string {
  const value = quoteName(name);
  const beyond = type === null ? undefined : BEYOND[type];
  const refused = [
    ...(nullable ? [] : [`${value} IS NULL`]),
    ...(beyond === undefined ? [] : [`${value} ${beyond}`]),
  ];
  if (refused.length === 0) return value;
  return `CASE WHEN ${refused.join(' OR ')} THEN error('out of range') ELSE ${value} END`;
}
