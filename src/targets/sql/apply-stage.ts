import { DELETE, DELETED_AT, UPSERT, type DeleteMode, type TableColumn } from '../target.js';
import { fieldReader } from '../values/row-field.js';
import { possibleRemovals, type PossibleRemovals } from './possible-removals.js';
import type { Segment } from './segments.js';
import { AT, KIND, ROW, type SqlDatabase } from './sql-database.js';

/** Rows of a stage whose keys are deleted at once; more are deleted in slices, for the memory that a join takes. */
const SLICE_ROWS = 2_000_000;

/** Columns of the table of fates: which staged row of a key was written whole last, and which deleted it after that. */
const WHOLE = '_host_whole';
const GONE = '_host_gone';

/** Rows of one table that wait in a temporary table, with {@link ROW} and {@link KIND} before its own columns. */
export interface StagedRows {
  readonly physicalName: string;
  readonly rows: number;
  readonly segments: readonly Segment[];
  readonly columnSets: readonly (readonly string[])[];
}

/** What {@link applyStage} applies, and to what. */
export interface Application {
  readonly database: SqlDatabase;
  readonly stage: StagedRows;
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
  /** True: the table has a unique index on the key, so a row can take the place of another in one statement. */
  readonly hasUniqueKey?: boolean;
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
  readonly #database: SqlDatabase;
  readonly #segment: Segment;
  readonly #table: string;
  readonly #stage: string;
  /** The rows of the segment, as a condition on the stage `s`. */
  readonly #range: string;
  readonly #names: readonly string[];

  constructor(application: Application, segment: Segment) {
    const { database } = application;
    this.#application = application;
    this.#database = database;
    this.#segment = segment;
    this.#table = this.#quote(application.physicalName);
    this.#stage = database.quoteTemporary(application.stage.physicalName);
    const { from, to } = segment;
    this.#range =
      from === 0 && to === application.stage.rows ? 'true' : `s.${ROW} >= ${from} AND s.${ROW} < ${to}`;
    this.#names = application.columns.map(({ name }) => this.#quote(name));
  }

