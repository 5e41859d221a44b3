import type { DuckDBConnection } from '@duckdb/node-api';
import { RowError } from '../../sdk/errors.js';
import { parseJson } from '../../sdk/parse-json.js';
import type { Row } from '../../sdk/schema.js';
import { ChunkAppender } from '../duckdb/chunk-appender.js';
import { quoteName, quoteText } from '../duckdb/sql.js';
import { killPoint } from '../kill-point.js';
import type { TableColumn } from '../target.js';
import { setField } from '../values/row-field.js';
import type { StagedRow } from './row-texts.js';

/** What differs between the rows that were read and those that the endpoint has accepted. */
export interface Differences {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** Rows that differ in one way, as many as are sent together. */
export interface Chunk {
  readonly kind: keyof Differences;
  /** Whole rows, or keys of those that were removed. */
  readonly rows: readonly Row[];
  /** Number of each row in the run; of those that were removed, a count of their own. */
  readonly numbers: readonly number[];
  /** Numbers that it lies between: those behind the first, up to the last. */
  readonly after: number;
  readonly upTo: number;
}

/** Which table a {@link LedgerTable} is of. */
export interface LedgerTableOptions {
  readonly name: string;
  /** Unique among those of the connection. */
  readonly ordinal: number;
  /** True: nothing is made but what is gone with the connection. */
  readonly looksOnly: boolean;
}

const STAGED: readonly TableColumn[] = [
  { name: 'number', type: 'bigint', declared: true, nullable: false },
  { name: 'key', type: 'string', declared: true, nullable: false },
  { name: 'row', type: 'string', declared: true, nullable: false },
  { name: 'content', type: 'string', declared: true, nullable: true },
];

/** What an endpoint has accepted of one table, and the rows that a run has read of it. */
export class LedgerTable {
  /** Names of the columns when it was last sent as a whole; empty: never. */
  readonly columns: readonly string[];
  /** Names of the key columns then. */
  readonly key: readonly string[];
  /** Rows that the endpoint has, or may have. */
  readonly rows: number;
  readonly #connection: DuckDBConnection;
  readonly #name: string;
  readonly #accepted: string;
  readonly #stage: string;
  readonly #different: string;
  readonly #gone: string;
  #appender: ChunkAppender | undefined;

  private constructor(
    connection: DuckDBConnection,
    { name, ordinal }: LedgerTableOptions,
    found: {
      readonly accepted: string;
      readonly columns: string[];
      readonly key: string[];
      readonly rows: number;
    },
  ) {
    this.#connection = connection;
    this.#name = name;
    this.#accepted = quoteName(found.accepted);
    this.#stage = `stage_${ordinal}`;
    this.#different = `different_${ordinal}`;
    this.#gone = `gone_${ordinal}`;
    this.columns = found.columns;
    this.key = found.key;
    this.rows = found.rows;
  }

  /** Called by the ledger, the only one that opens them. */
  static async open(connection: DuckDBConnection, options: LedgerTableOptions): Promise<LedgerTable> {
    const { name, ordinal, looksOnly } = options;
    const known = await connection.runAndReadAll(
      'SELECT accepted, columns, key FROM ledger_tables WHERE name = $1',
      [name],
    );
    const [row] = known.getRows();
    const { accepted, columns, key } = row
      ? { accepted: String(row[0]), columns: names(row[1]), key: names(row[2]) }
      : { accepted: await make(connection, options), columns: [], key: [] };
    const count = await connection.runAndReadAll(
      `
      SELECT count(*) FROM (
        SELECT key FROM ${quoteName(accepted)} UNION ALL
        SELECT DISTINCT key FROM ledger_sent WHERE name = $1 AND key NOT IN (SELECT key FROM ${quoteName(accepted)})
      )`,
      [name],
    );
    const rows = Number(count.getRows()[0]?.[0]);
    const table = new LedgerTable(connection, { name, ordinal, looksOnly }, { accepted, columns, key, rows });
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE ${table.#stage} (number BIGINT, key VARCHAR, row VARCHAR, content VARCHAR)`,
    );
    return table;
  }

