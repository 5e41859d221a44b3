import type { DuckDBConnection } from '@duckdb/node-api';
import { killPoint } from '../kill-point.js';
import { DELETE, DELETED_AT, UPSERT, type DeleteMode, type TableColumn } from '../target.js';
import { ChunkAppender } from './chunk-appender.js';
import { createTableSql } from './ddl.js';
import { possibleRemovals, type PossibleRemovals } from './possible-removals.js';
import type { Segment } from './segments.js';
import { quoteName } from './sql.js';
import { AT, KIND, ROW, type Stage } from './stage.js';

/** Rows of a stage whose keys are deleted at once; more are deleted in slices, for the memory that a join takes. */
const SLICE_ROWS = 2_000_000;

/** Columns of the table of fates: which staged row of a key was written whole last, and which deleted it after that. */
const WHOLE = '_host_whole';
const GONE = '_host_gone';

/** What {@link applyStage} applies, and to what. */
export interface Application {
  readonly connection: DuckDBConnection;
  readonly stage: Stage;
  /** The table that changes; it has all columns. */
  readonly physicalName: string;
  /** Name for people and errors. */
  readonly table: string;
  readonly columns: readonly TableColumn[];
  /** Empty: rows are only added. */
  readonly key: readonly string[];
  readonly deletes: DeleteMode;
  /** True: the table was just made, so there is nothing to delete from it. */
  readonly isNew: boolean;
}

/**
 * Applies what is staged to a table, inside the running transaction: each segment in its order, each by a few statements
 * over whole columns. The last whole row of a key wins, then the patches after it; a removal by value removes what was
 * there before it.
 *
 * @returns how many rows went
 */
export async function applyStage(application: Application): Promise<number> {
  const { stage } = application;
  let deleted = 0;
  let isNew = application.isNew;
  for (const segment of stage.segments) {
    const step = new SegmentStep({ ...application, isNew }, segment);
    deleted += await step.apply();
    isNew = false;
  }
  return deleted;
}

class SegmentStep {
  readonly #application: Application;
  readonly #segment: Segment;
  readonly #table: string;
  readonly #stage: string;
  /** The rows of the segment, as a condition on the stage `s`. */
  readonly #range: string;
  readonly #names: readonly string[];

  constructor(application: Application, segment: Segment) {
    this.#application = application;
    this.#segment = segment;
    this.#table = quoteName(application.physicalName);
    this.#stage = `temp.${quoteName(application.stage.physicalName)}`;
    const { from, to } = segment;
    this.#range =
      from === 0 && to === application.stage.rows ? 'true' : `s.${ROW} >= ${from} AND s.${ROW} < ${to}`;
    this.#names = application.columns.map(({ name }) => quoteName(name));
  }

  async apply(): Promise<number> {
    const { key, isNew } = this.#application;
    const { isMixed, from, to } = this.#segment;
    if (isMixed) return this.#isSoft ? this.#applyMixedSoftly() : this.#applyMixed();
    let deleted = 0;
    let cancelled: string | undefined;
    const possible = possibleRemovals(this.#segment, this.#application.columns, this.#application.table);
    if (possible.removals.length > 0) {
      const where = await this.#stageRemovals(possible);
      if (!isNew) deleted += await this.#removeByValue(where, possible);
      killPoint('duckdb.after-removals');
      cancelled = this.#cancelledBy(where, possible);
    }
    if (to > from) {
      const winners = key.length > 0 ? await this.#winners() : undefined;
      if (winners !== undefined && !isNew) await this.#deleteKeys(winners.keys);
      await this.#insert(winners?.rows ?? this.#range, cancelled);
      await this.#drop(winners?.temporary);
    }
    if (possible.removals.length > 0) await this.#drop(this.#whereName);
    return deleted;
  }

  get #isSoft(): boolean {
    return this.#application.deletes === 'soft';
  }

