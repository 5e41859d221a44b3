import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Emission, ReadRequest } from '../../sdk/connector.js';
import { readIncrementally } from '../../sdk/cursor/read-incrementally.js';
import type { ReadSchema, Row } from '../../sdk/schema.js';
import { DuckdbRelation } from '../../targets/duckdb/duckdb-relation.js';
import { readSelect } from '../../targets/duckdb/read-rows.js';
import { quoteName } from '../../targets/duckdb/sql.js';
import { RELATION, type Relation, type RelationSource } from '../../targets/relation.js';
import { pageRowsOf } from '../cursor/page-rows.js';
import { sourceCursor } from '../cursor/source-cursor.js';
import { checkColumns } from '../known-columns.js';
import type { SourceChoice } from '../source.js';
import { selectedColumn, type SelectedColumn } from './selected-column.js';
import { sourceError } from './source-error.js';
import { SourceConnector } from '../source-connector.js';

const PAGE = 2048;

/** What is read, as SQL. */
export interface Selection {
  /** What stands behind FROM. */
  readonly from: string;
  readonly primaryKey: readonly string[];
  /** True: each row that is scanned is one of the result. */
  readonly isScan: boolean;
}

/** What a {@link SelectConnector} reads. */
export interface SelectOptions {
  readonly instance: DuckDBInstance;
  /** The file, as the user wrote it. */
  readonly label: string;
  readonly choice: SourceChoice;
  /** True: nobody writes to it meanwhile, so that another transaction sees the same. */
  readonly isReadOnly: boolean;
  /** Says what is read; called in the transaction of the read. */
  readonly select: (connection: DuckDBConnection) => Promise<Selection>;
  readonly didYouMean: (name: string, candidates: readonly string[]) => string;
  readonly signal: AbortSignal;
}

/** What is known once the schema was asked for. */
interface Prepared {
  readonly connection: DuckDBConnection;
  readonly from: string;
  readonly isScan: boolean;
  readonly columns: readonly SelectedColumn[];
  readonly key: readonly string[];
}

/**
 * Reads what a SELECT of a DuckDB database gives, in one transaction that only reads: whatever others commit meanwhile,
 * also the run itself to the same database, it sees what was there when its schema was asked for.
 */
export class SelectConnector extends SourceConnector implements RelationSource {
  readonly #options: SelectOptions;
  readonly #interrupt: () => void;
  #prepared: Promise<Prepared> | undefined;
  #connection: DuckDBConnection | undefined;
  #relation: DuckdbRelation | undefined;

  constructor(options: SelectOptions) {
    super();
    this.#options = options;
    this.#interrupt = () => this.#connection?.interrupt();
    options.signal.addEventListener('abort', this.#interrupt, { once: true });
  }

  override async getReadSchema(): Promise<ReadSchema> {
    const { columns, key } = await this.#prepare();
    return {
      columns: columns.map(({ name, type }) => ({ name, type })),
      primaryKey: key,
      incremental: this.#options.choice.cursor !== undefined,
    };
  }

  /** JSON is written in the host's own form, and a cursor asks for the values of a column: both need rows. */
  async [RELATION](recordsLimit: number): Promise<Relation | undefined> {
    const { connection, from, isScan, columns } = await this.#prepare();
    const { choice, isReadOnly, signal } = this.#options;
    if (!isReadOnly || choice.cursor !== undefined || columns.some(({ type }) => type === 'json'))
      return undefined;
    this.#relation = new DuckdbRelation({
      connection,
      from: recordsLimit < 0 ? from : `${from} LIMIT ${recordsLimit}`,
      columns,
      // Of a limit, DuckDB scans a little more.
      isScan: isScan && recordsLimit < 0,
      signal,
    });
    return this.#relation;
  }

  async *generateRows({ state, recordsLimit }: ReadRequest): AsyncGenerator<Emission, void> {
    const { columns, key } = await this.#prepare();
    const { cursor: name } = this.#options.choice;
    const column = columns.find((each) => each.name === name);
    if (!column) {
      yield* this.#rows(PAGE, recordsLimit < 0 ? '' : `LIMIT ${recordsLimit}`);
      return;
    }
    const cursor = sourceCursor({ column: column.name, type: column.type, key, state, order: 'asc' });
    // Text is compared as the host reads it; other values as they lie there, which an index may help with.
    const value = column.type === 'string' ? column.sql : quoteName(column.name);
    const order = `ORDER BY ${value} NULLS FIRST`;
    const pageRows = pageRowsOf(PAGE, recordsLimit);
    const { lowerBound } = cursor;
    const pages =
      lowerBound === undefined
        ? this.#rows(pageRows, order)
        : // A row without a value comes too, so that it is an error in every run.
          this.#rows(
            pageRows,
            `WHERE ${value} IS NULL OR ${value} >= CAST($1 AS ${castType(column)}) ${order}`,
            [String(lowerBound)],
          );
    yield* readIncrementally(cursor, pages, recordsLimit);
  }

  override async close(): Promise<void> {
    this.#options.signal.removeEventListener('abort', this.#interrupt);
    // What is under way was interrupted, or has ended.
    await this.#prepared?.catch(() => undefined);
    this.#connection?.closeSync();
    this.#connection = undefined;
  }

  async *#rows(batchRows: number, rest: string, values?: string[]): AsyncGenerator<Row[], void> {
    const { connection, from, columns } = await this.#prepare();
    const names = columns.map(({ sql }) => sql).join(', ');
    const sql = `SELECT ${names} FROM ${from} ${rest}`;
    try {
      yield* readSelect(connection, { sql, fields: columns, batchRows, ...(values ? { values } : {}) });
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #prepare(): Promise<Prepared> {
    // The error of a statement ends its transaction.
    if (this.#relation?.hasFailed === true) {
      this.#relation = undefined;
      this.#connection?.closeSync();
      this.#prepared = undefined;
    }
    this.#prepared ??= this.#begin().catch((error: unknown) => {
      throw this.#explain(error);
    });
    return this.#prepared;
  }

  async #begin(): Promise<Prepared> {
    const { instance, select, choice, label, didYouMean, signal } = this.#options;
    signal.throwIfAborted();
    const connection = await instance.connect();
    this.#connection = connection;
    await connection.run('BEGIN TRANSACTION READ ONLY');
    const { from, primaryKey, isScan } = await select(connection);
    const statement = await connection.prepare(`SELECT * FROM ${from}`);
    const columns = Array.from({ length: statement.columnCount }, (_, i) =>
      selectedColumn(statement.columnName(i), statement.columnType(i)),
    );
    statement.destroySync();
    const names = columns.map(({ name }) => name);
    checkColumns(label, choice, names, didYouMean);
    return { connection, from, isScan, columns, key: choice.primaryKey ?? primaryKey };
  }

  #explain(error: unknown): unknown {
    const { label, choice, signal } = this.#options;
    return signal.aborted ? signal.reason : sourceError(error, label, choice.query !== undefined);
  }
}

function castType({ type, sqlType }: SelectedColumn): string {
  return type === 'string' ? 'VARCHAR' : sqlType;
}
