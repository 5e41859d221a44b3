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
  },
]);

/** The rows of one run that its next commit keeps aside. */
export class KeptRows {
  readonly #connection: DuckDBConnection;
  #rows: RejectedRow[] = [];

  constructor(connection: DuckDBConnection) {
    this.#connection = connection;
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
    replaced: readonly string[] = [],
  ): Promise<void> {
    if (settled.length > 0) await dropKept(this.#connection, pipeline, settled);
    for (const table of replaced) {
      await this.#connection.run(
        'DELETE FROM _host_rejected_rows WHERE pipeline = $1 AND table_name = $2 AND run <> $3',
        [pipeline, table, run],
      );
    }
    for (let start = 0; start < this.#rows.length; start += PER_STATEMENT) {
      const rows = this.#rows.slice(start, start + PER_STATEMENT).map((rejected) => {
        const { id, table, number, code, reason, row, operation = 'upsert', attempts = 1 } = rejected;
        const { request = null, status = null, response = null } = rejected;
        const text = jsonText(row) ?? '{}';
        const own = id ?? randomBytes(8).toString('hex');
        return {
          id: own,
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
        };
      });
      await this.#connection.run(
        `INSERT INTO _host_rejected_rows (run, pipeline, table_name, row_number, code, reason, attempts, row, rejected_at,
           id, operation, request, status, response)
         SELECT $1, $2, r."table", r.number, r.code, r.reason, r.attempts, r.row, now(), r.id, r.operation, r.request,
           r.status, r.response
         FROM (SELECT unnest(from_json($3::JSON, '${FIELDS}')) AS r)`,
        [run, pipeline, JSON.stringify(rows)],
      );
    }
  }
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
