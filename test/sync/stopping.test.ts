import { afterEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  Connector,
  type ConnectorContext,
  type Emission,
  type ReadRequest,
} from '../../src/sdk/connector.js';
import { AbortError } from '../../src/sdk/errors.js';
import type { ReadSchema, Row } from '../../src/sdk/schema.js';
import type { SyncOutcome } from '../../src/sync/sync.js';
import { runRows, type RowsRun } from '../../src/testing/run-rows.js';
import { WatchedTarget, type TargetStep } from '../fixtures/watched-target.js';

const NO_CONTEXT = {} as ConnectorContext;
const never = new Promise<never>(() => undefined);
const timers: NodeJS.Timeout[] = [];

afterEach(() => timers.splice(0).forEach(clearTimeout));

/** Runs and aborts after some milliseconds; the seconds count from the abort to the end. */
async function stopAfter(
  milliseconds: number,
  run: RowsRun,
): Promise<SyncOutcome & { readonly secondsToStop: number }> {
  const stop = new AbortController();
  let stoppedAt = 0;
  const abort = (): void => {
    stoppedAt = performance.now();
    stop.abort(new AbortError('SIGTERM'));
  };
  if (milliseconds === 0) abort();
  else timers.push(setTimeout(abort, milliseconds));
  const outcome = await runRows({ ...run, signal: stop.signal });
  return { ...outcome, secondsToStop: (performance.now() - stoppedAt) / 1000 };
}

function expectStopped({ error, report, secondsToStop }: Awaited<ReturnType<typeof stopAfter>>): void {
  expect([error?.name, error?.code, error?.exitCode]).toEqual(['AbortError', 'ABORTED', 143]);
  expect([report.status, report.code, report.rowsWritten, report.commits]).toEqual([
    'aborted',
    'ABORTED',
    0,
    0,
  ]);
  expect(secondsToStop).toBeLessThan(1);
}

describe('an aborted run', () => {
  it('ends at once where the generator hangs', async () => {
    const target = new WatchedTarget();
    const rows = async function* (): AsyncGenerator<Row> {
      yield { n: 1 };
      await never;
    };
    expectStopped(await stopAfter(50, { target, rows }));
    expect(target.calls.filter((call) => call !== 'openTable')).toEqual(['begin', 'rollback']);
  });

  it('ends at once where getReadSchema hangs', async () => {
    class Hanging extends Connector {
      override getReadSchema(): Promise<ReadSchema> {
        return never;
      }
      generateRows(): Iterable<Emission> {
        return [];
      }
    }
    const target = new WatchedTarget();
    expectStopped(await stopAfter(50, { target, connector: new Hanging({}, NO_CONTEXT) }));
    expect(target.calls).toEqual([]);
  });

  describe.each<[string, () => Iterable<Emission> | AsyncIterable<Emission>]>([
    [
      'rows',
      function* () {
        for (;;) yield { n: 1 };
      },
    ],
    [
      'pages',
      function* () {
        for (;;) yield [{ n: 1 }];
      },
    ],
    [
      'empty pages',
      function* () {
        for (;;) yield [];
      },
    ],
    [
      'rows of an async generator that awaits nothing',
      async function* () {
        for (;;) yield { n: 1 };
      },
    ],
    [
      'pages of an async generator that awaits nothing',
      async function* () {
        for (;;) yield [{ n: 1 }];
      },
    ],
  ])('with a generator that never ends of %s', (_name, rows) => {
    it('ends at once: timers and signals get their turn', async () => {
      let ticks = 0;
      const ticking = setInterval(() => (ticks += 1), 20);
      // The batches are not kept, so that memory stays flat however fast the source is.
      const target = new WatchedTarget();
      target.batches.push = () => 0;
      const outcome = await stopAfter(300, { target, rows });
      clearInterval(ticking);
      expectStopped(outcome);
      // A busy machine gives the process few turns of its own.
      expect(ticks).toBeGreaterThanOrEqual(1);
    });
  });

  it('gives the generator its finally', async () => {
    const seen: string[] = [];
    class Waiting extends Connector {
      async *generateRows(): AsyncGenerator<Row> {
        try {
          for (;;) {
            yield { n: 1 };
            await sleep(5);
          }
        } finally {
          seen.push('finally');
        }
      }
    }
    expectStopped(
      await stopAfter(60, { target: new WatchedTarget(), connector: new Waiting({}, NO_CONTEXT) }),
    );
    await sleep(50);
    expect(seen).toEqual(['finally']);
  });

  it('gives a generator without pauses its finally', async () => {
    let closed = 0;
    const rows = function* (): Generator<Row[]> {
      try {
        for (;;) yield [{ n: 1 }];
      } finally {
        closed += 1;
      }
    };
    const target = new WatchedTarget();
    target.batches.push = () => 0;
    expectStopped(await stopAfter(60, { target, rows }));
    await sleep(100);
    expect(closed).toBe(1);
  });

  it('wakes a generator that listens to its signal', async () => {
    const seen: unknown[] = [];
    class Listening extends Connector {
      async *generateRows({ signal }: ReadRequest): AsyncGenerator<Row> {
        yield { n: 1 };
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
        seen.push((signal.reason as AbortError).code);
      }
    }
    expectStopped(
      await stopAfter(50, { target: new WatchedTarget(), connector: new Listening({}, NO_CONTEXT) }),
    );
    await sleep(10);
    expect(seen).toEqual(['ABORTED']);
  });

  it('writes nothing that comes later', async () => {
    const target = new WatchedTarget();
    const rows = async function* (): AsyncGenerator<Row[]> {
      yield Array.from({ length: 12_000 }, () => ({ n: 1 }));
      await sleep(150);
      yield Array.from({ length: 50_000 }, () => ({ n: 2 }));
    };
    expectStopped(await stopAfter(50, { target, rows }));
    await sleep(200);
    expect(target.rows.every(({ n }) => n === 1)).toBe(true);
    expect(target.calls.at(-1)).toBe('rollback');
    expect(target.count('rollback')).toBe(1);
    expect(target.count('commit')).toBe(0);
  });

  it('that was aborted before it began asks nothing of connector or target', async () => {
    let asked = 0;
    const target = new WatchedTarget();
    const rows = (): Iterable<Emission> => {
      asked += 1;
      return [];
    };
    expectStopped(await stopAfter(0, { target, rows }));
    await sleep(20);
    expect([asked, target.calls]).toEqual([0, []]);
  });

  it('begins nothing in the target when the schema comes too late', async () => {
    class Late extends Connector {
      override async getReadSchema(): Promise<ReadSchema> {
        await sleep(100);
        return null;
      }
      generateRows(): Iterable<Emission> {
        return [];
      }
    }
    const target = new WatchedTarget();
    expectStopped(await stopAfter(20, { target, connector: new Late({}, NO_CONTEXT) }));
    await sleep(150);
    expect(target.calls).toEqual([]);
  });

  it.each<TargetStep>(['begin', 'openTable'])(
    'rolls back a target that is still busy with %s',
    async (slow) => {
      const target = new WatchedTarget({ before: (step) => (step === slow ? sleep(100) : undefined) });
      expectStopped(await stopAfter(20, { target, rows: [{ n: 1 }] }));
      await sleep(150);
      expect(target.count('rollback')).toBe(1);
      expect(target.count('write') + target.count('commit')).toBe(0);
    },
  );
});

