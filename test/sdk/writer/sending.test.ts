import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import {
  AbortError,
  AuthError,
  BufferedWriter,
  ConfigError,
  RowError,
  TransientError,
  type BatchInfo,
  type BatchResult,
  type BufferedWriterOptions,
  type Row,
  type WriteOperation,
} from 'connector-host';
import { client, SECRET, serve } from '../../host/http/http-harness.js';
import { EndpointWriter } from './endpoint-writer.js';
import { scriptedEndpoint } from './scripted-endpoint.js';
import { rowsInfo, testHost } from './test-host.js';

type Answer = (
  rows: readonly Row[],
  batch: BatchInfo,
) => Promise<BatchResult | undefined> | BatchResult | undefined;

interface Sent {
  readonly rows: readonly Row[];
  readonly batch: BatchInfo;
}

/** Answers as it is told, and notes what it was given. */
class AnsweringWriter extends BufferedWriter {
  readonly sent: Sent[] = [];

  constructor(
    private readonly answer: Answer,
    options: BufferedWriterOptions = {},
  ) {
    super({ backoffSeconds: 0.001, maxBackoffSeconds: 0.002, ...options });
  }

  protected async writeBatch(rows: readonly Row[], batch: BatchInfo): Promise<BatchResult | undefined> {
    this.sent.push({ rows, batch });
    return this.answer(rows, batch);
  }
}

const numbered = (count: number): Row[] => Array.from({ length: count }, (_, n) => ({ n }));
const taken = (): undefined => undefined;
const never = (): Promise<never> => new Promise(() => undefined);
const failing = (status: number): never => {
  throw new TransientError(`answered ${status}`, { code: 'SOURCE_UNAVAILABLE', details: { status } });
};
const refusing = (): never => {
  throw new ConfigError('answered 422', { code: 'HTTP_REFUSED', details: { status: 422 } });
};

