import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ConfigError } from '../../../src/sdk/errors.js';
import type { Row } from '../../../src/sdk/schema.js';
import {
  BufferedWriter,
  type BatchInfo,
  type BufferedWriterOptions,
  type SavedBatch,
  type SendJournal,
} from '../../../src/sdk/writer/index.js';
import { rowsInfo, testHost } from './test-host.js';

/** What lasts from run to run. */
class MemoryJournal {
  readonly log: string[] = [];
  readonly #noted = new Map<string, { readonly batch: SavedBatch; isAnswered: boolean }>();

  /** As a run finds it at its start. @param isDead whether the run's process was killed */
  open(isDead: () => boolean): SendJournal {
    const entries = [...this.#noted.values()];
    const known = new Set(entries.flatMap(({ batch }) => batch.rowKeys));
    return {
      unanswered: entries.filter(({ isAnswered }) => !isAnswered).map(({ batch }) => batch),
      has: (key) => known.has(key),
      note: async (batch) => {
        await Promise.resolve();
        if (isDead()) return never();
        this.log.push(`note ${batch.rowKeys.join()}`);
        this.#noted.set(batch.idempotencyKey, { batch, isAnswered: false });
      },
      answered: async (key) => {
        await Promise.resolve();
        if (isDead()) return never();
        const entry = this.#noted.get(key);
        if (!entry) throw new Error('a batch was answered that nobody noted');
        entry.isAnswered = true;
        this.log.push(`answered ${entry.batch.rowKeys.join()}`);
      },
    };
  }
}

const never = (): Promise<never> => new Promise(() => undefined);

/** An endpoint that knows requests again, and refuses those with a bad row. It outlives its writers. */
class Endpoint {
  readonly stored: unknown[] = [];
  readonly keys = new Map<string, string>();

  take(rows: readonly Row[], { idempotencyKey, rowKeys }: BatchInfo): void {
    const text = rowKeys.join();
    if ((this.keys.get(idempotencyKey) ?? text) !== text) throw new Error('one key for two requests');
    if (rows.some(({ isBad }) => isBad)) {
      throw new ConfigError('bad', { code: 'HTTP_REFUSED', details: { status: 422 } });
    }
    if (this.keys.has(idempotencyKey)) return;
    this.keys.set(idempotencyKey, text);
    this.stored.push(...rows.map(({ n }) => n));
  }
}

/** When a process dies: in which call, before or after the endpoint took its rows. */
interface Death {
  readonly call: number;
  readonly isAfter: boolean;
}

class MortalWriter extends BufferedWriter {
  readonly died: Promise<void>;
  #isDead = false;
  #die: () => void = () => undefined;
  #call = 0;

