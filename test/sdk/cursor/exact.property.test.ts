import { describe, expect, it } from '@jest/globals';
import {
  createCursor,
  readIncrementally,
  type CursorOptions,
  type CursorType,
  type Emission,
  type Row,
  type State,
} from 'connector-host';
import fc from 'fast-check';
import { FakeEngine, type RunEnd } from './fake-engine.js';
import { CLOCKS, FakeSource, type Clock } from './fake-source.js';

const KEYS = 6;
const RUNS = 400;

/** What may happen to the source at one moment. */
interface Change {
  readonly id: number;
  readonly content: number;
  /** As a part of the look-back. */
  readonly late: number;
  /** Ticks that pass after it; at 0 the next change shares its value. */
  readonly pause: number;
}

interface Run extends RunEnd {
  readonly before: readonly Change[];
  /** What happens after each of its pages. */
  readonly during: readonly (readonly Change[])[];
  readonly commits: readonly boolean[];
}

const change = fc.record<Change>({
  id: fc.nat(KEYS - 1),
  content: fc.nat(2),
  late: fc.double({ min: 0, max: 1, noNaN: true }),
  pause: fc.constantFrom(0, 0, 1, 3),
});
const run = fc.record<Run>(
  {
    before: fc.array(change, { maxLength: 6 }),
    during: fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 4 }),
    commits: fc.array(fc.boolean(), { maxLength: 6 }),
    crashAfter: fc.nat(6),
    limit: fc.integer({ min: 1, max: 8 }),
  },
  { requiredKeys: ['before', 'during', 'commits'] },
);
const scenario = {
  runs: fc.array(run, { minLength: 1, maxLength: 6 }),
  order: fc.constantFrom('asc' as const, 'unknown' as const),
  lookBackSeconds: fc.constantFrom(0, 2, 5),
  pageSize: fc.integer({ min: 1, max: 4 }),
};

async function perform(
  source: FakeSource,
  engine: FakeEngine,
  runs: readonly Run[],
  pageSize: number,
  options: Omit<CursorOptions, 'state'> & {
    readonly order: 'asc' | 'unknown';
    readonly lookBackSeconds: number;
  },
  apply: (change: Change, lateBy: number) => void,
): Promise<void> {
  const make = (changes: readonly Change[]): void => {
    for (const one of changes) {
      apply(one, Math.floor(one.late * options.lookBackSeconds));
      source.tick += one.pause;
    }
  };
  const read =
    (during: Run['during'], limit = -1) =>
    (state: State): AsyncGenerator<Emission> => {
      const moments = [...during];
      const cursor = createCursor({ ...options, state, now: () => source.now() });
      const pages = source.pages(cursor.lowerBound, options.order, pageSize, () =>
        make(moments.shift() ?? []),
      );
      return readIncrementally(cursor, pages, limit);
    };
  for (const { before, during, commits, ...end } of runs) {
    make(before);
    const due = [...commits];
    await engine.run(read(during, end.limit), end, () => due.shift() ?? true);
  }
  await engine.run(read([]), {}, () => true);
}

const sorted = (rows: readonly Row[]): string[] => rows.map(textOf).sort();
/** JSON, and a bigint with its digits. */
const textOf = (row: Row): string =>
  JSON.stringify(row, (_name, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
const typeOf = ({ name }: Clock): CursorType =>
  name === 'seconds' ? 'epochSeconds' : name === 'milliseconds' ? 'epochMilliseconds' : 'auto';
const formats = fc.constantFrom(
  'asGiven' as const,
  'iso' as const,
  'epochSeconds' as const,
  'epochMilliseconds' as const,
);

describe.each(CLOCKS)('after any runs, crashes and limits the table equals the source: $name', (clock) => {
  it('with a key, though rows change', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ ...scenario, maxSeen: fc.constantFrom(1, 2, 1000) }),
        async ({ runs, pageSize, ...options }) => {
          const source = new FakeSource(clock);
          const engine = new FakeEngine('id');
          await perform(
            source,
            engine,
            runs,
            pageSize,
            { field: 'at', key: ['id'], type: typeOf(clock), ...options },
            ({ id, content }, lateBy) => source.put(id, content, lateBy),
          );
          expect(sorted(engine.rows)).toEqual(sorted(source.rows));
        },
      ),
      { numRuns: RUNS },
    );
  });

  it('without a key, where rows only come, also the same ones', async () => {
    await fc.assert(
      fc.asyncProperty(fc.record(scenario), async ({ runs, pageSize, ...options }) => {
        const source = new FakeSource(clock);
        const engine = new FakeEngine();
        await perform(
          source,
          engine,
          runs,
          pageSize,
          { field: 'at', type: typeOf(clock), ...options },
          (one, lateBy) => source.add(one.content, lateBy),
        );
        expect(sorted(engine.rows)).toEqual(sorted(source.rows));
      }),
      { numRuns: RUNS },
    );
  });
});

const BIG = 9_007_199_254_740_993n;
const IDS: readonly (Clock & { readonly type: CursorType })[] = [
  {
    name: 'integers beyond 2^53',
    type: 'auto',
    write: (tick) => BIG + BigInt(tick),
    read: (value) => Number((value as bigint) - BIG),
  },
  {
    name: 'text ids',
    type: 'text',
    write: (tick) => `id-${String(tick).padStart(4, '0')}`,
    read: (value) => Number((value as string).slice(3)),
  },
];

it.each(IDS)('after any runs, crashes and limits of an ordered read the same: $name', async (clock) => {
  const ordered = fc.record({ runs: scenario.runs, pageSize: scenario.pageSize });
  await fc.assert(
    fc.asyncProperty(ordered, fc.boolean(), async ({ runs, pageSize }, isKeyed) => {
      const source = new FakeSource(clock);
      const engine = new FakeEngine(isKeyed ? 'id' : undefined);
      const options = { field: 'at', type: clock.type, order: 'asc', lookBackSeconds: 0 } as const;
      await perform(
        source,
        engine,
        runs,
        pageSize,
        isKeyed ? { ...options, key: ['id'] } : options,
        ({ id, content }) => {
          // An id is never given twice.
          source.tick += 1;
          if (isKeyed) source.put(id, content, 0);
          else source.add(content, 0);
        },
      );
      expect(sorted(engine.rows)).toEqual(sorted(source.rows));
    }),
    { numRuns: RUNS },
  );
});

it('formats never leave a row out', async () => {
  const [clock] = CLOCKS as [Clock];
  const read = (value: unknown): number => {
    const ms = typeof value !== 'number' ? Date.parse(value as string) : value < 1e11 ? value * 1000 : value;
    return clock.read(new Date(ms).toISOString());
  };
  await fc.assert(
    fc.asyncProperty(fc.record(scenario), formats, async ({ runs, pageSize, ...options }, format) => {
      const source = new FakeSource({ ...clock, read });
      const engine = new FakeEngine('id');
      await perform(
        source,
        engine,
        runs,
        pageSize,
        { field: 'at', key: ['id'], format, ...options },
        (one, lateBy) => source.put(one.id, one.content, lateBy),
      );
      expect(sorted(engine.rows)).toEqual(sorted(source.rows));
    }),
    { numRuns: RUNS },
  );
});
