import { join } from 'node:path';
import type { WriteRequest } from '../../../src/sdk/connector.js';
import { ConnectorError } from '../../../src/sdk/errors.js';
import type { Row } from '../../../src/sdk/schema.js';
import type { DatasetWriter, RefusedRow, RowsInfo, WriterHost } from '../../../src/sdk/writer/index.js';
import type { Commit, RunRecord, TableRequest, TargetRun } from '../../../src/targets/target.js';
import { WriterTarget } from '../../../src/targets/writer/writer-target.js';
import { declared } from '../files/fixture.js';
import { runRecord } from '../../fixtures/run-record.js';

/** One call that a writer got. */
export interface WriterCall {
  readonly call: string;
  readonly operation?: string;
  readonly rows?: readonly Row[];
  readonly numbers?: readonly number[];
}

/** Notes every call, and holds what the host lends. */
export class NotingWriter implements DatasetWriter {
  readonly calls: WriterCall[] = [];
  readonly keys: string[] = [];
  host!: WriterHost;

  attach(host: WriterHost): void {
    this.host = host;
    this.calls.push({ call: 'attach' });
  }

  writeRow(): void {
    throw new Error('writeRows is used instead');
  }

  async writeRows(rows: readonly Row[], info?: RowsInfo): Promise<void> {
    this.#note('writeRows', rows, info);
  }

  async updateRows(rows: readonly Row[], info?: RowsInfo): Promise<void> {
    this.#note('updateRows', rows, info);
  }

  async deleteRows(rows: readonly Row[], info?: RowsInfo): Promise<void> {
    this.#note('deleteRows', rows, info);
  }

  async flush(): Promise<void> {
    this.calls.push({ call: 'flush' });
  }

  async close(): Promise<void> {
    this.calls.push({ call: 'close' });
  }

  async abort(): Promise<void> {
    this.calls.push({ call: 'abort' });
  }

  #note(call: string, rows: readonly Row[], info?: RowsInfo): void {
    this.calls.push({ call, operation: info?.operation as string, rows, numbers: info?.numbers ?? [] });
    for (const i of rows.keys()) this.keys.push(info?.rowKey(i) ?? '');
  }
}

/** A target whose writers are the given one. @param folder undefined: no state is kept */
export function writerTarget(
  writer: DatasetWriter,
  folder?: string,
  requests: WriteRequest[] = [],
): WriterTarget {
  return new WriterTarget({
    connector: 'my-plugin-api',
    journalFolder: folder === undefined ? undefined : join(folder, '.host'),
    openWriter: async (request) => {
      requests.push(request);
      return writer;
    },
    wrapError: (cause) => new ConnectorError('the writer failed', { code: 'WRITER_FAILED', cause }),
    close: () => Promise.resolve(),
  });
}

export const ID = declared('id', 'bigint');

export const run = (change: Partial<TargetRun> = {}): TargetRun => ({
  runId: 'run-1',
  pipeline: 'orders',
  signal: new AbortController().signal,
  ...change,
});

export const tableOf = (change: Partial<TableRequest> = {}): TableRequest => ({
  name: 'orders',
  mode: 'append',
  columns: [ID],
  primaryKey: [],
  ...change,
});

export const ENDED: RunRecord = runRecord({ commits: 1 });

/** @param rowsRead by the run so far */
export const commitOf = (rowsRead: number, change: Partial<Commit> = {}): Commit => ({
  isFinal: false,
  state: '{}',
  fingerprint: null,
  format: 1,
  record: { ...ENDED, rowsRead },
  ...change,
});

export const refusal = (number: number, change: Partial<RefusedRow> = {}): RefusedRow => ({
  row: { id: number },
  number,
  operation: 'insert',
  code: 'duplicate_email',
  message: 'the e-mail is taken',
  attempts: 2,
  request: 'POST http://127.0.0.1/orders',
  status: 422,
  response: '{"error":"duplicate_email"}',
  ...change,
});
