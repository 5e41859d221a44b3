import type { DuckDBConnection } from '@duckdb/node-api';
import { killPoint } from '../kill-point.js';
import type { StagedRemoval } from '../sql/segments.js';
import { AT, type ApplyStep, type SqlDatabase } from '../sql/sql-database.js';
import type { TableColumn } from '../target.js';
import { ChunkAppender } from './chunk-appender.js';
import { alterTable, createTableSql } from './ddl.js';
import { quoteName } from './sql.js';

/** DuckDB's words for what applies a stage. */
export class DuckdbDatabase implements SqlDatabase {
  readonly #connection: DuckDBConnection;

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
  }

  quoteName(name: string): string {
    return quoteName(name);
  }

  quoteTemporary(name: string): string {
    return `temp.${quoteName(name)}`;
  }

  async run(sql: string): Promise<void> {
    await this.#connection.run(sql);
  }

  async change(sql: string): Promise<number> {
    return (await this.#connection.run(sql)).rowsChanged;
  }

  async row(sql: string): Promise<unknown[]> {
    return (await this.#connection.runAndReadAll(sql)).getRows()[0] ?? [];
  }

  async makeTemporary(name: string, select: string): Promise<void> {
    await this.#connection.run(`CREATE OR REPLACE TEMPORARY TABLE ${quoteName(name)} AS ${select}`);
  }

  async stageRemovals(
    name: string,
    table: string,
    columns: readonly TableColumn[],
    removals: readonly StagedRemoval[],
  ): Promise<void> {
    const all: TableColumn[] = [{ name: AT, type: 'bigint', declared: true, nullable: false }, ...columns];
    await this.#connection.run(`DROP TABLE IF EXISTS ${this.quoteTemporary(name)}`);
    await this.#connection.run(createTableSql(name, all, { temporary: true }));
    const appender = new ChunkAppender(await this.#connection.createAppender(name, null, 'temp'), table, all);
    appender.append({ rows: removals.map(({ where, at }) => ({ ...where, [AT]: at })), firstRow: 1 });
    appender.close();
  }

  alterTemporary(name: string, from: readonly TableColumn[], to: readonly TableColumn[]): Promise<void> {
    return alterTable(this.#connection, name, from, to);
  }

  last(value: string, order: string, condition?: string): string {
    return `arg_max_null(${value}, ${order})${condition === undefined ? '' : ` FILTER (WHERE ${condition})`}`;
  }

  slice(columns: string, slices: number, slice: number): string {
    return `hash(${columns}) % ${slices} = ${slice}`;
  }

  onStep(step: ApplyStep): void {
    killPoint(`duckdb.${step}`);
  }
}
