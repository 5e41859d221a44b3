import { expect, test } from '@jest/globals';
import type { WriteRequest } from '../../../src/sdk/connector.js';
import { AbortError, AuthError, ConnectorError } from '../../../src/sdk/errors.js';
import type { Row } from '../../../src/sdk/schema.js';
import { BufferedWriter, type DatasetWriter } from '../../../src/sdk/writer/index.js';
import { WriterTarget } from '../../../src/targets/writer/writer-target.js';
import { declared, inferred, load, openOne, tableRequest, targetRun } from '../files/fixture.js';
import { FINAL_COMMIT } from '../../fixtures/final-commit.js';

const columns = [declared('day', 'date'), inferred('x', 'json')];

/** A writer that notes every call. */
class NotingWriter implements DatasetWriter {
  constructor(
    readonly calls: unknown[],
    readonly fail: Partial<Record<'writeRow' | 'close' | 'abort', unknown>> = {},
  ) {}

  writeRow(row: Row): void {
    this.#note('writeRow', row);
  }

  async close(): Promise<void> {
    this.#note('close');
  }

  async abort(): Promise<void> {
    this.#note('abort');
  }

  #note(call: 'writeRow' | 'close' | 'abort', ...rest: unknown[]): void {
    this.calls.push([call, ...rest]);
    if (call in this.fail) throw this.fail[call];
  }
}

function targetOf(
  openWriter: (request: WriteRequest) => DatasetWriter | Promise<DatasetWriter>,
  calls: unknown[] = [],
) {
  return new WriterTarget({
    connector: 'my-plugin-api',
    openWriter: async (request) => openWriter(request),
    wrapError: (cause) =>
      new ConnectorError('the writer of connector "my-plugin-api" failed', { code: 'WRITER_FAILED', cause }),
    close: async () => void calls.push(['release']),
  });
}

test('rows, then close, then the connector is released; never abort', async () => {
  const calls: unknown[] = [];
  const target = targetOf(() => new NotingWriter(calls), calls);
  const nested = { a: 1n };
  await load(target, columns, [{ day: '2026-11-21T00:00:00Z', x: nested }, { day: null }]);
  await target.close();
  expect(target.label).toBe('my-plugin-api');
  expect(calls).toEqual([
    ['writeRow', { day: '2026-11-21', x: nested }],
    ['writeRow', { day: null }],
    ['close'],
    ['release'],
  ]);
});

test('the request says what is known before the first row', async () => {
  const requests: WriteRequest[] = [];
  const target = targetOf((request) => {
    requests.push(request);
    return new NotingWriter([]);
  });
  const run = targetRun();
  const session = await target.begin(run);
  await session.openTable({ ...tableRequest([declared('id', 'bigint', false)]), primaryKey: ['id'] });
  await session.openTable({ ...tableRequest([], 'append'), name: 'lines' });
  await session.rollback();
  const same = { datasetPartitioning: null, partitionId: null, signal: run.signal };
  expect(requests).toEqual([
    {
      ...same,
      datasetSchema: { columns: [{ name: 'id', type: 'bigint', nullable: false }], primaryKey: ['id'] },
      table: 'orders',
      primaryKey: ['id'],
      writeMode: 'OVERWRITE',
    },
    { ...same, datasetSchema: null, table: 'lines', primaryKey: [], writeMode: 'APPEND' },
  ]);
});

test('writeRows is called instead of writeRow, and a BufferedWriter gets every row once', async () => {
  const batches: (readonly Row[])[] = [];
  class Batches extends BufferedWriter {
    protected async writeBatch(rows: readonly Row[]): Promise<void> {
      batches.push(rows);
    }
  }
  const rows = Array.from({ length: 7 }, (_, x) => ({ x }));
  await load(
    targetOf(() => new Batches({ rows: 3 })),
    [inferred('x')],
    rows,
  );
  expect(batches.map((batch) => batch.length)).toEqual([3, 3, 1]);
  expect(batches.flat()).toEqual(rows);
});

