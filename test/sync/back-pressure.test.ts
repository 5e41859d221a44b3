import { describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../../src/sdk/schema.js';
import { runRows } from '../../src/testing/run-rows.js';
import { WatchedTarget } from '../fixtures/watched-target.js';

const BATCH = 10_000;

describe('a target that is slower than the source', () => {
  describe.each(['sync rows', 'async pages'])('with %s', (kind) => {
    it('never has the source run more than two batches ahead', async () => {
      let yielded = 0;
      let written = 0;
      let farthest = 0;
      const note = (): void => {
        farthest = Math.max(farthest, yielded - written);
      };
      const target = new WatchedTarget({ before: (step) => (step === 'write' ? sleep(15) : undefined) });
      target.batches.push = (...batches) => (written += batches.flatMap(({ rows: taken }) => taken).length);
      const rows =
        kind === 'sync rows'
          ? function* (): Generator<Row> {
              while (yielded < 8 * BATCH) {
                yield { n: yielded++ };
                note();
              }
            }
          : async function* (): AsyncGenerator<Row[]> {
              while (yielded < 8 * BATCH) {
                yielded += 500;
                yield Array.from({ length: 500 }, () => ({ n: 1 }));
                note();
              }
            };
      const { report } = await runRows({ target, rows });
      expect([report.rowsWritten, written]).toEqual([8 * BATCH, 8 * BATCH]);
      expect(farthest).toBeGreaterThan(BATCH);
      expect(farthest).toBeLessThanOrEqual(2 * BATCH + 500);
    });
  });

  it('gets batches of at most 10,000 rows or about 8 MiB, none of them at the same time', async () => {
    let running = 0;
    let mostRunning = 0;
    const target = new WatchedTarget({
      before: async (step) => {
        if (step !== 'write') return;
        running += 1;
        mostRunning = Math.max(mostRunning, running);
        await sleep(5);
        running -= 1;
      },
    });
    await runRows({ target, rows: [Array.from({ length: 25_000 }, (_, n) => ({ n }))] });
    const text = 'x'.repeat(1024 * 1024);
    await runRows({ target, rows: Array.from({ length: 20 }, () => ({ text })) });
    expect(target.batches.map(({ rows }) => rows.length)).toEqual([10_000, 10_000, 5_000, 8, 8, 4]);
    expect(target.batches.map(({ firstRow }) => firstRow)).toEqual([1, 10_001, 20_001, 1, 9, 17]);
    expect(mostRunning).toBe(1);
  });
});

describe('rows of very different size', () => {
  const MAX = 8 * 1024 * 1024;
  const large = 'x'.repeat(100_000);
  const isSmall = (n: number): boolean => n % 16 === 0;
  it.each([
    ['text', (n: number) => ({ n, value: isSmall(n) ? '' : large })],
    ['binary', (n: number) => ({ n, value: isSmall(n) ? '' : Buffer.alloc(100_000) })],
    ['text deep inside', (n: number) => ({ n, value: { text: isSmall(n) ? '' : large } })],
  ])('come in batches of about 8 MiB where each 16th of them is small (%s)', async (_name, row) => {
    const target = new WatchedTarget();
    await runRows({ target, rows: Array.from({ length: 500 }, (_, n) => row(n)) });
    const sizes = target.batches.map(
      ({ rows }) => rows.filter((_, i) => !isSmall((rows[i] as { n: number }).n)).length * large.length,
    );
    expect(sizes.reduce((sum, size) => sum + size)).toBe(468 * large.length);
    expect(Math.max(...sizes)).toBeLessThan(2 * MAX);
    expect(sizes.length).toBeGreaterThan(4);
  });
});

describe('a target that shows rows at once', () => {
  it('gets them without waiting for 10,000', async () => {
    const target = new WatchedTarget({ capabilities: { immediate: true } });
    let seen = 0;
    await runRows({
      target,
      rows: async function* () {
        yield { n: 1 };
        await sleep(450);
        seen = target.rows.length;
        yield { n: 2 };
      },
    });
    expect(seen).toBe(1);
    expect(target.rows).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('and takes none any more makes the source wait', async () => {
    let release: () => void = () => undefined;
    const blocked = new Promise<void>((resolve) => (release = resolve));
    const target = new WatchedTarget({
      capabilities: { immediate: true },
      before: (step) => (step === 'write' ? blocked : undefined),
    });
    let yielded = 0;
    const run = runRows({
      target,
      rows: async function* () {
        for (; yielded < 100_000; yielded += 1000) {
          yield Array.from({ length: 1000 }, () => ({ n: 1 }));
          await sleep(25);
        }
      },
    });
    await sleep(1500);
    const waitingAt = yielded;
    release();
    const { report } = await run;
    expect(waitingAt).toBeLessThanOrEqual(30_000);
    expect(report.rowsWritten).toBe(100_000);
  });
});