describe('a batch', () => {
  it('is sent when its oldest row has waited long enough', async () => {
    const writer = new AnsweringWriter(taken, { age: 0.03 });
    await writer.writeRow({ n: 0 });
    await writer.writeRow({ n: 1 });
    expect(writer.sent).toEqual([]);
    await sleep(60);
    expect(writer.sent.map(({ rows }) => rows)).toEqual([numbered(2)]);
    await writer.close();
  });

  it('has one operation, and its name', async () => {
    const writer = new AnsweringWriter(taken, { rows: 10, mayUpdate: true, mayDelete: true });
    await writer.attach(testHost({ primaryKey: ['n'] }));
    await writer.writeRows(numbered(2), rowsInfo(1, 2, 'insert'));
    await writer.updateRows?.(numbered(1), rowsInfo(3, 1, 'update'));
    await writer.deleteRows?.(numbered(1), rowsInfo(4, 1, 'delete'));
    await writer.deleteRows?.(numbered(1), rowsInfo(5, 1, 'delete'));
    await writer.writeRows(numbered(1), rowsInfo(6, 1));
    await writer.close();
    expect(
      writer.sent.map(({ rows, batch: { ordinal, operation, table, key, attempt } }) => ({
        rows: rows.length,
        ordinal,
        operation,
        table,
        key,
        attempt,
      })),
    ).toEqual(
      (
        [
          ['insert', 2],
          ['update', 1],
          ['delete', 2],
          ['upsert', 1],
        ] as [WriteOperation, number][]
      ).map(([operation, rows], index) => ({
        rows,
        ordinal: index + 1,
        operation,
        table: 'people',
        key: ['n'],
        attempt: 1,
      })),
    );
  });

  it('of which each answer takes one row is sent until all are taken, however many there are', async () => {
    const writer = new AnsweringWriter(
      (rows) => ({ rows: rows.map((_row, i) => (i === 0 ? { ok: true } : { retryAfter: 0 })) }),
      { tries: 3 },
    );
    await writer.writeRows(numbered(12));
    await writer.close();
    expect(writer.sent.map(({ rows }) => rows.length)).toEqual(Array.from({ length: 12 }, (_, i) => 12 - i));
  });

  it('of changes or deletes is refused where the writer does not say that it takes them', () => {
    const writer = new AnsweringWriter(taken);
    expect([writer.updateRows, writer.deleteRows]).toEqual([undefined, undefined]);
  });

  it('has the same names in every try, its halves have their own, its rows keep theirs', async () => {
    let calls = 0;
    const writer = new AnsweringWriter((rows) => {
      calls += 1;
      if (calls <= 2) failing(500);
      return rows.length > 1 && calls <= 3 ? refusing() : undefined;
    });
    await writer.attach(testHost());
    await writer.writeRows(numbered(4), rowsInfo(1, 4));
    await writer.close();
    const keys = writer.sent.map(({ batch }) => batch.idempotencyKey);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).toBe(keys[0]);
    expect(new Set(keys).size).toBe(3);
    expect(keys.every((key) => /^[0-9a-f]{64}$/.test(key))).toBe(true);
    expect(writer.sent.map(({ batch }) => batch.attempt)).toEqual([1, 2, 3, 1, 1]);
    expect(writer.sent.map(({ batch }) => batch.rowKeys)).toEqual([
      ['key-1', 'key-2', 'key-3', 'key-4'],
      ['key-1', 'key-2', 'key-3', 'key-4'],
      ['key-1', 'key-2', 'key-3', 'key-4'],
      ['key-1', 'key-2'],
      ['key-3', 'key-4'],
    ]);
  });

  it('has the names of its rows, whatever calls brought them and however they are cut', async () => {
    const namesOf = async (rows: number, calls: readonly number[]): Promise<string[]> => {
      const writer = new AnsweringWriter(taken, { rows });
      await writer.attach(testHost());
      let first = 1;
      for (const count of calls) {
        await writer.writeRows(numbered(count), rowsInfo(first, count));
        first += count;
      }
      await writer.close();
      return writer.sent.flatMap(({ batch }) => [...batch.rowKeys]);
    };
    const names = Array.from({ length: 12 }, (_, index) => `key-${index + 1}`);
    expect(await namesOf(5, [12])).toEqual(names);
    expect(await namesOf(4, [1, 2, 3, 6])).toEqual(names);
    expect(await namesOf(100, [7, 5])).toEqual(names);
  });

  it('names rows by content and number where nobody else does', async () => {
    const writer = new AnsweringWriter(taken);
    await writer.writeRows([{ a: 1n }, { a: 1n }]);
    await writer.close();
    const other = new AnsweringWriter(taken, { rows: 1 });
    await other.writeRow({ a: 1n });
    await other.writeRow({ a: 1n });
    await other.close();
    const keys = writer.sent[0]?.batch.rowKeys ?? [];
    expect(new Set(keys).size).toBe(2);
    expect(other.sent.flatMap(({ batch }) => batch.rowKeys)).toEqual(keys);
  });
});

