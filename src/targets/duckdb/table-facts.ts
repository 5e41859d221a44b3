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
  /** Database and schema, quoted. */
  #schema: string | undefined;

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
    const described = await this.#describe(table);
    if (!described) return null;
    if (await this.#isView(table)) {
      throw new TargetError(`"${table}" in ${this.#label} is a view, not a table`, {
        action: 'Choose another name with --table, or drop it.',
        details: { table },
      });
    }
    const known = await this.#bookkeeping.find(table);
    const [count] = await this.#query(`SELECT CAST(count(*) AS DOUBLE) FROM ${quoteName(table)}`);
    return {
      columns: columnsOf(table, described, known?.columns, isReplaced),
      primaryKey: known?.primaryKey ?? null,
      ...(known?.isPartitioned ? { isPartitioned: true } : {}),
      rows: count?.[0] as number,
    };
  }

  /** Names of tables that a pipeline loaded and that begin so. */
  async tablesLike(prefix: string, pipeline: string): Promise<string[]> {
    const rows = await this.#query(
      `SELECT t.table_name FROM duckdb_tables() t JOIN _host_tables h ON lower(h.table_name) = lower(t.table_name)
       WHERE ${HERE} AND starts_with(t.table_name, $1) AND h.pipeline = $2 ORDER BY 1`,
      [prefix, pipeline],
    );
    return rows.map(([name]) => name as string);
  }

  /** The comments of all tables and columns, which a table that takes the place of another gets back. */
  async comments(): Promise<Comments> {
    const ofTables = await this.#query(
      `SELECT table_name, NULL, comment FROM duckdb_tables() WHERE ${HERE} AND comment IS NOT NULL`,
    );
    const ofColumns = await this.#query(
      `SELECT table_name, column_name, comment FROM duckdb_columns() WHERE ${HERE} AND comment IS NOT NULL`,
    );
    return new Comments([...ofTables, ...ofColumns] as unknown as CommentRow[]);
  }

  /**
   * The columns of a table or view as DuckDB has them; undefined: there is none. By its name, since the functions that
   * list tables and columns look at all of them, for each of a thousand tables.
   */
  async #describe(table: string): Promise<DescribedColumn[] | undefined> {
    this.#schema ??= await this.#currentSchema();
    try {
      return (await this.#query(
        `DESCRIBE TABLE ${this.#schema}.${quoteName(table)}`,
      )) as unknown as DescribedColumn[];
    } catch (error) {
      if (/^Catalog Error: Table with name [^]* does not exist/.test((error as Error).message))
        return undefined;
      throw error;
    }
  }

  async #currentSchema(): Promise<string> {
    const [names = []] = await this.#query('SELECT current_database(), current_schema()');
    return names.map((name) => quoteName(name as string)).join('.');
  }

  async #isView(table: string): Promise<boolean> {
    const found = await this.#query(
      `SELECT 1 FROM duckdb_views() WHERE ${HERE} AND lower(view_name) = lower($1)`,
      [table],
    );
    return found.length > 0;
  }

  async #query(sql: string, values: string[] = []): Promise<unknown[][]> {
    return (await this.#connection.runAndReadAll(sql, values)).getRows();
  }
}

/** Name, type and whether nulls are allowed, as DESCRIBE gives them. */
type DescribedColumn = readonly [string, string, 'YES' | 'NO', ...unknown[]];

/** Columns that the host did not infer itself are held as if declared. */
function columnsOf(
  table: string,
  described: readonly DescribedColumn[],
  known: readonly TableColumn[] | undefined,
  isReplaced: boolean,
): TableColumn[] {
  return described.map(([name, sql, isNullable]): TableColumn => {
    const noted = known?.find((column) => column.name === name);
    const type = columnTypeOf(sql) ?? (isReplaced ? 'string' : undefined);
    if (type === undefined) {
      throw new TargetError(`column "${name}" of table "${table}" is ${sql}, which the host cannot write`, {
        action: 'Load into another table with --table, or with --mode overwrite.',
        details: { table },
      });
    }
    const untyped = noted?.type === null && type === 'string';
    return {
      name,
      type: untyped ? null : type,
      declared: noted?.declared ?? true,
      nullable: isNullable === 'YES',
    };
  });
}

/** Table, column (null: the table itself) and comment. */
type CommentRow = readonly [string, string | null, string];

/** The comments of a schema, read before its tables are replaced. */
export class Comments {
  readonly #rows = new Map<string, CommentRow[]>();

  constructor(rows: readonly CommentRow[]) {
    for (const row of rows) {
      const table = row[0].toLowerCase();
      this.#rows.set(table, [...(this.#rows.get(table) ?? []), row]);
    }
  }

  /** The statements that give a table its comments again, where the columns are still there. */
  statementsFor(table: string, columns: readonly TableColumn[]): string[] {
    const name = quoteName(table);
    return (this.#rows.get(table.toLowerCase()) ?? [])
      .filter(([, column]) => column === null || columns.some((there) => there.name === column))
      .map(([, column, text]) =>
        column === null
          ? `COMMENT ON TABLE ${name} IS ${quoteText(text)}`
          : `COMMENT ON COLUMN ${name}.${quoteName(column)} IS ${quoteText(text)}`,
      );
  }
}
