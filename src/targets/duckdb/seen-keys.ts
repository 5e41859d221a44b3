import type { DuckDBConnection } from '@duckdb/node-api';
import { ConfigError } from '../../sdk/errors.js';
import { DELETED_AT, UPSERT, type DeleteMode, type TableColumn } from '../target.js';
import { alterTable } from './ddl.js';
import { quoteName } from './sql.js';
import { KIND, type Stage } from './stage.js';

/** Rows that may always go, whatever share of the table they are. */
const ALWAYS = 10;

/** What {@link SeenKeys} works with. */
export interface SeenKeysParts {
  readonly connection: DuckDBConnection;
  /** Unique among the temporary tables of the connection. */
  readonly name: string;
  readonly stage: Stage;
  readonly table: string;
  readonly physicalName: string;
  readonly key: readonly string[];
  readonly deletes: DeleteMode;
  /** Largest share of the table that may go, 0 to 1. */
  readonly maxShare: number;
  /** Rows in the table when the run began. */
  readonly rowsBefore: number;
}

/** Remembers which keys a complete read gave, so that the rows of all others can go at its end. */
export class SeenKeys {
  readonly #parts: SeenKeysParts;
  /** The columns of the key as they are stored; undefined: no key was seen yet. */
  #columns: readonly TableColumn[] | undefined;

  constructor(parts: SeenKeysParts) {
    this.#parts = parts;
  }

  /**
   * Takes the keys of what is staged, inside the transaction that applies it.
   *
   * @param columns those of the table now; a key may have become wider since the last commit
   */
  async note(columns: readonly TableColumn[]): Promise<void> {
    const { connection, name, stage, key } = this.#parts;
    if (stage.rows === 0) return;
    const before = this.#columns;
    this.#columns = columns.filter((column) => key.includes(column.name));
    if (before) await alterTable(connection, name, before, this.#columns);
    const select = `SELECT ${key.map(quoteName).join(', ')} FROM temp.${quoteName(stage.physicalName)} WHERE ${KIND} >= ${UPSERT}`;
    const table = `temp.${quoteName(name)}`;
    await connection.run(
      before ? `INSERT INTO ${table} ${select}` : `CREATE TEMPORARY TABLE ${quoteName(name)} AS ${select}`,
    );
  }

  /**
   * Removes the rows whose keys were not seen, inside the transaction of the final commit.
   *
   * @returns how many went
   * @throws ConfigError GUARD_REFUSED where they are too many
   */
  async removeOthers(): Promise<number> {
    const { connection, name, table, physicalName, key, deletes, maxShare, rowsBefore } = this.#parts;
    const t = quoteName(physicalName);
    const isSame = key.map((column) => `t.${quoteName(column)} = k.${quoteName(column)}`).join(' AND ');
    const isUnseen = this.#columns
      ? `NOT EXISTS (SELECT 1 FROM temp.${quoteName(name)} k WHERE ${isSame})`
      : 'true';
    const isGone = deletes === 'soft' ? `${isUnseen} AND t.${quoteName(DELETED_AT)} IS NULL` : isUnseen;
    const [[count, left] = []] = (
      await connection.runAndReadAll(
        `SELECT CAST(count(*) FILTER (WHERE ${isGone}) AS DOUBLE), CAST(count(*) AS DOUBLE) FROM ${t} t`,
      )
    ).getRows() as [number, number][];
    const missing = count ?? 0;
    if (missing === 0) return 0;
    const isAll = missing >= (left ?? 0);
    if (isAll || missing > Math.max(ALWAYS, Math.floor(rowsBefore * maxShare))) {
      throw new ConfigError(
        `${missing} of ${rowsBefore} rows of table "${table}" did not come any more, and would be deleted`,
        {
          code: 'GUARD_REFUSED',
          action: isAll
            ? 'Look at the source; to empty the table, delete its rows yourself.'
            : 'Look at the source; where it is meant, allow more with --max-delete, as in --max-delete 50%.',
          details: { table },
        },
      );
    }
    const statement =
      deletes === 'soft'
        ? `UPDATE ${t} AS t SET ${quoteName(DELETED_AT)} = now() WHERE ${isGone}`
        : `DELETE FROM ${t} AS t WHERE ${isGone}`;
    return (await connection.run(statement)).rowsChanged;
  }

  /** Forgets the keys. */
  async clear(): Promise<void> {
    if (this.#columns)
      await this.#parts.connection.run(`DROP TABLE IF EXISTS temp.${quoteName(this.#parts.name)}`);
    this.#columns = undefined;
  }
}
