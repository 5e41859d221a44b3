import type { DuckDBConnection } from '@duckdb/node-api';
import { parseJson } from '../../sdk/parse-json.js';
import type { Row } from '../../sdk/schema.js';
import type { WriteOperation } from '../../sdk/writer/index.js';
import type { KeptRow, RejectedStore } from '../rejected-rows.js';
import { Bookkeeping } from './bookkeeping.js';
import type { DuckdbPipelineStoreParts } from './duckdb-pipeline-store.js';
import { dropKept } from './kept-rows.js';
import { isoText } from './sql.js';

/** Rows that are read at once. */
const PAGE = 1000;

/** The rows that the pipelines of a database kept aside. Each call has a connection of its own. */
export class DuckdbRejectedStore implements RejectedStore {
  readonly #parts: DuckdbPipelineStoreParts;

  constructor(parts: DuckdbPipelineStoreParts) {
    this.#parts = parts;
  }

  count(pipeline: string): Promise<number> {
    return this.#do(async (connection) => {
      const found = await connection.runAndReadAll(
        'SELECT CAST(count(*) AS DOUBLE) FROM _host_rejected_rows WHERE pipeline = $1',
        [pipeline],
      );
      return found.getRows()[0]?.[0] as number;
    }, 0);
  }

  async *rows(pipeline: string, ids?: readonly string[]): AsyncGenerator<readonly KeptRow[]> {
    for (let offset = 0; ; offset += PAGE) {
      const page = await this.#do((connection) => readPage(connection, pipeline, ids, offset), []);
      if (page.length > 0) yield page;
      if (page.length < PAGE) return;
    }
  }

  drop(pipeline: string, ids?: readonly string[]): Promise<number> {
    return this.#do((connection) => dropKept(connection, pipeline, ids), 0);
  }

  /** A database that the host never wrote to stays as it is. */
  async #do<T>(step: (connection: DuckDBConnection) => Promise<T>, none: T): Promise<T> {
    const { instance, label, inTurn } = this.#parts;
    const connection = await instance.connect();
    try {
      return await inTurn(async () => {
        const bookkeeping = new Bookkeeping(connection, label);
        if (!(await bookkeeping.hasPipelines())) return none;
        await bookkeeping.prepare();
        return step(connection);
      });
    } finally {
      connection.closeSync();
    }
  }
}

async function readPage(
  connection: DuckDBConnection,
  pipeline: string,
  ids: readonly string[] | undefined,
  offset: number,
): Promise<KeptRow[]> {
  const which = ids === undefined ? '' : ` AND id IN (SELECT unnest(from_json($2::JSON, '["VARCHAR"]')))`;
  const found = await connection.runAndReadAll(
    `SELECT id, run, pipeline, table_name, CAST(row_number AS DOUBLE), code, reason, attempts, CAST(row AS VARCHAR),
       ${isoText('rejected_at')}, operation, request, status, response, partition, is_replacing
     FROM _host_rejected_rows WHERE pipeline = $1${which}
     ORDER BY rejected_at, rowid LIMIT ${PAGE} OFFSET ${offset}`,
    ids === undefined ? [pipeline] : [pipeline, JSON.stringify(ids)],
  );
  return found.getRows().map((cells) => {
    const [id, run, ofPipeline, table, number, code, reason, attempts, row, rejectedAt] = cells;
    const [operation, request, status, response, partition, isReplacing] = cells.slice(10);
    return {
      id: id as string,
      run: run as string,
      pipeline: ofPipeline as string,
      ...(partition === null ? {} : { partition: partition as string }),
      table: table as string,
      number: number as number,
      code: code as string,
      reason: reason as string,
      attempts: attempts as number,
      row: parseJson(row as string) as Row,
      rejectedAt: rejectedAt as string,
      operation: operation as WriteOperation,
      ...(request === null ? {} : { request: request as string }),
      ...(status === null ? {} : { status: status as number }),
      ...(response === null ? {} : { response: response as string }),
      ...(isReplacing === true ? { isReplacing: true as const } : {}),
    };
  });
}
