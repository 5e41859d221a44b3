import { createReadStream, existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { isHostError } from '../../sdk/errors.js';
import { DirectTable } from '../duckdb/direct-table.js';
import { duckdbError } from '../duckdb/duckdb-error.js';
import { DuckdbRelation, RelationFailure } from '../duckdb/duckdb-relation.js';
import { quoteName, quoteText } from '../duckdb/sql.js';
import type { FileTable } from '../files/file-table.js';
import type { OutputFile } from '../files/output-file.js';
import { killPoint } from '../kill-point.js';
import type { Relation } from '../relation.js';
import type { RowBatch, SchemaChange, TableColumn, TableRequest } from '../target.js';
import type { ParquetStage } from './parquet-stage.js';
import { columnsOfFile, copyRowsBefore, fileRows } from './rows-before.js';

const CHUNK = 1024 * 1024;

/**
 * A table in a Parquet file. A column has one type in all of the file, and the file says at its end where each column
 * is: so the rows gather in a temporary database until the commit, and are written then. Rows that are added to a
 * file gather behind those that it has.
 */
export class ParquetTable implements FileTable {
  readonly existing: readonly TableColumn[] | null;
  readonly #file: OutputFile;
  readonly #request: TableRequest;
  /** Of the file, for errors. */
  readonly #path: string;
  readonly #stage: ParquetStage;
  readonly #connection: DuckDBConnection;
  readonly #table: DirectTable;
  readonly #tableName: string;
  readonly #stagedFile: string;
  #rows = 0;
  /** True: the rows lie in the staged file already. */
  #isCopied = false;

  private constructor(
    file: OutputFile,
    request: TableRequest,
    path: string,
    stage: ParquetStage,
    connection: DuckDBConnection,
    existing: readonly TableColumn[] | null,
  ) {
    const { table, file: stagedFile } = stage.next();
    this.existing = existing;
    this.#file = file;
    this.#request = request;
    this.#path = path;
    this.#stage = stage;
    this.#connection = connection;
    this.#tableName = table;
    this.#stagedFile = stagedFile;
    this.#table = new DirectTable({
      connection,
      name: request.name,
      physicalName: table,
      columns: existing ?? request.columns,
      before: null,
    });
  }

  static async open(
    file: OutputFile,
    request: TableRequest,
    path: string,
    stage: ParquetStage,
  ): Promise<ParquetTable> {
    const connection = await stage.connect();
    // What is added to a file that is there goes into one that takes its place.
    const isAdded = request.mode === 'append' && existsSync(path);
    const existing = isAdded ? await columnsOfFile(connection, path, request) : null;
    const table = new ParquetTable(file, request, path, stage, connection, existing);
    await table.#guard(() => table.#table.create());
    if (isAdded) await table.#guard(() => copyRowsBefore(connection, path, table.#tableName));
    return table;
  }

  async alter(change: SchemaChange): Promise<void> {
    await this.#guard(() => this.#table.alter(change));
  }

  async write(batch: RowBatch): Promise<void> {
    await this.#guard(() => this.#table.write(batch));
    this.#rows += batch.rows.length;
  }

  async take(relation: Relation): Promise<number | undefined> {
    const { columns } = this.#table;
    if (!(relation instanceof DuckdbRelation) || !relation.fits(columns)) return undefined;
    killPoint('parquet.before-copy');
    try {
      this.#rows = await relation.copyTo(this.#stagedFile, columns);
    } catch (error) {
      if (!(error instanceof RelationFailure)) throw error;
      await rm(this.#stagedFile, { force: true });
      return undefined;
    }
    killPoint('parquet.after-copy');
    this.#isCopied = true;
    return this.#rows;
  }

  integersAreExact(column: string): Promise<boolean> {
    return this.#guard(() => this.#table.integersAreExact(column));
  }

  /** Nobody needs a part without rows; a file that replaces another one is written all the same. */
  async finish(): Promise<boolean> {
    if (this.#table.columns.length === 0) return false;
    if (this.#request.mode === 'append' && this.#rows === 0) return false;
    await this.#guard(() => (this.#isCopied ? this.#pour() : this.#copyTable()));
    return true;
  }

  /** With the columns that it had: a Parquet file cannot be without any. */
  async finishEmpty(): Promise<void> {
    await this.#guard(() => this.#copy(`(FROM ${fileRows(this.#path)} LIMIT 0)`));
  }

  /** Rows that were not committed go: tables of others may still gather in the same database. */
  async release(): Promise<void> {
    this.#table.discard();
    try {
      await this.#connection.run(`DROP TABLE IF EXISTS ${quoteName(this.#tableName)}`);
      await rm(this.#stagedFile, { force: true });
    } finally {
      this.#stage.disconnect(this.#connection);
    }
  }

  async #copyTable(): Promise<void> {
    this.#table.flush();
    await this.#copy(quoteName(this.#tableName));
    await this.#connection.run(`DROP TABLE ${quoteName(this.#tableName)}`);
  }

  /** @param from a table or a SELECT in parentheses */
  async #copy(from: string): Promise<void> {
    killPoint('parquet.before-copy');
    await this.#connection.run(
      `COPY ${from} TO ${quoteText(this.#stagedFile)} (FORMAT parquet, COMPRESSION zstd)`,
    );
    killPoint('parquet.after-copy');
    await this.#pour();
  }

  async #pour(): Promise<void> {
    for await (const bytes of createReadStream(this.#stagedFile, { highWaterMark: CHUNK })) {
      await this.#file.write(bytes as Buffer);
    }
    killPoint('parquet.after-poured');
    await rm(this.#stagedFile);
  }

  async #guard<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      // Failures of the file system are named by whoever knows the file.
      if (isHostError(error) || (error as NodeJS.ErrnoException).code !== undefined) throw error;
      throw duckdbError(error, this.#path);
    }
  }
}