  /** Takes rows that were read. */
  async stage(rows: StagedRow[]): Promise<void> {
    this.#appender ??= new ChunkAppender(
      await this.#connection.createAppender(this.#stage, null, 'temp'),
      this.#name,
      STAGED,
    );
    this.#appender.append({ rows, firstRow: 1 });
  }

  /** Forgets the rows that were read. */
  async discard(): Promise<void> {
    this.#appender?.discard();
    this.#appender = undefined;
    await this.#connection.run(`DROP TABLE IF EXISTS temp.${this.#stage}`);
  }

  /**
   * Compares what was read with what the endpoint has. Called once, when everything was read.
   *
   * @param isAnew true: every row that the endpoint has counts as changed
   * @throws RowError KEY_REPEATED
   */
  async compare(isAnew: boolean): Promise<Differences> {
    this.#appender?.close();
    this.#appender = undefined;
    await this.#refuseRepeated();
    // A row whose answer is not known may be there or not: it is new only where it is sent exactly as before.
    const sent = `SELECT key, min(hash) AS hash, bool_and(hash IS NOT NULL) AND min(hash) = max(hash) AS is_one
      FROM ledger_sent WHERE name = ${quoteText(this.#name)} GROUP BY key`;
    await this.#connection.run(`
      CREATE OR REPLACE TEMP TABLE ${this.#different} AS
      SELECT s.number, s.key, s.hash,
        a.key IS NULL AND (d.key IS NULL OR (d.is_one AND d.hash = s.hash)) AS is_new
      FROM (SELECT number, key, md5_number(coalesce(content, row)) AS hash FROM ${this.#stage}) s
      LEFT JOIN ${this.#accepted} a ON a.key = s.key LEFT JOIN (${sent}) d ON d.key = s.key
      WHERE a.key IS NULL OR a.hash <> s.hash OR d.key IS NOT NULL ${isAnew ? 'OR true' : ''}
    `);
    await this.#connection.run(`
      CREATE OR REPLACE TEMP TABLE ${this.#gone} AS
      SELECT row_number() OVER () AS number, key
      FROM (SELECT key FROM ${this.#accepted} UNION ALL
            SELECT key FROM (${sent}) ANTI JOIN ${this.#accepted} USING (key)) a
      ANTI JOIN ${this.#stage} s ON a.key = s.key
    `);
    const counts = await this.#connection.runAndReadAll(`
      SELECT count(*) FILTER (is_new), count(*) FILTER (NOT is_new), (SELECT count(*) FROM ${this.#gone})
      FROM ${this.#different}
    `);
    const [added = 0, changed = 0, removed = 0] = (counts.getRows()[0] ?? []).map(Number);
    return { added, changed, removed };
  }

  /**
   * The rows that differ in one way, in the order in which they were read.
   *
   * @param key columns of the primary key
   * @param size rows in a chunk at most
   */
  async *chunks(kind: Chunk['kind'], key: readonly string[], size: number): AsyncGenerator<Chunk> {
    for (let after = 0; ;) {
      const found = await this.#connection.runAndReadAll(
        `SELECT max(number) FROM (SELECT number FROM ${this.#list(kind)} AND number > ${after} ORDER BY number LIMIT ${size})`,
      );
      const last = found.getRows()[0]?.[0] ?? null;
      if (last === null) return;
      const upTo = Number(last);
      const range = `number > ${after} AND number <= ${upTo}`;
      const sql =
        kind === 'removed'
          ? `SELECT number, key FROM ${this.#gone} WHERE ${range} ORDER BY number`
          : `SELECT number, row FROM ${this.#stage}
             SEMI JOIN (SELECT number FROM ${this.#list(kind)} AND ${range}) USING (number)
             WHERE ${range} ORDER BY number`;
      const read = (await this.#connection.runAndReadAll(sql)).getRows();
      yield {
        kind,
        rows: read.map(([, text]) =>
          kind === 'removed' ? keyOf(key, String(text)) : (parseJson(String(text)) as Row),
        ),
        numbers: read.map(([number]) => Number(number)),
        after,
        upTo,
      };
      after = upTo;
    }
  }

  /** Notes that a chunk is about to be sent, so that a run after a failure knows what the endpoint may have. */
  async note(chunk: Chunk): Promise<void> {
    const hash = chunk.kind === 'removed' ? 'NULL' : 'hash';
    await this.#connection.run(
      `INSERT INTO ledger_sent SELECT $1, key, ${hash} FROM ${this.#rowsOf(chunk)}`,
      [this.#name],
    );
  }

  /** Notes that the endpoint has accepted a chunk. @param refused keys of the rows that it has not, as texts */
  async accept(chunk: Chunk, refused: readonly string[]): Promise<void> {
    const others = refused.length === 0 ? '' : `AND key NOT IN (${refused.map(quoteText).join(', ')})`;
    const accepted = `${this.#rowsOf(chunk)} ${others}`;
    killPoint('ledger.before-commit');
    await this.#connection.run('BEGIN');
    if (chunk.kind !== 'added') {
      await this.#connection.run(`DELETE FROM ${this.#accepted} WHERE key IN (SELECT key FROM ${accepted})`);
    }
    if (chunk.kind !== 'removed') {
      await this.#connection.run(`INSERT INTO ${this.#accepted} SELECT key, hash FROM ${accepted}`);
    }
    await this.#connection.run(
      `DELETE FROM ledger_sent WHERE name = $1 AND key IN (SELECT key FROM ${this.#rowsOf(chunk)})`,
      [this.#name],
    );
    await this.#connection.run('COMMIT');
    killPoint('ledger.after-commit');
  }

  /** Notes what the table looked like, when all of it was sent. */
  async describe(columns: readonly string[], key: readonly string[]): Promise<void> {
    await this.#connection.run('UPDATE ledger_tables SET columns = $2, key = $3 WHERE name = $1', [
      this.#name,
      JSON.stringify(columns),
      JSON.stringify(key),
    ]);
  }

  #rowsOf({ kind, after, upTo }: Chunk): string {
    return `${this.#list(kind)} AND number > ${after} AND number <= ${upTo}`;
  }

  #list(kind: Chunk['kind']): string {
    if (kind === 'removed') return `${this.#gone} WHERE true`;
    return `${this.#different} WHERE ${kind === 'added' ? 'is_new' : 'NOT is_new'}`;
  }

  async #refuseRepeated(): Promise<void> {
    const found = await this.#connection.runAndReadAll(`
      SELECT min(number) AS first, max(number) FROM ${this.#stage}
      GROUP BY key HAVING count(*) > 1 ORDER BY first LIMIT 1
    `);
    const [row] = found.getRows();
    if (!row) return;
    const [first, second] = row.map(Number);
    throw new RowError(`rows ${first} and ${second} of table "${this.#name}" have the same key`, {
      code: 'KEY_REPEATED',
      details: { table: this.#name, ...(second === undefined ? {} : { row: second }) },
    });
  }
}

async function make(
  connection: DuckDBConnection,
  { name, ordinal, looksOnly }: LedgerTableOptions,
): Promise<string> {
  const columns = '(key VARCHAR NOT NULL, hash UHUGEINT NOT NULL)';
  if (looksOnly) {
    const nothing = `accepted_now_${ordinal}`;
    await connection.run(`CREATE OR REPLACE TEMP TABLE ${nothing} ${columns}`);
    return nothing;
  }
  const counted = await connection.runAndReadAll('SELECT count(*) FROM ledger_tables');
  const accepted = `accepted_${Number(counted.getRows()[0]?.[0]) + 1}`;
  await connection.run('BEGIN');
  await connection.run(`CREATE TABLE ${accepted} ${columns}`);
  await connection.run(`INSERT INTO ledger_tables VALUES ($1, $2, '[]', '[]')`, [name, accepted]);
  await connection.run('COMMIT');
  return accepted;
}

function names(json: unknown): string[] {
  return JSON.parse(String(json)) as string[];
}

function keyOf(columns: readonly string[], json: string): Row {
  const values = parseJson(json) as unknown[];
  const key: Row = {};
  for (const [i, column] of columns.entries()) setField(key, column, values[i]);
  return key;
}
