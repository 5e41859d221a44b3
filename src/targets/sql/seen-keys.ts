import { ConfigError } from '../../sdk/errors.js';
import { DELETED_AT, UPSERT, type DeleteMode, type TableColumn } from '../target.js';
import type { StagedRows } from './apply-stage.js';
import { KIND, type SqlDatabase } from './sql-database.js';

/** Rows that may always go, whatever share of the table they are. */
const ALWAYS = 10;

/** What {@link SeenKeys} works with. */
export interface SeenKeysParts {
  readonly database: SqlDatabase;
  /** Unique among the temporary tables of the connection. */
  readonly name: string;
  readonly stage: StagedRows;
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
    const { database, name, stage, key } = this.#parts;
    if (stage.rows === 0) return;
    const before = this.#columns;
    this.#columns = columns.filter((column) => key.includes(column.name));
    if (before) await database.alterTemporary(name, before, this.#columns);
    const names = key.map((column) => database.quoteName(column)).join(', ');
    const select = `SELECT ${names} FROM ${database.quoteTemporary(stage.physicalName)} WHERE ${KIND} >= ${UPSERT}`;
    if (before) await database.run(`INSERT INTO ${database.quoteTemporary(name)} ${select}`);
    else await database.makeTemporary(name, select);
  }

  /**
   * Removes the rows whose keys were not seen, inside the transaction of the final commit.
   *
   * @returns how many went
   * @throws ConfigError GUARD_REFUSED where they are too many
   */
  async removeOthers(): Promise<number> {
    const { database, name, table, physicalName, key, deletes, maxShare, rowsBefore } = this.#parts;
    const t = database.quoteName(physicalName);
    const deletedAt = database.quoteName(DELETED_AT);
    const isSame = key
      .map((column) => database.quoteName(column))
      .map((column) => `t.${column} = k.${column}`)
      .join(' AND ');
    const isUnseen = this.#columns
      ? `NOT EXISTS (SELECT 1 FROM ${database.quoteTemporary(name)} k WHERE ${isSame})`
      : 'true';
    const isGone = deletes === 'soft' ? `${isUnseen} AND t.${deletedAt} IS NULL` : isUnseen;
    const isLiving = deletes === 'soft' ? `t.${deletedAt} IS NULL` : 'true';
    const [missing = 0, living] = (
      await database.row(
        `SELECT count(*) FILTER (WHERE ${isGone}), count(*) FILTER (WHERE ${isLiving}) FROM ${t} t`,
      )
    ).map(Number);
    if (missing === 0) return 0;
    // All that was there at the start, also where other rows came instead.
    const isAll = missing >= Math.min(rowsBefore, living ?? 0);
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
        ? `UPDATE ${t} AS t SET ${deletedAt} = now() WHERE ${isGone}`
        : `DELETE FROM ${t} AS t WHERE ${isGone}`;
    return database.change(statement);
  }

  /** Forgets the keys. */
  async clear(): Promise<void> {
    const { database, name } = this.#parts;
    if (this.#columns) await database.run(`DROP TABLE IF EXISTS ${database.quoteTemporary(name)}`);
    this.#columns = undefined;
  }
}
