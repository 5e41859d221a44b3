import { killPoint } from '../kill-point.js';
import type { StagedRemoval } from '../sql/segments.js';
import { AT, type ApplyStep, type SqlDatabase } from '../sql/sql-database.js';
import type { TableColumn } from '../target.js';
import { copyWriter } from './copy-text.js';
import { alterTableSql, createTableSql } from './ddl.js';
import type { Link } from './link.js';
import { quoteName, quoteTemporary } from './sql.js';

/** PostgreSQL's words for what applies a stage. */
export class PostgresDatabase implements SqlDatabase {
  readonly #link: Link;

  constructor(link: Link) {
    this.#link = link;
  }

  quoteName(name: string): string {
    return quoteName(name);
  }

  quoteTemporary(name: string): string {
    return quoteTemporary(name);
  }

  run(sql: string): Promise<void> {
    return this.#link.connection.run(sql);
  }

  change(sql: string): Promise<number> {
    return this.#link.connection.change(sql);
  }

  async row(sql: string): Promise<unknown[]> {
    return (await this.#link.connection.query(sql))[0] ?? [];
  }

  async makeTemporary(name: string, select: string): Promise<void> {
    // Nothing else tells the planner how large it is.
    await this.#link.connection.run(
      `DROP TABLE IF EXISTS ${quoteTemporary(name)}; CREATE TEMPORARY TABLE ${quoteName(name)} AS ${select};
       ANALYZE ${quoteTemporary(name)}`,
    );
  }

  async stageRemovals(
    name: string,
    table: string,
    columns: readonly TableColumn[],
    removals: readonly StagedRemoval[],
  ): Promise<void> {
    const all: TableColumn[] = [{ name: AT, type: 'bigint', declared: true, nullable: false }, ...columns];
    await this.#link.connection.run(
      `DROP TABLE IF EXISTS ${quoteTemporary(name)}; ${createTableSql(name, all, { kind: 'TEMPORARY' })}`,
    );
    const batch = { rows: removals.map(({ where, at }) => ({ ...where, [AT]: at })), firstRow: 1 };
    const lines = copyWriter(table, all)(batch);
    const copy = await this.#link.connection.copyInto(
      copySql(
        quoteTemporary(name),
        all.map((column) => column.name),
      ),
    );
    await copy.write(lines, batch);
    await this.#link.connection.run(`ANALYZE ${quoteTemporary(name)}`);
  }

  async alterTemporary(
    name: string,
    from: readonly TableColumn[],
    to: readonly TableColumn[],
  ): Promise<void> {
    for (const statement of alterTableSql(quoteTemporary(name), from, to))
      await this.#link.connection.run(statement);
  }

  last(value: string, order: string, condition?: string): string {
    const filter = condition === undefined ? '' : ` FILTER (WHERE ${condition})`;
    return `(array_agg(${value} ORDER BY ${order} DESC)${filter})[1]`;
  }

  onStep(step: ApplyStep): void {
    killPoint(`postgres.${step}`);
  }
}

/** The statement that takes rows of these columns. @param table quoted */
export function copySql(table: string, columns: readonly string[]): string {
  return `COPY ${table} (${columns.map(quoteName).join(', ')}) FROM STDIN`;
}