  async apply(): Promise<number> {
    const { key, isNew, hasUniqueKey = false } = this.#application;
    const { isMixed, from, to } = this.#segment;
    if (isMixed) return this.#isSoft ? this.#applyMixedSoftly() : this.#applyMixed();
    let deleted = 0;
    let cancelled: string | undefined;
    const possible = possibleRemovals(this.#segment, this.#application.columns, this.#application.table);
    if (possible.removals.length > 0) {
      const where = await this.#stageRemovals(possible);
      if (!isNew) deleted += await this.#removeByValue(where, possible);
      this.#database.onStep('after-removals');
      cancelled = this.#cancelledBy(where, possible);
    }
    if (to > from) {
      const winners = key.length > 0 ? await this.#winners() : undefined;
      const replaces = winners !== undefined && !isNew;
      if (replaces && !hasUniqueKey) await this.#deleteKeys(winners.keys);
      await this.#insert(winners?.rows ?? this.#range, { cancelled, replaces: replaces && hasUniqueKey });
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
      `SELECT (SELECT count(*) FROM ${from}), (SELECT count(*) FROM (SELECT DISTINCT ${key} FROM ${from}) AS d)`,
    );
    if (rows === keys) return { keys: `(SELECT ${key} FROM ${from})`, rows: this.#range };
    const temporary = `${this.#application.stage.physicalName}_last`;
    await this.#database.makeTemporary(
      temporary,
      `SELECT ${key}, max(s.${ROW}) AS ${AT} FROM ${from} GROUP BY ${key}`,
    );
    const name = this.#database.quoteTemporary(temporary);
    return {
      keys: `(SELECT ${this.#keyList('l')} FROM ${name} l)`,
      rows: `s.${ROW} IN (SELECT ${AT} FROM ${name})`,
      temporary,
    };
  }

  async #deleteKeys(keys: string): Promise<number> {
    const { stage } = this.#application;
    const slices = this.#database.slice ? Math.max(1, Math.ceil(stage.rows / SLICE_ROWS)) : 1;
    let deleted = 0;
    this.#database.onStep('before-deletes');
    for (let slice = 0; slice < slices; slice += 1) {
      const isOfSlice = slices > 1 && this.#database.slice?.(this.#keyList('k'), slices, slice);
      const some = isOfSlice ? `(SELECT * FROM ${keys} k WHERE ${isOfSlice})` : keys;
      deleted += await this.#change(
        `DELETE FROM ${this.#table} AS t USING ${some} AS k WHERE ${this.#equal('t', 'k')}`,
      );
    }
    this.#database.onStep('after-deletes');
    return deleted;
  }

  /**
   * @param cancelled which of the rows a later removal takes away, as a condition on the stage `s`
   * @param replaces true: each takes the place of the row of its key, by the unique index on it
   */
  async #insert(
    rows: string,
    { cancelled, replaces = false }: { cancelled?: string | undefined; replaces?: boolean } = {},
  ): Promise<void> {
    const columns = [...this.#names];
    const values = this.#names.map((name) => `s.${name}`);
    let condition = rows;
    if (cancelled !== undefined && this.#isSoft) {
      columns.push(this.#quote(DELETED_AT));
      values.push(`CASE WHEN ${cancelled} THEN now() END`);
    } else if (cancelled !== undefined) condition = `${rows} AND NOT (${cancelled})`;
    else if (replaces && this.#isSoft) {
      columns.push(this.#quote(DELETED_AT));
      values.push(`NULL`);
    }
    this.#database.onStep('before-insert');
    await this.#run(
      `INSERT INTO ${this.#table} (${columns.join(', ')})
       SELECT ${values.join(', ')} FROM ${this.#stage} s WHERE ${condition}${replaces ? this.#onConflict(columns) : ''}`,
    );
    this.#database.onStep('after-insert');
  }

  #onConflict(columns: readonly string[]): string {
    const key = this.#application.key.map((name) => this.#quote(name));
    const others = columns.filter((name) => !key.includes(name));
    const change =
      others.length === 0
        ? 'NOTHING'
        : `UPDATE SET ${others.map((name) => `${name} = excluded.${name}`).join(', ')}`;
    return ` ON CONFLICT (${key.join(', ')}) DO ${change}`;
  }

  // --- Removals by value ---

  get #whereName(): string {
    return `${this.#application.stage.physicalName}_where`;
  }

  /** Puts removals into a temporary table, typed as their columns. */
  async #stageRemovals({ columns, removals }: PossibleRemovals): Promise<string> {
    await this.#database.stageRemovals(this.#whereName, this.#application.table, columns, removals);
    return this.#database.quoteTemporary(this.#whereName);
  }

  async #removeByValue(where: string, possible: PossibleRemovals): Promise<number> {
    const { columns } = possible;
    const condition = this.#matches(possible, 't', 'w');
    if (this.#isSoft) {
      const names = columns.map(({ name }) => this.#quote(name)).join(', ');
      const source = columns.length === 0 ? '' : `FROM (SELECT DISTINCT ${names} FROM ${where}) AS w`;
      return this.#change(
        `UPDATE ${this.#table} AS t SET ${this.#quote(DELETED_AT)} = now() ${source}
         WHERE ${condition} AND t.${this.#quote(DELETED_AT)} IS NULL`,
      );
    }
    const using = columns.length === 0 ? '' : `USING ${where} AS w`;
    return this.#change(`DELETE FROM ${this.#table} AS t ${using} WHERE ${condition}`);
  }

  /** Which staged rows a later removal takes away. Undefined: none of them comes before one. */
  #cancelledBy(where: string, possible: PossibleRemovals): string | undefined {
    const { columns, removals } = possible;
    const last = removals.at(-1)?.at ?? 0;
    if (last <= this.#segment.from) return undefined;
    if (columns.length === 0) return `s.${ROW} < ${last}`;
    return `EXISTS (SELECT 1 FROM ${where} w WHERE ${this.#matches(possible, 's', 'w')} AND w.${AT} > s.${ROW})`;
  }

  // --- Whole rows, deletes and patches together ---

  async #applyMixed(): Promise<number> {
    const { stage, hasUniqueKey = false } = this.#application;
    const base = `${stage.physicalName}_base`;
    const name = this.#database.quoteTemporary(base);
    await this.#database.makeTemporary(
      base,
      `SELECT ${this.#keyList('s')}, max(s.${ROW}) AS ${AT}, ${this.#database.last(`s.${KIND}`, `s.${ROW}`)} AS ${KIND}
       FROM ${this.#stage} s WHERE ${this.#range} AND s.${KIND} <= ${UPSERT} GROUP BY ${this.#keyList('s')}`,
    );
    const of = (kind: number): string =>
      `(SELECT ${this.#keyList('b')} FROM ${name} b WHERE b.${KIND} = ${kind})`;
    const deleted = await this.#deleteKeys(of(DELETE));
    if (!hasUniqueKey) await this.#deleteKeys(of(UPSERT));
    await this.#insert(`s.${ROW} IN (SELECT ${AT} FROM ${name} WHERE ${KIND} = ${UPSERT})`, {
      replaces: hasUniqueKey,
    });
    await this.#patch(
      `LEFT JOIN ${name} b ON ${this.#equal('s', 'b')}
       WHERE b.${AT} IS NULL OR (b.${KIND} = ${UPSERT} AND s.${ROW} > b.${AT})`,
      '',
    );
    await this.#drop(base);
    return deleted;
  }

  async #applyMixedSoftly(): Promise<number> {
    const { key, stage, hasUniqueKey = false } = this.#application;
    const fate = `${stage.physicalName}_fate`;
    const name = this.#database.quoteTemporary(fate);
    const deletedAt = this.#quote(DELETED_AT);
    // For each key: its last whole row, and the first delete after that one.
    await this.#database.makeTemporary(
      fate,
      `WITH whole AS (SELECT ${this.#keyList('s')}, max(s.${ROW}) AS ${WHOLE} FROM ${this.#stage} s
                      WHERE ${this.#range} AND s.${KIND} = ${UPSERT} GROUP BY ${this.#keyList('s')}),
            gone AS (SELECT ${this.#keyList('s')}, min(s.${ROW}) AS ${GONE} FROM ${this.#stage} s
                     LEFT JOIN whole w ON ${this.#equal('s', 'w')}
                     WHERE ${this.#range} AND s.${KIND} = ${DELETE} AND s.${ROW} > coalesce(w.${WHOLE}, -1) GROUP BY ${this.#keyList('s')})
       SELECT ${key
         .map((column) => this.#quote(column))
         .map((column) => `coalesce(w.${column}, g.${column}) AS ${column}`)
         .join(', ')},
              w.${WHOLE}, g.${GONE}
       FROM whole w FULL JOIN gone g ON ${this.#equal('w', 'g')}`,
    );
    if (!hasUniqueKey)
      await this.#deleteKeys(`(SELECT ${this.#keyList('f')} FROM ${name} f WHERE f.${WHOLE} IS NOT NULL)`);
    await this.#insert(`s.${ROW} IN (SELECT ${WHOLE} FROM ${name} WHERE ${WHOLE} IS NOT NULL)`, {
      replaces: hasUniqueKey,
    });
    await this.#patch(
      `LEFT JOIN ${name} b ON ${this.#equal('s', 'b')}
       WHERE s.${ROW} > coalesce(b.${WHOLE}, -1) AND (b.${GONE} IS NULL OR s.${ROW} < b.${GONE})`,
      `AND t.${deletedAt} IS NULL`,
    );
    const deleted = await this.#change(
      `UPDATE ${this.#table} AS t SET ${deletedAt} = now() FROM ${name} AS f
       WHERE ${this.#equal('t', 'f')} AND f.${GONE} IS NOT NULL AND t.${deletedAt} IS NULL`,
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
      const last = this.#database.last(`s.${this.#quote(name)}`, `s.${ROW}`, has);
      return `${last} AS ${valueOf(i)}, bool_or(${has}) AS ${isGiven(i)}`;
    });
    const assign = named.map(({ name }, i) => {
      const column = this.#quote(name);
      return `${column} = CASE WHEN p.${isGiven(i)} THEN p.${valueOf(i)} ELSE t.${column} END`;
    });
    await this.#run(
      `UPDATE ${this.#table} AS t SET ${assign.join(', ')}
       FROM (SELECT ${this.#keyList('s')}, ${values.join(', ')}
             FROM (SELECT * FROM ${this.#stage} s WHERE ${this.#range} AND s.${KIND} > 0) s ${which} GROUP BY ${key.map((_, i) => i + 1).join(', ')}) AS p
       WHERE ${this.#equal('t', 'p')} ${condition}`,
    );
    this.#database.onStep('after-patches');
  }

  #keyList(alias: string): string {
    return this.#application.key.map((name) => `${alias}.${this.#quote(name)}`).join(', ');
  }

  /** Keys have no nulls. */
  #equal(a: string, b: string): string {
    return this.#application.key
      .map((name) => this.#quote(name))
      .map((name) => `${a}.${name} = ${b}.${name}`)
      .join(' AND ');
  }

  /** Where null equals null; true for no columns. Equality without nulls is what indexes and hash joins know. */
  #matches({ columns, removals }: PossibleRemovals, a: string, b: string): string {
    const conditions = columns.map(({ name }) => {
      const column = this.#quote(name);
      const read = fieldReader(name);
      const hasNull = removals.some(({ where }) => (read(where) ?? null) === null);
      return `${a}.${column} ${hasNull ? 'IS NOT DISTINCT FROM' : '='} ${b}.${column}`;
    });
    return conditions.length === 0 ? 'true' : conditions.join(' AND ');
  }

  #quote(name: string): string {
    return this.#database.quoteName(name);
  }

  async #drop(temporary: string | undefined): Promise<void> {
    if (temporary !== undefined)
      await this.#run(`DROP TABLE IF EXISTS ${this.#database.quoteTemporary(temporary)}`);
  }

  #run(sql: string): Promise<void> {
    return this.#database.run(sql);
  }

  /** @returns how many rows the statement changed */
  #change(sql: string): Promise<number> {
    return this.#database.change(sql);
  }

  #row(sql: string): Promise<unknown[]> {
    return this.#database.row(sql);
  }
}