  /** The last row of each key. Most segments have every key once, which is cheaper to find out than to repair. */
  async #winners(): Promise<{ keys: string; rows: string; temporary?: string }> {
    const key = this.#keyList('s');
    const from = `${this.#stage} s WHERE ${this.#range}`;
    const [rows, keys] = await this.#row(
      `SELECT (SELECT count(*) FROM ${from}), (SELECT count(*) FROM (SELECT DISTINCT ${key} FROM ${from}))`,
    );
    if (rows === keys) return { keys: `(SELECT ${key} FROM ${from})`, rows: this.#range };
    const temporary = `${this.#application.stage.physicalName}_last`;
    await this.#run(
      `CREATE OR REPLACE TEMPORARY TABLE ${quoteName(temporary)} AS
       SELECT ${key}, max(s.${ROW}) AS ${AT} FROM ${from} GROUP BY ALL`,
    );
    const name = `temp.${quoteName(temporary)}`;
    return {
      keys: `(SELECT ${this.#keyList('l')} FROM ${name} l)`,
      rows: `s.${ROW} IN (SELECT ${AT} FROM ${name})`,
      temporary,
    };
  }

  async #deleteKeys(keys: string): Promise<number> {
    const { stage, key } = this.#application;
    const slices = Math.max(1, Math.ceil(stage.rows / SLICE_ROWS));
    let deleted = 0;
    killPoint('duckdb.before-deletes');
    for (let slice = 0; slice < slices; slice += 1) {
      const hash = `hash(${this.#keyList('k')}) % ${slices} = ${slice}`;
      const some = slices === 1 ? keys : `(SELECT * FROM ${keys} k WHERE ${hash})`;
      deleted += await this.#change(
        `DELETE FROM ${this.#table} AS t USING ${some} AS k WHERE ${equal(key, 't', 'k')}`,
      );
    }
    killPoint('duckdb.after-deletes');
    return deleted;
  }

  /** @param cancelled which of the rows a later removal takes away, as a condition on the stage `s` */
  async #insert(rows: string, cancelled?: string): Promise<void> {
    const columns = [...this.#names];
    const values = this.#names.map((name) => `s.${name}`);
    let condition = rows;
    if (cancelled !== undefined && this.#isSoft) {
      columns.push(quoteName(DELETED_AT));
      values.push(`CASE WHEN ${cancelled} THEN now() END`);
    } else if (cancelled !== undefined) condition = `${rows} AND NOT (${cancelled})`;
    killPoint('duckdb.before-insert');
    await this.#run(
      `INSERT INTO ${this.#table} (${columns.join(', ')})
       SELECT ${values.join(', ')} FROM ${this.#stage} s WHERE ${condition}`,
    );
    killPoint('duckdb.after-insert');
  }

  // --- Removals by value ---

  get #whereName(): string {
    return `${this.#application.stage.physicalName}_where`;
  }

  /** Puts removals into a temporary table, typed as their columns. */
  async #stageRemovals({ columns, removals }: PossibleRemovals): Promise<string> {
    const { connection, table } = this.#application;
    const at: TableColumn = { name: AT, type: 'bigint', declared: true, nullable: false };
    await this.#drop(this.#whereName);
    await this.#run(createTableSql(this.#whereName, [at, ...columns], { temporary: true }));
    const appender = new ChunkAppender(
      await connection.createAppender(this.#whereName, null, 'temp'),
      table,
      [at, ...columns],
    );
    appender.append({
      rows: removals.map((removal) => ({ ...removal.where, [AT]: removal.at })),
      firstRow: 1,
    });
    appender.close();
    return `temp.${quoteName(this.#whereName)}`;
  }

  async #removeByValue(where: string, { columns }: PossibleRemovals): Promise<number> {
    const condition = matches(columns, 't', 'w');
    if (this.#isSoft) {
      const source =
        columns.length === 0 ? '' : `FROM (SELECT DISTINCT * EXCLUDE (${AT}) FROM ${where}) AS w`;
      return this.#change(
        `UPDATE ${this.#table} AS t SET ${quoteName(DELETED_AT)} = now() ${source}
         WHERE ${condition} AND t.${quoteName(DELETED_AT)} IS NULL`,
      );
    }
    const using = columns.length === 0 ? '' : `USING ${where} AS w`;
    return this.#change(`DELETE FROM ${this.#table} AS t ${using} WHERE ${condition}`);
  }

  /** Which staged rows a later removal takes away. Undefined: none of them comes before one. */
  #cancelledBy(where: string, { columns, removals }: PossibleRemovals): string | undefined {
    const last = removals.at(-1)?.at ?? 0;
    if (last <= this.#segment.from) return undefined;
    if (columns.length === 0) return `s.${ROW} < ${last}`;
    return `EXISTS (SELECT 1 FROM ${where} w WHERE ${matches(columns, 's', 'w')} AND w.${AT} > s.${ROW})`;
  }

  // --- Whole rows, deletes and patches together ---

  async #applyMixed(): Promise<number> {
    const { key, stage } = this.#application;
    const base = `${stage.physicalName}_base`;
    await this.#run(
      `CREATE OR REPLACE TEMPORARY TABLE ${quoteName(base)} AS
       SELECT ${this.#keyList('s')}, max(s.${ROW}) AS ${AT}, arg_max(s.${KIND}, s.${ROW}) AS ${KIND}
       FROM ${this.#stage} s WHERE ${this.#range} AND s.${KIND} <= ${UPSERT} GROUP BY ALL`,
    );
    const of = (kind: number): string =>
      `(SELECT ${this.#keyList('b')} FROM temp.${quoteName(base)} b WHERE b.${KIND} = ${kind})`;
    const deleted = await this.#deleteKeys(of(DELETE));
    await this.#deleteKeys(of(UPSERT));
    await this.#insert(`s.${ROW} IN (SELECT ${AT} FROM temp.${quoteName(base)} WHERE ${KIND} = ${UPSERT})`);
    await this.#patch(
      `LEFT JOIN temp.${quoteName(base)} b ON ${equal(key, 's', 'b')}
       WHERE b.${AT} IS NULL OR (b.${KIND} = ${UPSERT} AND s.${ROW} > b.${AT})`,
      '',
    );
    await this.#drop(base);
    return deleted;
  }

  async #applyMixedSoftly(): Promise<number> {
    const { key, stage } = this.#application;
    const fate = `${stage.physicalName}_fate`;
    const name = `temp.${quoteName(fate)}`;
    const deletedAt = quoteName(DELETED_AT);
    // For each key: its last whole row, and the first delete after that one.
    await this.#run(
      `CREATE OR REPLACE TEMPORARY TABLE ${quoteName(fate)} AS
       WITH whole AS (SELECT ${this.#keyList('s')}, max(s.${ROW}) AS ${WHOLE} FROM ${this.#stage} s
                      WHERE ${this.#range} AND s.${KIND} = ${UPSERT} GROUP BY ALL),
            gone AS (SELECT ${this.#keyList('s')}, min(s.${ROW}) AS ${GONE} FROM ${this.#stage} s
                     LEFT JOIN whole w ON ${equal(key, 's', 'w')}
                     WHERE ${this.#range} AND s.${KIND} = ${DELETE} AND s.${ROW} > coalesce(w.${WHOLE}, -1) GROUP BY ALL)
       SELECT ${key.map((column) => `coalesce(w.${quoteName(column)}, g.${quoteName(column)}) AS ${quoteName(column)}`).join(', ')},
              w.${WHOLE}, g.${GONE}
       FROM whole w FULL JOIN gone g ON ${equal(key, 'w', 'g')}`,
    );
    await this.#deleteKeys(`(SELECT ${this.#keyList('f')} FROM ${name} f WHERE f.${WHOLE} IS NOT NULL)`);
    await this.#insert(`s.${ROW} IN (SELECT ${WHOLE} FROM ${name} WHERE ${WHOLE} IS NOT NULL)`);
    await this.#patch(
      `LEFT JOIN ${name} b ON ${equal(key, 's', 'b')}
       WHERE s.${ROW} > coalesce(b.${WHOLE}, -1) AND (b.${GONE} IS NULL OR s.${ROW} < b.${GONE})`,
      `AND t.${deletedAt} IS NULL`,
    );
    const deleted = await this.#change(
      `UPDATE ${this.#table} AS t SET ${deletedAt} = now() FROM ${name} AS f
       WHERE ${equal(key, 't', 'f')} AND f.${GONE} IS NOT NULL AND t.${deletedAt} IS NULL`,
    );
    await this.#drop(fate);
    return deleted;
  }

  /**
   * Applies the patches that count, the last value of each column of each key.
   *
   * @param which joins and conditions that leave those that count, on the stage `s`
   * @param condition what else must hold of a row `t` that is changed
   */
  async #patch(which: string, condition: string): Promise<void> {
    const { key, columns, stage } = this.#application;
    const sets = stage.columnSets;
    const named = columns.filter(({ name }) => !key.includes(name) && sets.some((set) => set.includes(name)));
    if (named.length === 0) return;
    const kindsOf = (name: string): string =>
      sets.flatMap((set, i) => (set.includes(name) ? [String(i + 1)] : [])).join(', ');
    const valueOf = (i: number): string => `_host_value_${i}`;
    const isGiven = (i: number): string => `_host_is_given_${i}`;
    const values = named.map(({ name }, i) => {
      const has = `s.${KIND} IN (${kindsOf(name)})`;
      return `arg_max_null(s.${quoteName(name)}, s.${ROW}) FILTER (WHERE ${has}) AS ${valueOf(i)}, bool_or(${has}) AS ${isGiven(i)}`;
    });
    const assign = named.map(({ name }, i) => {
      const column = quoteName(name);
      return `${column} = CASE WHEN p.${isGiven(i)} THEN p.${valueOf(i)} ELSE t.${column} END`;
    });
    await this.#run(
      `UPDATE ${this.#table} AS t SET ${assign.join(', ')}
       FROM (SELECT ${this.#keyList('s')}, ${values.join(', ')}
             FROM (SELECT * FROM ${this.#stage} s WHERE ${this.#range} AND s.${KIND} > 0) s ${which} GROUP BY ${key.map((_, i) => i + 1).join(', ')}) AS p
       WHERE ${equal(key, 't', 'p')} ${condition}`,
    );
    killPoint('duckdb.after-patches');
  }

  #keyList(alias: string): string {
    return this.#application.key.map((name) => `${alias}.${quoteName(name)}`).join(', ');
  }

  async #drop(temporary: string | undefined): Promise<void> {
    if (temporary !== undefined) await this.#run(`DROP TABLE IF EXISTS temp.${quoteName(temporary)}`);
  }

  async #run(sql: string): Promise<void> {
    await this.#application.connection.run(sql);
  }

  /** @returns how many rows the statement changed */
  async #change(sql: string): Promise<number> {
    return (await this.#application.connection.run(sql)).rowsChanged;
  }

  async #row(sql: string): Promise<unknown[]> {
    return (await this.#application.connection.runAndReadAll(sql)).getRows()[0] ?? [];
  }
}

/** Keys have no nulls. */
function equal(columns: readonly string[], a: string, b: string): string {
  return columns.map((name) => `${a}.${quoteName(name)} = ${b}.${quoteName(name)}`).join(' AND ');
}

/** Where null equals null; true for no columns. */
function matches(columns: readonly TableColumn[], a: string, b: string): string {
  const conditions = columns.map(
    ({ name }) => `${a}.${quoteName(name)} IS NOT DISTINCT FROM ${b}.${quoteName(name)}`,
  );
  return conditions.length === 0 ? 'true' : conditions.join(' AND ');
}