test('a promise of writeRow is waited for before the next row', async () => {
  const order: string[] = [];
  const writer: DatasetWriter = {
    writeRow: async ({ x }) => {
      order.push(`start ${String(x)}`);
      await new Promise((done) => setTimeout(done, 2));
      order.push(`end ${String(x)}`);
    },
    close: async () => void order.push('close'),
  };
  await load(
    targetOf(() => writer),
    [inferred('x')],
    [{ x: 1 }, { x: 2 }],
  );
  expect(order).toEqual(['start 1', 'end 1', 'start 2', 'end 2', 'close']);
});

test('a failed write: wrapped, then abort and no close', async () => {
  const calls: unknown[] = [];
  const bug = new TypeError('x is not a function');
  const target = targetOf(() => new NotingWriter(calls, { writeRow: bug }));
  const { session, table } = await openOne(target, [inferred('x')]);
  await expect(table.write({ rows: [{ x: 1 }], firstRow: 1 })).rejects.toMatchObject({
    code: 'WRITER_FAILED',
    cause: bug,
  });
  await session.rollback();
  await session.rollback();
  expect(calls).toEqual([['writeRow', { x: 1 }], ['abort']]);
});

test('a failed close is not followed by abort; writers still open are aborted', async () => {
  const calls: unknown[] = [];
  const refused = new AuthError('the API refused the key');
  const target = targetOf(({ table }) =>
    table === 'orders' ? new NotingWriter(calls, { close: refused }) : new NotingWriter(calls),
  );
  const session = await target.begin(targetRun());
  await session.openTable(tableRequest([]));
  await session.openTable({ ...tableRequest([]), name: 'lines' });
  await expect(session.commit(FINAL_COMMIT)).rejects.toBe(refused);
  await session.rollback();
  expect(calls).toEqual([['close'], ['abort']]);
});

test('a failed abort is told after every writer was aborted; a writer without abort is left', async () => {
  const calls: unknown[] = [];
  const target = targetOf(({ table }) =>
    table === 'plain'
      ? { writeRow: () => undefined, close: async () => void calls.push(['closed']) }
      : new NotingWriter(calls, table === 'orders' ? { abort: new Error('no') } : {}),
  );
  const session = await target.begin(targetRun());
  for (const name of ['orders', 'plain', 'lines']) await session.openTable({ ...tableRequest([]), name });
  await expect(session.rollback()).rejects.toMatchObject({ code: 'WRITER_FAILED' });
  expect(calls).toEqual([['abort'], ['abort']]);
});

test('a writer that cannot be opened, and a row that does not convert', async () => {
  const bug = new Error('no such endpoint');
  const broken = targetOf(() => {
    throw bug;
  });
  await expect(openOne(broken, [])).rejects.toMatchObject({ code: 'WRITER_FAILED', cause: bug });
  const calls: unknown[] = [];
  const { table } = await openOne(
    targetOf(() => new NotingWriter(calls)),
    columns,
  );
  await expect(
    table.write({ rows: [{ day: '2026-11-21' }, { day: 'x' }], firstRow: 1 }),
  ).rejects.toMatchObject({
    message: 'row 2: column "day" of table "orders" does not take this text as date',
  });
  expect(calls).toEqual([]);
});

test('a stopped run does not wait for a writer that never answers', async () => {
  const calls: unknown[] = [];
  const stop = new AbortController();
  const writer: DatasetWriter = {
    writeRow: () => new Promise(() => undefined),
    close: () => new Promise(() => undefined),
    abort: async () => void calls.push('abort'),
  };
  const { session, table } = await openOne(
    targetOf(() => writer),
    [],
    'overwrite',
    targetRun(stop.signal),
  );
  const writing = table.write({ rows: [{}], firstRow: 1 });
  stop.abort(new AbortError('SIGTERM'));
  await expect(writing).rejects.toMatchObject({ reason: 'SIGTERM' });
  await session.rollback();
  expect(calls).toEqual(['abort']);
});