describe('a row that is refused', () => {
  it('is kept with what was asked and answered, and how often', async () => {
    const host = testHost();
    let calls = 0;
    const url = await serve((request, response) => {
      request.resume();
      calls += 1;
      // Down at first: that counts as a time that the rows were sent.
      if (calls === 1) response.writeHead(500).end();
      else
        response
          .writeHead(422, { 'content-type': 'application/json' })
          .end(`{"error": "${SECRET} ${'x'.repeat(600)}"}`);
    });
    const writer = new EndpointWriter(client({ retry: { tries: 1 } }), `${url}/rows?key=1`, {
      backoffSeconds: 0.001,
    });
    await writer.attach(host);
    await writer.writeRows(numbered(2), rowsInfo(7, 2));
    await writer.close();
    expect(host.rejected).toMatchObject([
      {
        row: { n: 0 },
        number: 7,
        operation: 'upsert',
        code: '422',
        attempts: 3,
        status: 422,
        request: `POST ${url}/rows`,
      },
      {
        row: { n: 1 },
        number: 8,
        operation: 'upsert',
        code: '422',
        attempts: 3,
        status: 422,
        request: `POST ${url}/rows`,
      },
    ]);
    const [{ response = '', message } = { message: '' }] = host.rejected;
    expect(response).toBe(`{"error": "*** ${'x'.repeat(600)}`.slice(0, 500));
    expect(message).toMatch(/^POST \S+ answered 422 Unprocessable Entity: /);
  });

  it('is kept with what the writer says of the exchange', async () => {
    const host = testHost();
    const endpoint = await scriptedEndpoint({
      rules: [{ does: { status: 207, rows: 'items', codes: { 2: 'dup' } } }],
    });
    const writer = new EndpointWriter(client(), endpoint.url, {}, { shape: 'list', path: 'results' });
    await writer.attach(host);
    await writer.writeRows([{ id: 1 }, { id: 2 }], rowsInfo(1, 2));
    await writer.close();
    expect(host.rejected).toEqual([
      {
        row: { id: 2 },
        number: 2,
        operation: 'upsert',
        code: 'dup',
        message: 'row 2',
        attempts: 1,
        request: `POST ${endpoint.url}`,
        status: 207,
      },
    ]);
  });

  it('is what a RowError of the writer says, too', async () => {
    const host = testHost();
    const writer = new AnsweringWriter((rows) => {
      if (rows.some(({ n }) => n === 1)) throw new RowError('n is too odd');
      return undefined;
    });
    await writer.attach(host);
    await writer.writeRows(numbered(3), rowsInfo(1, 3));
    await writer.close();
    expect(host.rejected).toEqual([
      {
        row: { n: 1 },
        number: 2,
        operation: 'upsert',
        code: 'ROW_INVALID',
        message: 'n is too odd',
        attempts: 3,
      },
    ]);
  });

  it('ends a writer that no host is attached to', async () => {
    const writer = new AnsweringWriter(refusing);
    await writer.writeRow({ n: 0 });
    await expect(writer.close()).rejects.toMatchObject({
      name: 'RowError',
      code: 'ROW_REFUSED',
      message: 'row 1 was refused: answered 422',
    });
  });
});

