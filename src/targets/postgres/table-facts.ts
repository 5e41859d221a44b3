import { TargetError } from '../../sdk/errors.js';
import { DELETED_AT, type DeleteMode, type TableBefore, type TableColumn } from '../target.js';
import type { Bookkeeping } from './bookkeeping.js';
import type { PostgresConnection } from './postgres-connection.js';
import { columnTypeOf, quoteName, storedName } from './sql.js';

/** A column as PostgreSQL has it. */
export interface DescribedColumn {
  readonly name: string;
  /** PostgreSQL's name of its type. */
  readonly sqlType: string;
  readonly nullable: boolean;
}

/** Kinds of `pg_class` that rows can be written to. */
const TABLE_KINDS = ['r', 'p'];

/** Looks at the tables of the schema. */
export class TableFacts {
  readonly #connection: PostgresConnection;
  readonly #label: string;
  readonly #bookkeeping: Pick<Bookkeeping, 'find'>;

  constructor(connection: PostgresConnection, label: string, bookkeeping: Pick<Bookkeeping, 'find'>) {
    this.#connection = connection;
    this.#label = label;
    this.#bookkeeping = bookkeeping;
  }

  /**
   * A table before the run; null: there is none.
   *
   * @param isReplaced true: its columns need not be ones that the host can write
   * @param countsRows false: it is enough to know whether there are any, since counting reads the whole table
   * @throws TargetError for what is no table, and for a column that the host cannot write
   */
  async before(table: string, isReplaced: boolean, countsRows: boolean): Promise<TableBefore | null> {
    const [found] = await this.#connection.query(
      `SELECT relkind, greatest(reltuples, 0)::float8 FROM pg_class
       WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relname = $1 AND relkind NOT IN ('i', 'I', 'S', 'c', 't')`,
      [storedName(table)],
    );
    if (!found) return null;
    const [kind, estimate] = found as [string, number];
    if (!TABLE_KINDS.includes(kind)) {
      throw new TargetError(`"${table}" in ${this.#label} is a view, not a table`, {
        action: 'Choose another name with --table, or drop it.',
        details: { table },
      });
    }
    const described = await describeTable(this.#connection, table);
    const known = await this.#bookkeeping.find(table);
    const count = countsRows
      ? `SELECT count(*) FROM ${quoteName(table)}`
      : `SELECT CASE WHEN EXISTS (SELECT FROM ${quoteName(table)}) THEN greatest(1, ${Math.floor(estimate)}) ELSE 0 END`;
    const [rows] = await this.#connection.query(count);
    return {
      columns: columnsOf(table, described, known?.columns, isReplaced),
      primaryKey: known?.primaryKey ?? null,
      ...(known?.isPartitioned ? { isPartitioned: true } : {}),
      rows: Number(rows?.[0]),
    };
  }

  /** Names of tables that a pipeline loaded and that begin so. */
  async tablesLike(prefix: string, pipeline: string): Promise<string[]> {
    const rows = await this.#connection.query(
      `SELECT table_name FROM _host_tables WHERE starts_with(table_name, $1) AND pipeline = $2
       AND to_regclass(quote_ident(table_name)) IS NOT NULL ORDER BY table_name COLLATE "C"`,
      [prefix, pipeline],
    );
    return rows.map(([name]) => name as string);
  }
}

/** The columns that a source may write: with soft deletes, the one that says so belongs to the host. */
export function columnsOfSource({ columns }: TableBefore, deletes: DeleteMode): readonly TableColumn[] {
  return columns.filter(({ name }) => deletes !== 'soft' || name !== DELETED_AT);
}

/** The columns of a table, in their order; none where there is no table. */
export async function describeTable(
  connection: PostgresConnection,
  table: string,
): Promise<DescribedColumn[]> {
  const rows = await connection.query(
    `SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull FROM pg_attribute
     WHERE attrelid = to_regclass($1) AND attnum > 0 AND NOT attisdropped ORDER BY attnum`,
    [quoteName(table)],
  );
  return (rows as [string, string, boolean][]).map(([name, sqlType, nullable]) => ({
    name,
    sqlType,
    nullable,
  }));
}

/** Columns that the host did not infer itself are held as if declared. */
function columnsOf(
  table: string,
  described: readonly DescribedColumn[],
  known: readonly TableColumn[] | undefined,
  isReplaced: boolean,
): TableColumn[] {
  return described.map(({ name, sqlType, nullable }): TableColumn => {
    // A long name is stored in a shorter form.
    const noted = known?.find((column) => storedName(column.name) === name);
    const type = columnTypeOf(sqlType) ?? (isReplaced ? 'string' : undefined);
    if (type === undefined) {
      throw new TargetError(
        `column "${name}" of table "${table}" is ${sqlType}, which the host cannot write`,
        {
          action: 'Load into another table with --table, or with --mode overwrite.',
          details: { table },
        },
      );
    }
    const untyped = noted?.type === null && type === 'string';
    return {
      name: noted?.name ?? name,
      type: untyped ? null : type,
      declared: noted?.declared ?? true,
      nullable,
    };
  });
}
