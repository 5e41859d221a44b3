import { parseJson } from '../../sdk/parse-json.js';
import type { Row } from '../../sdk/schema.js';
import type { WriteOperation } from '../../sdk/writer/index.js';
import type { KeptRow, RejectedRow, RejectedStore } from '../rejected-rows.js';
import type { Commit } from '../target.js';
import { jsonText } from '../values/json-text.js';
import type { PostgresConnection } from './postgres-connection.js';

/** Rows that one statement writes or reads. */
const BATCH = 500;
/** Fields of a row in `_host_rejected_rows` that a commit gives. */
const FIELDS = 15;

/**
 * Forgets and keeps rows, in the running transaction.
 *
 * @param replaced tables that take the place of older ones: what earlier runs kept aside of those is forgotten
 */
export async function saveRejected(
  connection: PostgresConnection,
  claim: KeptOf,
  { settled = [] }: Pick<Commit, 'settled'>,
  rejected: readonly RejectedRow[],
  replaced: readonly { readonly request: { readonly name: string } }[],
): Promise<void> {
  if (settled.length > 0) await dropRejected(connection, claim.pipeline, settled);
  await dropReplaced(
    connection,
    claim,
    replaced.map(({ request }) => request.name),
  );
  await keepRejected(connection, claim, rejected);
}

/** Keeps rows aside, in the running transaction. One that was kept before takes the place of what it was. */
async function keepRejected(
  connection: PostgresConnection,
  { run, pipeline, partition }: KeptOf,
  rejected: readonly RejectedRow[],
): Promise<void> {
  for (let from = 0; from < rejected.length; from += BATCH) {
    const some = rejected.slice(from, from + BATCH);
    const known = some.flatMap(({ id }) => id ?? []);
    if (known.length > 0) await dropRejected(connection, pipeline, known);
    const values = some.flatMap(
      ({ id, table, number, code, reason, row, operation, attempts, isReplacing, ...exchange }) => [
        id ?? null,
        run,
        pipeline,
        table,
        number,
        code,
        withoutNul(reason),
        operation ?? 'upsert',
        attempts ?? 1,
        jsonText(row) ?? '{}',
        exchange.request === undefined ? null : withoutNul(exchange.request),
        exchange.status ?? null,
        exchange.response === undefined ? null : withoutNul(exchange.response),
        partition ?? null,
        isReplacing ?? null,
      ],
    );
    const places = some.map(
      (_, i) =>
        `(COALESCE($${i * FIELDS + 1}::bigint, nextval(pg_get_serial_sequence('_host_rejected_rows', 'id'))), ${Array.from(
          { length: FIELDS - 1 },
          (__, j) => `$${i * FIELDS + j + 2}`,
        ).join(', ')}, now())`,
    );
    await connection.run(
      `INSERT INTO _host_rejected_rows (id, run, pipeline, table_name, row_number, code, reason, operation, attempts, row,
         request, status, response, partition, is_replacing, rejected_at) OVERRIDING SYSTEM VALUE VALUES ${places.join(', ')}`,
      values,
    );
  }
}

async function dropReplaced(
  connection: PostgresConnection,
  { run, pipeline }: KeptOf,
  tables: readonly string[],
): Promise<void> {
  if (tables.length === 0) return;
  await connection.change(
    `DELETE FROM _host_rejected_rows WHERE pipeline = $1 AND table_name = ANY ($2::text[]) AND run <> $3`,
    [pipeline, tables, run],
  );
}

/** Forgets rows that were kept aside. @returns how many there were */
export function dropRejected(
  connection: PostgresConnection,
  pipeline: string,
  ids: readonly string[] | undefined,
): Promise<number> {
  return ids === undefined
    ? connection.change(`DELETE FROM _host_rejected_rows WHERE pipeline = $1`, [pipeline])
    : connection.change(
        `DELETE FROM _host_rejected_rows WHERE pipeline = $1 AND id::text = ANY ($2::text[])`,
        [pipeline, ids],
      );
}

/** The rows that pipelines of a schema kept aside. */
export class PostgresRejectedStore implements RejectedStore {
  readonly #withConnection: WithConnection;

  /** @param withConnection lends a connection, with undefined where no host has written to the schema */
  constructor(withConnection: WithConnection) {
    this.#withConnection = withConnection;
  }

  count(pipeline: string): Promise<number> {
    return this.#withConnection(async (connection) => {
      const rows = await connection?.query(`SELECT count(*) FROM _host_rejected_rows WHERE pipeline = $1`, [
        pipeline,
      ]);
      return Number(rows?.[0]?.[0] ?? 0);
    });
  }

  async *rows(pipeline: string, ids?: readonly string[]): AsyncIterable<readonly KeptRow[]> {
    let after = '0';
    for (;;) {
      const rows = await this.#batchAfter(pipeline, after, ids);
      const last = rows.at(-1);
      if (!last) return;
      yield rows;
      after = last.id;
    }
  }

  drop(pipeline: string, ids?: readonly string[]): Promise<number> {
    return this.#withConnection(async (connection) =>
      connection ? dropRejected(connection, pipeline, ids) : 0,
    );
  }

  #batchAfter(pipeline: string, after: string, ids: readonly string[] | undefined): Promise<KeptRow[]> {
    return this.#withConnection(async (connection) => {
      const rows = await connection?.query(
        `SELECT id::text, run, pipeline, table_name, row_number, code, reason, operation, attempts, row, request, status,
           response, to_char(rejected_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), partition, is_replacing
         FROM _host_rejected_rows WHERE pipeline = $1 AND id > $2::bigint AND ($3::text[] IS NULL OR id::text = ANY ($3::text[]))
         ORDER BY id LIMIT ${BATCH}`,
        [pipeline, after, ids ?? null],
      );
      return (rows ?? []).map((row) => keptRow(row as StoredRow));
    });
  }
}

/** What rows are kept aside of. */
export interface KeptOf {
  readonly run: string;
  readonly pipeline: string;
  /** Absent: the rows are of no partition. */
  readonly partition?: string;
}

/** Lends a connection for one step; undefined where no host has written to the schema. */
export type WithConnection = <T>(
  step: (connection: PostgresConnection | undefined) => Promise<T>,
) => Promise<T>;

type StoredRow = [
  id: string,
  run: string,
  pipeline: string,
  table: string,
  number: number,
  code: string,
  reason: string,
  operation: WriteOperation,
  attempts: number,
  row: string,
  request: string | null,
  status: number | null,
  response: string | null,
  rejectedAt: string,
  partition: string | null,
  isReplacing: boolean | null,
];

function keptRow(stored: StoredRow): KeptRow {
  const [
    id,
    run,
    pipeline,
    table,
    number,
    code,
    reason,
    operation,
    attempts,
    row,
    request,
    status,
    response,
    at,
    partition,
    isReplacing,
  ] = stored;
  return {
    id,
    run,
    pipeline,
    ...(partition === null ? {} : { partition }),
    table,
    number,
    code,
    reason,
    operation,
    attempts,
    row: parseJson(row) as Row,
    ...(request === null ? {} : { request }),
    ...(status === null ? {} : { status }),
    ...(response === null ? {} : { response }),
    ...(isReplacing === true ? { isReplacing } : {}),
    rejectedAt: at,
  };
}

/** PostgreSQL stores no such character, and these texts are for people. */
function withoutNul(text: string): string {
  return text.replaceAll('\0', '\ufffd');
}
