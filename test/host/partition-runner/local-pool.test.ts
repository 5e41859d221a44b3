import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AbortError } from '../../../src/sdk/errors.js';
import { LocalPool } from '../../../src/host/partition-runner/local-pool.js';
import type { PartitionWork } from '../../../src/host/partition-runner/partition-pool.js';
import type { PartitionResult, PartitionTask } from '../../../src/host/partition-runner/partition-task.js';

const task = (partition: string): PartitionTask => ({
  run: 'r',
  pipeline: 'p',
  partition,
  attempt: 1,
  recordsLimit: -1,
});

const result = (
  { partition, attempt }: PartitionTask,
  status: PartitionResult['status'] = 'completed',
): PartitionResult => ({
  partition,
  attempt,
  status,
  rowsRead: 0,
  rowsWritten: 0,
  rowsDeleted: 0,
  rejected: 0,
  seconds: 0,
  code: null,
  message: null,
  action: null,
  exitCode: 0,
  tables: [],
  warnings: [],
});

async function* tasks(count: number): AsyncIterable<PartitionTask> {
  for (let i = 0; i < count; i += 1) yield task(String(i));
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const turns = async (count: number): Promise<void> => {
  for (let i = 0; i < count; i += 1) await turn();
};
const never = new AbortController().signal;

describe('a pool of partitions', () => {
  it('begins tasks in their order, never more at once than it may, and gives each result once', async () => {
    const plan = fc.record({
      concurrency: fc.integer({ min: 1, max: 9 }),
      maxStaged: fc.integer({ min: 1, max: 4 }),
      /** How long each is read, and then waits; null: it never says that it was staged. */
      works: fc.array(
        fc.tuple(
          fc.integer({ min: 0, max: 3 }),
          fc.option(fc.integer({ min: 0, max: 5 })),
          fc.constantFrom('completed', 'failed', 'partial'),
        ),
        { maxLength: 40 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(plan, async ({ concurrency, maxStaged, works }) => {
        const begun: string[] = [];
        let running = 0;
        let staged = 0;
        const work: PartitionWork = async (each, { onStaged }) => {
          begun.push(each.partition);
          const [reads, waits, status] = works[Number(each.partition)] as (typeof works)[number];
          running += 1;
          expect(running).toBeLessThanOrEqual(concurrency);
          expect(staged).toBeLessThanOrEqual(maxStaged + concurrency);
          await turns(reads);
          running -= 1;
          if (waits !== null) {
            staged += 1;
            onStaged();
            // Said twice, it frees no place twice.
            onStaged();
            await turns(waits);
            staged -= 1;
          }
          return result(each, status);
        };
        const ended: string[] = [];
        for await (const { partition } of new LocalPool({ concurrency, maxStaged }).run(
          tasks(works.length),
          work,
          never,
        ))
          ended.push(partition);
        const all = works.map((_, i) => String(i));
        expect(begun).toEqual(all);
        expect(ended.toSorted((a, b) => Number(a) - Number(b))).toEqual(all);
      }),
      { numRuns: 60 },
    );
  });

  it('fills every place, and no place for what only waits for its commit', async () => {
    const begun: string[] = [];
    let apply: () => void = () => undefined;
    const applied = new Promise<void>((resolve) => (apply = resolve));
    const work: PartitionWork = async (each, { onStaged }) => {
      begun.push(each.partition);
      if (Number(each.partition) < 5) onStaged();
      await applied;
      return result(each);
    };
    const pool = new LocalPool({ concurrency: 2 });
    const all = (async () => {
      const ended: string[] = [];
      for await (const { partition } of pool.run(tasks(20), work, never)) ended.push(partition);
      return ended;
    })();
    await turns(5);
    // Five wait, and two are being read.
    expect(begun).toEqual(['0', '1', '2', '3', '4', '5', '6']);
    apply();
    expect(await all).toHaveLength(20);
  });

  it('reads the first alone until it ends, only its commit is left, or the time is up', async () => {
    const begunAfter = async (first: 'ends' | 'is staged' | 'goes on', aloneMs: number): Promise<number> => {
      const begun: string[] = [];
      let apply: () => void = () => undefined;
      const applied = new Promise<void>((resolve) => (apply = resolve));
      const work: PartitionWork = async (each, { onStaged }) => {
        begun.push(each.partition);
        if (each.partition === '0') {
          await turns(2);
          if (first === 'is staged') onStaged();
          if (first === 'ends') return result(each);
        }
        await applied;
        return result(each);
      };
      const ended: string[] = [];
      const pool = new LocalPool({ concurrency: 3, aloneMs });
      const all = (async () => {
        for await (const { partition } of pool.run(tasks(9), work, never)) ended.push(partition);
      })();
      await turns(2);
      expect(begun).toEqual(['0']);
      await new Promise((resolve) => setTimeout(resolve, 30));
      const count = begun.length;
      apply();
      await all;
      expect(ended.toSorted()).toEqual(begun);
      expect(begun).toHaveLength(9);
      return count;
    };
    expect(await begunAfter('ends', 10_000)).toBe(4);
    expect(await begunAfter('is staged', 10_000)).toBe(4);
    expect(await begunAfter('goes on', 5)).toBe(3);
  });

  it('begins none after it was stopped, and ends when those that go on have ended', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 0, max: 12 }),
        async (concurrency, at) => {
          const stop = new AbortController();
          let isStopped = false;
          let running = 0;
          const work: PartitionWork = async (each, { signal }) => {
            expect(isStopped).toBe(false);
            running += 1;
            await turns(2);
            running -= 1;
            return result(each, signal.aborted ? 'stopped' : 'completed');
          };
          const ended: string[] = [];
          const pool = new LocalPool({ concurrency });
          if (at === 0) stop.abort(new AbortError('SIGINT'));
          for await (const { partition } of pool.run(tasks(50), work, stop.signal)) {
            ended.push(partition);
            if (ended.length !== at) continue;
            isStopped = true;
            stop.abort(new AbortError('SIGINT'));
          }
          expect(running).toBe(0);
          expect(ended.length).toBeLessThanOrEqual(at + concurrency);
        },
      ),
      { numRuns: 40 },
    );
  });

  it('does not wait for a list that hangs once it is stopped, and closes one that does not', async () => {
    const stop = new AbortController();
    async function* hanging(): AsyncIterable<PartitionTask> {
      yield task('0');
      await new Promise(() => undefined);
    }
    const ended: string[] = [];
    const work: PartitionWork = async (each) => {
      setTimeout(() => stop.abort(new AbortError('SIGTERM')), 5);
      return result(each);
    };
    for await (const { partition } of new LocalPool({ concurrency: 3 }).run(hanging(), work, stop.signal))
      ended.push(partition);
    expect(ended).toEqual(['0']);
    let isClosed = false;
    async function* open(): AsyncIterable<PartitionTask> {
      try {
        yield* tasks(5);
      } finally {
        isClosed = true;
      }
    }
    const results = new LocalPool({ concurrency: 1 }).run(open(), work, never);
    for await (const { partition } of results) if (partition === '0') break;
    await turns(2);
    expect(isClosed).toBe(true);
  });

  it('fails with what the list failed with, when what was begun before has ended', async () => {
    async function* broken(): AsyncIterable<PartitionTask> {
      yield* tasks(3);
      throw new Error('the list broke');
    }
    const ended: string[] = [];
    const work: PartitionWork = async (each) => {
      await turns(3);
      return result(each);
    };
    const run = (async () => {
      for await (const { partition } of new LocalPool({ concurrency: 8 }).run(broken(), work, never))
        ended.push(partition);
    })();
    await expect(run).rejects.toThrow('the list broke');
    expect(ended).toEqual(['0', '1', '2']);
  });
});
