import { randomBytes } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { RejectedRow } from '../target.js';
import { jsonText } from '../values/json-text.js';

/** Rows that one statement keeps. */
const PER_STATEMENT = 1000;

/** The columns of a row in `_host_rejected_rows`, as a text of JSON gives them. */
const FIELDS = JSON.stringify([
  {
    id: 'VARCHAR',
    table: 'VARCHAR',
    number: 'BIGINT',
    code: 'VARCHAR',
    reason: 'VARCHAR',
    attempts: 'INTEGER',
    row: 'VARCHAR',
    operation: 'VARCHAR',
    request: 'VARCHAR',
    status: 'INTEGER',
    response: 'VARCHAR',
    isReplacing: 'BOOLEAN',
  },
]);

/** The rows of one run that its next commit keeps aside. */
export class KeptRows {
  readonly #connection: DuckDBConnection;
  /** Null: the rows are of no partition. */
  readonly #partition: string | null;
  #rows: RejectedRow[] = [];

  constructor(connection: DuckDBConnection, partition: string | null = null) {
    this.#connection = connection;
    this.#partition = partition;
  }

  add(rows: readonly RejectedRow[]): void {
    for (const row of rows) this.#rows.push(row);
  }

  /** Forgets them: they were committed, or are not wanted. */
  clear(): void {
    this.#rows = [];
  }

  /**
   * Keeps them, inside the running transaction.
   *
   * @param settled ids of rows that were kept aside before and are to be forgotten
   * @param replaced tables that take the place of older ones: what was kept aside of those is forgotten with them
   */
  async save(
    { run, pipeline }: { readonly run: string; readonly pipeline: string },
    settled: readonly string[] = [],
    replaced: readonly { readonly request: { readonly name: string } }[] = [],
  ): Promise<void> {
    if (settled.length > 0) await dropKept(this.#connection, pipeline, settled);
    for (const { request } of replaced) {
      await this.#connection.run(
        'DELETE FROM _host_rejected_rows WHERE pipeline = $1 AND table_name = $2 AND run <> $3',
        [pipeline, request.name, run],
      );
    }
    for (let start = 0; start < this.#rows.length; start += PER_STATEMENT) {
      const rows = this.#rows.slice(start, start + PER_STATEMENT).map(storedRow);
      await this.#insert(run, pipeline, await this.#withKnownIds(pipeline, rows));
    }
  }

  /**
   * A row of a key that an earlier run kept aside just the same is that row, refused once more. Of rows without a key nobody
   * can say whether they are one.
   */
  async #withKnownIds(pipeline: string, rows: readonly StoredRow[]): Promise<readonly StoredRow[]> {
    const texts = JSON.stringify(rows.map(({ table, operation, row }) => ({ table, operation, row })));
    const found = await this.#connection.runAndReadAll(
      `SELECT kept.id, kept.attempts, kept.table_name, kept.operation, CAST(kept.row AS VARCHAR)
       FROM _host_rejected_rows kept
       SEMI JOIN (SELECT unnest(from_json($2::JSON, '[{"table":"VARCHAR","operation":"VARCHAR","row":"VARCHAR"}]')) AS r) given
         ON kept.table_name = given.r."table" AND kept.operation = given.r.operation
         AND CAST(kept.row AS VARCHAR) = given.r.row
       WHERE kept.pipeline = $1 AND kept.operation <> 'insert' AND kept.partition IS NOT DISTINCT FROM $3::VARCHAR`,
      [pipeline, texts, this.#partition],
    );
    const known = new Map<string, { readonly id: string; readonly attempts: number }>();
    for (const [id, attempts, ...content] of found.getRows())
      known.set(JSON.stringify(content), { id: id as string, attempts: attempts as number });
    if (known.size === 0) return rows;
    await dropKept(
      this.#connection,
      pipeline,
      found.getRows().map(([id]) => id as string),
    );
    const byId = new Map<string, StoredRow>();
    for (const stored of rows) {
      const { table, operation, row } = stored;
      const same = known.get(JSON.stringify([table, operation, row]));
      const kept = same ? { ...stored, id: same.id, attempts: same.attempts + 1 } : stored;
      byId.set(kept.id, kept);
    }
    return [...byId.values()];
  }

  async #insert(run: string, pipeline: string, rows: readonly StoredRow[]): Promise<void> {
    await this.#connection.run(
      `INSERT INTO _host_rejected_rows (run, pipeline, table_name, row_number, code, reason, attempts, row, rejected_at,
         id, operation, request, status, response, partition, is_replacing)
       SELECT $1, $2, r."table", r.number, r.code, r.reason, r.attempts, r.row, now(), r.id, r.operation, r.request,
         r.status, r.response, $4, r."isReplacing"
       FROM (SELECT unnest(from_json($3::JSON, '${FIELDS}')) AS r)`,
      [run, pipeline, JSON.stringify(rows), this.#partition],
    );
  }
}

type StoredRow = ReturnType<typeof storedRow>;

function storedRow(rejected: RejectedRow) {
  const { table, number, code, reason, row, operation = 'upsert', attempts = 1 } = rejected;
  const { request = null, status = null, response = null, isReplacing = null } = rejected;
  const id = rejected.id ?? randomBytes(8).toString('hex');
  const text = jsonText(row) ?? '{}';
  return {
    id,
    table,
    number,
    code,
    reason,
    attempts,
    row: text,
    operation,
    request,
    status,
    response,
    isReplacing,
  };
}

/** @returns how many rows there were */
export async function dropKept(
  connection: DuckDBConnection,
  pipeline: string,
  ids?: readonly string[],
): Promise<number> {
  const which = ids === undefined ? '' : ` AND id IN (SELECT unnest(from_json($2::JSON, '["VARCHAR"]')))`;
  const result = await connection.run(
    `DELETE FROM _host_rejected_rows WHERE pipeline = $1${which}`,
    ids === undefined ? [pipeline] : [pipeline, JSON.stringify(ids)],
  );
  return result.rowsChanged;
}