describe("a connector's close", () => {
  const closing = (close: () => void | Promise<void>): Connector => {
    class Closing extends Connector {
      *generateRows(): Generator<Row> {
        yield { n: 1 };
      }
      override close = close;
    }
    return new Closing({}, NO_CONTEXT);
  };

  it('is called once, after the rows are committed', async () => {
    const target = new WatchedTarget();
    const order: unknown[] = [];
    await runRows({ target, connector: closing(() => void order.push([...target.calls])) });
    expect(order).toEqual([['begin', 'openTable', 'alter', 'write', 'commit']]);
  });

  it('may hang: the run ends without it', async () => {
    const target = new WatchedTarget();
    const began = performance.now();
    const { error, report } = await runRows({ target, connector: closing(() => never) });
    expect([error, report.status, report.rowsWritten]).toEqual([undefined, 'succeeded', 1]);
    expect(performance.now() - began).toBeLessThan(1000);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('socket is gone');
      },
    ],
    ['rejects', () => Promise.reject(new Error('socket is gone'))],
  ])('that %s cannot undo what is committed, so it is a warning', async (_name, close) => {
    const target = new WatchedTarget();
    const { error, report } = await runRows({ target, connector: closing(close) });
    expect([error, report.status, report.rowsWritten, report.commits]).toEqual([
      undefined,
      'succeeded',
      1,
      1,
    ]);
    expect(report.warnings).toEqual([
      expect.stringMatching(
        /^while cleaning up: the connector failed: Error: socket is gone \(.*stopping\.test\.ts:\d+\)$/,
      ),
    ]);
  });

  it('that throws does not hide why the run failed', async () => {
    const connector = closing(() => {
      throw new Error('socket is gone');
    });
    connector.generateRows = () => {
      throw new Error('the source broke');
    };
    const { error, report } = await runRows({ target: new WatchedTarget(), connector });
    expect(error?.message).toMatch(/^the connector failed: Error: the source broke /);
    expect(report.warnings).toHaveLength(1);
  });
});