describe('a writer', () => {
  it('takes rows only while it has room', async () => {
    const answers: (() => void)[] = [];
    const writer = new AnsweringWriter(
      () => new Promise<undefined>((resolve) => answers.push(() => resolve(undefined))),
      {
        rows: 2,
        maxInFlight: 2,
      },
    );
    let hasReturned = false;
    // Two are under way, two are ready.
    const writing = writer.writeRows(numbered(9)).then(() => (hasReturned = true));
    await sleep(5);
    expect([answers.length, hasReturned]).toEqual([2, false]);
    answers.shift()?.();
    await writing;
    expect(writer.sent).toHaveLength(3);
    const closing = writer.close();
    while (answers.length > 0) {
      answers.shift()?.();
      await sleep(1);
    }
    await closing;
    expect(writer.sent.flatMap(({ rows }) => rows)).toEqual(numbered(9));
  });

  it('fails at every call once it has failed, and sends nothing more', async () => {
    const error = new AuthError('no');
    const writer = new AnsweringWriter(() => Promise.reject(error), { rows: 1 });
    await writer.attach(testHost());
    await writer.writeRows(numbered(1), rowsInfo(1, 1));
    await sleep(1);
    await expect(writer.writeRows(numbered(1), rowsInfo(2, 1))).rejects.toBe(error);
    await expect(Promise.resolve().then(() => writer.writeRow({ n: 1 }))).rejects.toBe(error);
    await expect(writer.flush()).rejects.toBe(error);
    await expect(writer.close()).rejects.toBe(error);
    expect(writer.sent).toHaveLength(1);
  });

  it('lets go of everything at once when it is aborted', async () => {
    const writer = new AnsweringWriter(never, { rows: 2 });
    await writer.attach(testHost());
    const writing = writer.writeRows(numbered(9), rowsInfo(1, 9));
    await sleep(1);
    await writer.abort();
    await expect(writing).rejects.toThrow('the writer was aborted');
    expect(writer.sent.map(({ batch }) => batch.signal.aborted)).toEqual([true]);
    await writer.close();
    expect(writer.sent).toHaveLength(1);
  });

  it('stops with the run', async () => {
    const host = testHost();
    const writer = new AnsweringWriter(never, { rows: 2 });
    await writer.attach(host);
    await writer.writeRows(numbered(3), rowsInfo(1, 3));
    const closing = writer.close();
    const reason = new AbortError('SIGINT');
    host.stop.abort(reason);
    await expect(closing).rejects.toBe(reason);
    expect(writer.sent.map(({ batch }) => batch.signal.reason as unknown)).toEqual([reason]);
  });

  it('does not start when the run is over', async () => {
    const host = testHost();
    host.stop.abort(new AbortError('SIGTERM'));
    const writer = new AnsweringWriter(taken);
    await writer.attach(host);
    await expect(writer.writeRows(numbered(1), rowsInfo(1, 1))).rejects.toMatchObject({ code: 'ABORTED' });
    expect(writer.sent).toEqual([]);
  });

  it('says what it waits for, and that it goes on', async () => {
    const host = testHost();
    let calls = 0;
    const writer = new AnsweringWriter(() => {
      calls += 1;
      if (calls === 1) throw new TransientError('cut', { code: 'SOURCE_UNAVAILABLE' });
      if (calls === 2) failing(503);
      return undefined;
    });
    await writer.attach(host);
    await writer.writeRows(numbered(1), rowsInfo(1, 1));
    await writer.close();
    expect(host.waits.map((wait) => wait?.replace(/0\.\d+/, '0.00'))).toEqual([
      'no answer of the endpoint, 0.00 s',
      undefined,
      '503 of the endpoint, 0.00 s',
      undefined,
    ]);
  });

  it('names an error that is none of the host as one of the writer', async () => {
    const writer = new AnsweringWriter(() => {
      throw new TypeError('x is not a function');
    });
    await writer.attach(testHost());
    await writer.writeRows(numbered(1), rowsInfo(1, 1));
    await expect(writer.close()).rejects.toMatchObject({
      name: 'ConnectorError',
      code: 'WRITER_FAILED',
      message: 'x is not a function',
    });
  });

  it.each([
    ['rows', 1.5, 'rows must be a whole number (got 1.5)'],
    ['maxInFlight', 0, 'maxInFlight must be more than 0 (got 0)'],
    ['tries', -1, 'tries must be more than 0 (got -1)'],
    ['age', Number.NaN, 'age must be more than 0 (got NaN)'],
    ['timeoutSeconds', 0, 'timeoutSeconds must be more than 0 (got 0)'],
  ])('does not take %s of %p', (name, value, message) => {
    expect(() => new AnsweringWriter(taken, { [name]: value })).toThrow(
      new RangeError(`BufferedWriter: ${message}`),
    );
  });
});

describe('a result that is none', () => {
  it.each<[what: string, result: unknown, message: string]>([
    ['no list', {}, 'writeBatch returned no list of results'],
    ['an unknown one', { rows: [{ ok: true }, { ok: false }] }, 'result 2 is not ok, retryAfter or reject'],
    [
      'a wait that is none',
      { rows: [{ retryAfter: -1 }, { ok: true }] },
      'result 1 is not ok, retryAfter or reject',
    ],
    ['too many', { rows: [{ ok: true }] }, 'writeBatch returned 1 result for 2 rows'],
  ])('is an error of the connector: %s', async (_what, result, message) => {
    const writer = new AnsweringWriter(() => result as BatchResult);
    await writer.attach(testHost());
    await writer.writeRows(numbered(2), rowsInfo(1, 2));
    await expect(writer.close()).rejects.toMatchObject({
      name: 'ConnectorError',
      code: 'WRITER_FAILED',
      message: `batch 1 of people (2 rows): ${message}`,
    });
  });
});
