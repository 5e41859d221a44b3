import type { DuckDBConnection } from '@duckdb/node-api';
import { TargetError } from '../../sdk/errors.js';
import type { TableBefore, TableColumn } from '../target.js';
import type { Bookkeeping } from './bookkeeping.js';
import { columnTypeOf, quoteName, quoteText } from './sql.js';

/** Where the tables of a run live: the current schema of the database, not the temporary one. */
const HERE = 'database_name = current_database() AND schema_name = current_schema()';

/** Looks at the tables of a database. */
export class TableFacts {
  readonly #connection: DuckDBConnection;
  readonly #label: string;
  readonly #bookkeeping: Pick<Bookkeeping, 'find'>;

  constructor(connection: DuckDBConnection, label: string, bookkeeping: Pick<Bookkeeping, 'find'>) {
    this.#connection = connection;
    this.#label = label;
    this.#bookkeeping = bookkeeping;
  }

  /**
   * A table before the run; null: there is none.
   *
   * @param isReplaced true: its columns need not be ones that the host can write
   * @throws TargetError for a view, and for a column that the host cannot write
   */
  async before(table: string, isReplaced: boolean): Promise<TableBefore | null> {
    const kind = await this.#kindOf(table);
    if (kind === undefined) return null;
    if (kind !== 'BASE TABLE') {
      throw new TargetError(`"${table}" in ${this.#label} is a ${kind.toLowerCase()}, not a table`, {
        action: 'Choose another name with --table, or drop it.',
        details: { table },
      });
    }
    const known = await this.#bookkeeping.find(table);
    const [count] = await this.#query(`SELECT CAST(count(*) AS DOUBLE) FROM ${quoteName(table)}`);
    return {
      columns: await this.#columnsOf(table, known?.columns, isReplaced),
      primaryKey: known?.primaryKey ?? null,
      rows: count?.[0] as number,
    };
  }

  /** Names of tables that the host loaded and that begin so. */
  async tablesLike(prefix: string): Promise<string[]> {
    const rows = await this.#query(
      `SELECT t.table_name FROM duckdb_tables() t JOIN _host_tables h ON lower(h.table_name) = lower(t.table_name)
       WHERE ${HERE} AND starts_with(t.table_name, $1) ORDER BY 1`,
      [prefix],
    );
    return rows.map(([name]) => name as string);
  }

  /** The statements that give a table the comments that another one has, where the columns are still there. */
  async commentsOf(from: string, columns: readonly TableColumn[]): Promise<(to: string) => string[]> {
    const [row] = await this.#query(
      `SELECT comment FROM duckdb_tables() WHERE ${HERE} AND lower(table_name) = lower($1)`,
      [from],
    );
    const found = await this.#query(
      `SELECT column_name, comment FROM duckdb_columns()
       WHERE ${HERE} AND lower(table_name) = lower($1) AND comment IS NOT NULL`,
      [from],
    );
    const table = (row?.[0] as string | null | undefined) ?? null;
    const kept = found.filter(([name]) => columns.some((column) => column.name === name)) as [
      string,
      string,
    ][];
    return (to) => [
      ...(table === null ? [] : [`COMMENT ON TABLE ${quoteName(to)} IS ${quoteText(table)}`]),
      ...kept.map(
        ([name, text]) => `COMMENT ON COLUMN ${quoteName(to)}.${quoteName(name)} IS ${quoteText(text)}`,
      ),
    ];
  }

  async #kindOf(table: string): Promise<string | undefined> {
    const [row] = await this.#query(
      `SELECT table_type FROM information_schema.tables WHERE table_catalog = current_database()
       AND table_schema = current_schema() AND lower(table_name) = lower($1)`,
      [table],
    );
    return row?.[0] as string | undefined;
  }

  /** Columns that the host did not infer itself are held as if declared. */
  async #columnsOf(
    table: string,
    known: readonly TableColumn[] | undefined,
    isReplaced: boolean,
  ): Promise<TableColumn[]> {
    const rows = await this.#query(
      `SELECT column_name, data_type, is_nullable FROM duckdb_columns()
       WHERE ${HERE} AND lower(table_name) = lower($1) ORDER BY column_index`,
      [table],
    );
    return rows.map(([name, sql, isNullable]): TableColumn => {
      const noted = known?.find((column) => column.name === name);
      const type = columnTypeOf(sql as string) ?? (isReplaced ? 'string' : undefined);
      if (type === undefined) {
        throw new TargetError(
          `column "${String(name)}" of table "${table}" is ${String(sql)}, which the host cannot write`,
          { action: 'Load into another table with --table, or with --mode overwrite.', details: { table } },
        );
      }
      const untyped = noted?.type === null && type === 'string';
      return {
        name: name as string,
        type: untyped ? null : type,
        declared: noted?.declared ?? true,
        nullable: isNullable === true,
      };
    });
  }

  async #query(sql: string, values: string[] = []): Promise<unknown[][]> {
    return (await this.#connection.runAndReadAll(sql, values)).getRows();
  }
}
