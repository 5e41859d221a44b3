import type { ColumnType } from '../../sdk/column-types.js';
import type { Emission, ReadRequest } from '../../sdk/connector.js';
import { readIncrementally } from '../../sdk/cursor/read-incrementally.js';
import type { ReadSchema, Row } from '../../sdk/schema.js';
import type { PostgresConnection } from '../../targets/postgres/postgres-connection.js';
import { readRows, readTypeOf, type ReadColumn } from '../../targets/postgres/read-rows.js';
import { quoteName, quoteText } from '../../targets/postgres/sql.js';
import { pageRowsOf } from '../cursor/page-rows.js';
import { sourceCursor } from '../cursor/source-cursor.js';
import { checkColumns } from '../known-columns.js';
import type { OpenSourceOptions } from '../source.js';
import { checkQuery, refuseRepeatedName } from './check-query.js';
import { findTable } from './find-table.js';
import type { SourceConnections } from './source-connections.js';
import { sourceError } from './source-error.js';
import { SourceConnector } from '../source-connector.js';

const PAGE = 1000;
/** Its values are numbers, though no column type of the host holds all of them. */
const ANY_NUMERIC = 'numeric';

/** What a {@link QueryConnector} reads. */
export interface QueryOptions {
  /** The database, without credentials. */
  readonly label: string;
  readonly connections: SourceConnections;
  readonly options: OpenSourceOptions;
  readonly signal: AbortSignal;
}

/** What is known once the schema was asked for. */
interface Prepared {
  readonly connection: PostgresConnection;
  /** A query that gives the rows. */
  readonly select: string;
  readonly columns: readonly ReadColumn[];
  readonly key: readonly string[];
}

/**
 * Reads a table or a query of a PostgreSQL database, in one transaction that only reads, on a connection of its own:
 * whatever others commit meanwhile, also the run itself, it sees what was there when its schema was asked for.
 */
export class QueryConnector extends SourceConnector {
  readonly #options: QueryOptions;
  readonly #onAbort: () => void;
  #prepared: Promise<Prepared> | undefined;
  #connection: PostgresConnection | undefined;
  /** True: the server works for it. */
  #isBusy = false;
  #cancelling: Promise<void> | undefined;

  constructor(options: QueryOptions) {
    super();
    this.#options = options;
    this.#onAbort = () => {
      // The server would find out by itself only when it next has something to send.
      if (this.#isBusy && this.#connection)
        this.#cancelling = options.connections.cancel(this.#connection.pid);
    };
    options.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  override async getReadSchema(): Promise<ReadSchema> {
    const { columns, key } = await this.#prepare();
    return {
      columns: columns.map(({ name, type }) => ({ name, type: type as ColumnType })),
      primaryKey: key,
      incremental: this.#options.options.cursor !== undefined,
    };
  }

  async *generateRows({ state, recordsLimit }: ReadRequest): AsyncGenerator<Emission, void> {
    const { connection, columns, key } = await this.#prepare();
    const { cursor: name } = this.#options.options;
    const column = columns.find((each) => each.name === name);
    if (column) yield* this.#readNew(column, key, { state, recordsLimit });
    else yield* this.#rows(PAGE, recordsLimit < 0 ? '' : `LIMIT ${recordsLimit}`);
    // Else its locks would be in the way of a run that now changes tables of the same database.
    await connection.close();
  }

  override async close(): Promise<void> {
    this.#options.signal.removeEventListener('abort', this.#onAbort);
    await this.#cancelling;
    // What is under way was ended, or has failed.
    await this.#prepared?.catch(() => undefined);
    await this.#connection?.close();
    this.#connection = undefined;
  }

  async *#readNew(
    { name, type, sqlType }: ReadColumn,
    key: readonly string[],
    { state, recordsLimit }: Pick<ReadRequest, 'state' | 'recordsLimit'>,
  ): AsyncGenerator<Emission, void> {
    const known = sqlType === ANY_NUMERIC ? 'decimal(38,0)' : (type as ColumnType);
    const cursor = sourceCursor({ column: name, type: known, key, state, order: 'asc' });
    // Text is compared as the host reads it; other values as they are, which an index may help with.
    const asRead = (sql: string): string => (known === 'string' ? `CAST(${sql} AS text) COLLATE "C"` : sql);
    const value = asRead(quoteName(name));
    const pageRows = pageRowsOf(PAGE, recordsLimit);
    const { lowerBound } = cursor;
    const bound =
      lowerBound === undefined ? '' : asRead(`CAST(${quoteText(String(lowerBound))} AS ${sqlType})`);
    // A row without a value comes too, so that it is an error in every run.
    const rest = bound && `WHERE ${quoteName(name)} IS NULL OR ${value} >= ${bound}`;
    yield* readIncrementally(cursor, this.#rows(pageRows, `${rest} ORDER BY ${value}`), recordsLimit);
  }

  async *#rows(batchRows: number, rest: string): AsyncGenerator<Row[], void> {
    const { connection, select, columns } = await this.#prepare();
    const batches = readRows(connection, `SELECT * FROM (${select}) AS source ${rest}`, columns, batchRows);
    try {
      for (;;) {
        const next = await this.#busy(batches.next());
        if (next.done === true) return;
        yield next.value;
      }
    } finally {
      await batches.return();
    }
  }

  #prepare(): Promise<Prepared> {
    this.#prepared ??= this.#busy(this.#begin());
    return this.#prepared;
  }

  async #begin(): Promise<Prepared> {
    const { label, connections, options, signal } = this.#options;
    const connection = await connections.open(signal);
    this.#connection = connection;
    signal.throwIfAborted();
    await connection.run('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const { select, primaryKey } = await this.#selection(connection);
    const columns = await columnsOf(connection, select);
    const names = columns.map(({ name }) => name);
    refuseRepeatedName(names);
    checkColumns(label, options, names, options.didYouMean);
    return { connection, select, columns, key: options.primaryKey ?? primaryKey };
  }

  async #selection(
    connection: PostgresConnection,
  ): Promise<{ readonly select: string; readonly primaryKey: readonly string[] }> {
    const { label, options } = this.#options;
    if (options.query !== undefined) return { select: checkQuery(options.query), primaryKey: [] };
    const { sql, primaryKey } = await findTable(connection, label, options);
    return { select: `SELECT * FROM ${sql}`, primaryKey };
  }

  /** Waits for the server. */
  async #busy<T>(step: Promise<T>): Promise<T> {
    this.#isBusy = true;
    try {
      return await step;
    } catch (error) {
      const { label, options, signal } = this.#options;
      throw signal.aborted ? signal.reason : sourceError(error, label, options.query !== undefined);
    } finally {
      this.#isBusy = false;
    }
  }
}

async function columnsOf(connection: PostgresConnection, select: string): Promise<ReadColumn[]> {
  const fields = await connection.describe(select);
  const types = await connection.query(
    `SELECT format_type(type, modifier) FROM unnest($1::oid[], $2::int4[]) WITH ORDINALITY AS f(type, modifier, n) ORDER BY n`,
    [
      fields.map(({ dataTypeID }) => String(dataTypeID)),
      fields.map(({ dataTypeModifier }) => String(dataTypeModifier)),
    ],
  );
  return fields.map(({ name }, i) => {
    const sqlType = types[i]?.[0] as string;
    return { name, sqlType, type: readTypeOf(sqlType), declared: true, nullable: true };
  });
}
