import type { DuckDBConnection } from '@duckdb/node-api';
import { ConfigError, TargetError } from '../../sdk/errors.js';
import type { TableColumn, TableRequest, TargetRun, TargetSession, TargetTable } from '../target.js';
import { Bookkeeping, RESERVED_PREFIX } from './bookkeeping.js';
import { DuckdbTable } from './duckdb-table.js';
import { columnTypeOf, quoteName, quoteText } from './sql.js';

/** A table of this session and how it was asked for. */
interface OpenTable {
  readonly request: TableRequest;
  readonly table: DuckdbTable;
  readonly physicalName: string;
}

/**
 * One run on a database: one transaction from begin to commit. With overwrite the rows go to a shadow table that takes
 * the old one's place just before the commit, so a reader sees the old rows or the new, and a crash leaves the old.
 */
export class DuckdbSession implements TargetSession {
  readonly bytes = 0;
  readonly #connection: DuckDBConnection;
  readonly #run: TargetRun;
  readonly #label: string;
  readonly #bookkeeping: Bookkeeping;
  readonly #onCommit: () => void;
  readonly #tables: OpenTable[] = [];
  readonly #interrupt: () => void;

  private constructor(connection: DuckDBConnection, run: TargetRun, label: string, onCommit: () => void) {
    this.#connection = connection;
    this.#run = run;
    this.#label = label;
    this.#bookkeeping = new Bookkeeping(connection, label);
    this.#onCommit = onCommit;
    this.#interrupt = () => connection.interrupt();
    run.signal.addEventListener('abort', this.#interrupt, { once: true });
  }

  /**
   * Starts a run on a connection of its own, which it closes in the end.
   *
   * @param inTurn runs a step when no other run on the same file runs one
   */
  static async begin(
    connection: DuckDBConnection,
    run: TargetRun,
    label: string,
    onCommit: () => void,
    inTurn: (step: () => Promise<void>) => Promise<void>,
  ): Promise<DuckdbSession> {
    const session = new DuckdbSession(connection, run, label, onCommit);
    try {
      await inTurn(() => session.#bookkeeping.prepare());
      await connection.run('BEGIN TRANSACTION');
      return session;
    } catch (error) {
      await session.rollback();
      throw error;
    }
  }

  async openTable(request: TableRequest): Promise<TargetTable> {
    const { name, mode, columns } = request;
    if (name === '' || name.includes('\0') || name.toLowerCase().startsWith(RESERVED_PREFIX)) {
      throw new ConfigError(
        `"${name}" cannot be the name of a table; names that begin with ${RESERVED_PREFIX} are the host's`,
        {
          code: 'TABLE_NAME_INVALID',
          details: { table: name },
        },
      );
    }
    const kind = await this.#kindOf(name);
    if (kind !== undefined && kind !== 'BASE TABLE') {
      throw new TargetError(`"${name}" in ${this.#label} is a ${kind.toLowerCase()}, not a table`, {
        action: 'Choose another name with --table, or drop it.',
        details: { table: name },
      });
    }
    const existing = mode === 'append' && kind !== undefined ? await this.#columnsOf(name) : null;
    const physicalName = mode === 'overwrite' ? `${RESERVED_PREFIX}shadow_${name}` : name;
    const table = new DuckdbTable({ connection: this.#connection, name, physicalName, columns, existing });
    if (!existing) await table.create();
    this.#tables.push({ request, table, physicalName });
    return table;
  }

  async commit(): Promise<void> {
    // From here on there is no way back that leaves anything half done, so there is nothing to interrupt.
    this.#run.signal.removeEventListener('abort', this.#interrupt);
    for (const open of this.#tables) await this.#finish(open);
    await this.#connection.run('COMMIT');
    this.#onCommit();
    this.#connection.closeSync();
  }

  async rollback(): Promise<void> {
    this.#run.signal.removeEventListener('abort', this.#interrupt);
    try {
      for (const { table } of this.#tables) table.discardAppender();
    } finally {
      // Closing the connection rolls its transaction back.
      this.#connection.closeSync();
    }
  }

  async #finish({ request, table, physicalName }: OpenTable): Promise<void> {
    const { name, primaryKey } = request;
    table.closeAppender();
    // No columns: no row came and none was declared, so there is nothing to put in the old table's place.
    if (table.columns.length === 0) return;
    if (request.mode === 'overwrite') {
      const comments = await this.#commentsOf(name);
      await this.#connection.run(`DROP TABLE IF EXISTS ${quoteName(name)}`);
      await this.#connection.run(`ALTER TABLE ${quoteName(physicalName)} RENAME TO ${quoteName(name)}`);
      await this.#restore(name, comments, table.columns);
    }
    await table.comment(name);
    await this.#bookkeeping.record(name, this.#run.pipeline, primaryKey, table.columns);
  }

  async #kindOf(table: string): Promise<string | undefined> {
    const [row] = await this.#query(
      `SELECT table_type FROM information_schema.tables WHERE table_catalog = current_database()
       AND table_schema = current_schema() AND lower(table_name) = lower($1)`,
      [table],
    );
    return row?.[0] as string | undefined;
  }

  /** The columns of a table that is there. Those that the host did not infer itself are held as if declared. */
  async #columnsOf(table: string): Promise<TableColumn[]> {
    const known = await this.#bookkeeping.columnsOf(table);
    const rows = await this.#query(
      `SELECT column_name, data_type, is_nullable FROM duckdb_columns() WHERE database_name = current_database()
       AND schema_name = current_schema() AND lower(table_name) = lower($1) ORDER BY column_index`,
      [table],
    );
    return rows.map(([name, sql, isNullable]): TableColumn => {
      const noted = known?.find((column) => column.name === name);
      const type = columnTypeOf(sql as string);
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

  /** The comment of a table and those of its columns, keyed by column name. */
  async #commentsOf(table: string): Promise<{ table: string | null; columns: Map<string, string> }> {
    const [row] = await this.#query(
      `SELECT comment FROM duckdb_tables() WHERE database_name = current_database()
       AND schema_name = current_schema() AND lower(table_name) = lower($1)`,
      [table],
    );
    const columns = await this.#query(
      `SELECT column_name, comment FROM duckdb_columns() WHERE database_name = current_database()
       AND schema_name = current_schema() AND lower(table_name) = lower($1) AND comment IS NOT NULL`,
      [table],
    );
    return {
      table: (row?.[0] as string | null | undefined) ?? null,
      columns: new Map(columns.map(([name, comment]) => [name as string, comment as string])),
    };
  }

  /** Gives a new table the comments of the old one, where the columns are still there. */
  async #restore(
    name: string,
    comments: { table: string | null; columns: Map<string, string> },
    columns: readonly TableColumn[],
  ): Promise<void> {
    const table = quoteName(name);
    if (comments.table !== null)
      await this.#connection.run(`COMMENT ON TABLE ${table} IS ${quoteText(comments.table)}`);
    for (const column of columns) {
      const comment = comments.columns.get(column.name);
      if (comment === undefined) continue;
      await this.#connection.run(
        `COMMENT ON COLUMN ${table}.${quoteName(column.name)} IS ${quoteText(comment)}`,
      );
    }
  }

  async #query(sql: string, values: string[]): Promise<unknown[][]> {
    return (await this.#connection.runAndReadAll(sql, values)).getRows();
  }
}