  constructor(
    private readonly endpoint: Endpoint,
    private readonly death: Death | undefined,
    private readonly log: string[],
    options: BufferedWriterOptions,
  ) {
    super({ deduplicates: 'request', ...options });
    this.died = new Promise((resolve) => (this.#die = resolve));
  }

  isDead(): boolean {
    return this.#isDead;
  }

  protected async writeBatch(rows: readonly Row[], batch: BatchInfo): Promise<void> {
    if (this.isDead()) return never();
    this.log.push(`send ${batch.rowKeys.join()}`);
    await Promise.resolve();
    this.#call += 1;
    if (this.isDead()) return never();
    const isLast = this.death !== undefined && this.#call >= this.death.call;
    if (isLast && !this.death.isAfter) return this.#stopHere();
    try {
      this.endpoint.take(rows, batch);
    } catch (error) {
      if (isLast) return this.#stopHere();
      throw error;
    }
    if (isLast) return this.#stopHere();
  }

  /** As when the process was killed: this call never returns. */
  #stopHere(): Promise<never> {
    this.#isDead = true;
    this.#die();
    return never();
  }
}

/** @returns the numbers of the rows that were rejected; undefined: the process died */
async function run(
  journal: MemoryJournal,
  endpoint: Endpoint,
  rows: readonly Row[],
  death: Death | undefined,
  options: BufferedWriterOptions,
): Promise<readonly number[] | undefined> {
  const writer: MortalWriter = new MortalWriter(endpoint, death, journal.log, options);
  const host = testHost({ sends: journal.open(() => writer.isDead()) });
  const work = async (): Promise<true> => {
    await writer.attach(host);
    await writer.writeRows(rows, rowsInfo(1, rows.length));
    await writer.close();
    return true;
  };
  const isDone = await Promise.race([work().catch(() => undefined), writer.died]);
  if (isDone) return host.rejected.map(({ number }) => number).sort((a, b) => a - b);
  await writer.abort();
  return undefined;
}

const rowsOf = (count: number, bad: readonly number[] = []): Row[] =>
  Array.from({ length: count }, (_, n) => ({ n, isBad: bad.includes(n) }));

describe('a writer to an endpoint that knows requests again', () => {
  it('notes a batch before it is sent, and when it was answered', async () => {
    const journal = new MemoryJournal();
    await run(journal, new Endpoint(), rowsOf(3), undefined, { rows: 2 });
    expect(journal.log).toEqual([
      'note key-1,key-2',
      'send key-1,key-2',
      'answered key-1,key-2',
      'note key-3',
      'send key-3',
      'answered key-3',
    ]);
  });

  it('sends what was not answered first, exactly as it was, and its rows not once more', async () => {
    const journal = new MemoryJournal();
    const endpoint = new Endpoint();
    expect(await run(journal, endpoint, rowsOf(7), { call: 2, isAfter: true }, { rows: 3 })).toBeUndefined();
    journal.log.length = 0;
    expect(await run(journal, endpoint, rowsOf(7), undefined, { rows: 2 })).toEqual([]);
    expect(journal.log).toEqual([
      'send key-4,key-5,key-6',
      'answered key-4,key-5,key-6',
      'note key-7',
      'send key-7',
      'answered key-7',
    ]);
    expect(endpoint.stored).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('notes the halves before their batch counts as answered, and leaves what was refused open', async () => {
    const journal = new MemoryJournal();
    expect(await run(journal, new Endpoint(), rowsOf(2, [1]), undefined, {})).toEqual([2]);
    expect(journal.log).toEqual([
      'note key-1,key-2',
      'send key-1,key-2',
      'note key-1',
      'note key-2',
      'answered key-1,key-2',
      'send key-1',
      'answered key-1',
      'send key-2',
    ]);
  });

  it('notes nothing where the host keeps nothing, or single rows are known again', async () => {
    for (const deduplicates of ['row', 'request'] as const) {
      const host = testHost();
      const log: string[] = [];
      const writer = new MortalWriter(new Endpoint(), undefined, log, { deduplicates });
      await writer.attach(host);
      await writer.writeRows(rowsOf(1), rowsInfo(1, 1));
      await writer.close();
      expect(log).toEqual(['send key-1']);
    }
  });

  it('has every row there once, and every refused one rejected, wherever processes die', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 30 }),
        fc.array(fc.nat(30), { maxLength: 3 }),
        fc.array(
          fc.record({
            death: fc.record({ call: fc.integer({ min: 1, max: 8 }), isAfter: fc.boolean() }),
            rows: fc.integer({ min: 1, max: 9 }),
            maxInFlight: fc.integer({ min: 1, max: 4 }),
          }),
          { minLength: 1, maxLength: 4 },
        ),
        async (count, bad, lives) => {
          const [journal, endpoint] = [new MemoryJournal(), new Endpoint()];
          const rows = rowsOf(count, bad);
          let rejected: readonly number[] | undefined;
          for (const { death, ...options } of lives) {
            rejected = await run(journal, endpoint, rows, death, options);
            if (rejected) break;
          }
          rejected ??= await run(journal, endpoint, rows, undefined, { rows: 4 });
          const good = rows.filter(({ isBad }) => !isBad).map(({ n }) => n);
          expect(endpoint.stored.toSorted((a, b) => Number(a) - Number(b))).toEqual(good);
          expect(rejected).toEqual(rows.flatMap(({ isBad }, index) => (isBad ? [index + 1] : [])));
        },
      ),
      { numRuns: 300 },
    );
  });
});
