import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { JournalLine } from '../../../src/targets/journal/journal-line.js';
import { decodeLines, encodeLine } from '../../../src/targets/journal/journal-line.js';
import { JournalView } from '../../../src/targets/journal/journal-view.js';

const claimOf = (isCommand: boolean): JournalLine => ({
  type: 'claim',
  journal: 2,
  pipeline: 'orders',
  epoch: 1,
  claim: {
    run: 'r',
    isCommand,
    startedAt: '2026-01-01T00:00:00.000Z',
    pid: 1,
    startTime: null,
    bootId: null,
    pidNamespace: null,
    machine: 'm',
  },
});

// Few ids and paths, so that lines meet.
const id = fc.constantFrom('2026-11-01|FR', '2026-11-02|IT', 'a|b', '__proto__');
const path = fc.constantFrom('/out/a.csv', '/out/b.csv', '/out/c.csv');
const part = path.map((to) => `${to}.part`);
const facts = fc.record({ path, length: fc.nat(), tail: fc.string({ maxLength: 3 }) });
const fingerprint = fc.option(fc.constantFrom<Record<string, string>>({ p: 'x' }, { p: 'y' }, {}));
const position = fc.record({ since: fc.nat(9), rows: fc.nat(9) });
const record = fc.record({
  partition: id,
  status: fc.constantFrom('completed' as const, 'failed' as const, 'unfinished' as const),
  batch: fc.constantFrom('b1', 'b2'),
  run: fc.constantFrom('r1', 'r2'),
  rows: fc.nat(),
  code: fc.option(fc.constant('SOURCE_FAILED')),
  message: fc.option(fc.string()),
  endedAt: fc.constant('2026-01-01T00:00:00.000Z'),
});
const state = fc.option(fc.json());
const saved = fc.record(
  { state, version: fc.nat(), format: fc.nat(3), position },
  { requiredKeys: ['state', 'version', 'format'] },
);
const entry = fc.record({ record, saved });
const files = fc.array(
  fc.record(
    { path, length: fc.nat(), tail: fc.constant('t'), from: part, isClosed: fc.boolean() },
    { requiredKeys: ['path', 'length', 'tail'] },
  ),
  { maxLength: 2 },
);
const at = fc.constant('2026-01-02T00:00:00.000Z');
const line: fc.Arbitrary<JournalLine> = fc.oneof(
  fc.record({ type: fc.constant('part' as const), path: part }),
  fc.record({ type: fc.constant('pending' as const), file: facts }),
  fc.record({
    type: fc.constant('batch' as const),
    batch: fc.record({
      id: fc.constantFrom('b1', 'b2'),
      selection: fc.option(fc.string()),
      now: at,
      partitioning: fc.constant({ dimensions: [{ name: 'country', type: 'value' as const }] }),
    }),
  }),
  fc.record({
    type: fc.constant('group' as const),
    version: fc.nat(),
    at,
    fingerprint,
    files,
    entries: fc.array(entry, { maxLength: 4 }),
    isSettled: fc.boolean(),
  }),
  fc.record({
    type: fc.constant('tried' as const),
    entries: fc.array(fc.record({ record }), { maxLength: 2 }),
  }),
  fc.record({
    type: fc.constant('removed' as const),
    partitions: fc.array(id, { maxLength: 2 }),
    files: fc.array(fc.record({ path, identity: fc.string(), grave: fc.constant('/out/grave') }), {
      maxLength: 2,
    }),
  }),
  fc.record(
    {
      type: fc.constant('commit' as const),
      version: fc.nat(),
      at,
      state,
      fingerprint,
      format: fc.nat(3),
      files,
    },
    { requiredKeys: ['type', 'version', 'at', 'fingerprint', 'format', 'files'] },
  ),
  fc.constant({ type: 'recovered' as const }),
);

function viewOf(lines: readonly JournalLine[]): JournalView {
  const view = new JournalView();
  for (const each of lines) view.apply(each);
  return view;
}

/** Everything that it says of more than its own run. */
function contentOf(view: JournalView) {
  const { saved: ownState, past, batch, files: known, parts, renames, removals, partitions } = view;
  return {
    saved: ownState,
    past,
    batch,
    files: [...known].sort(([a], [b]) => (a < b ? -1 : 1)),
    parts: [...parts],
    renames: [...renames],
    removals: [...removals],
    partitions: [...partitions].map(([id, { record, saved: state }]) => [id, record, state]),
  };
}

it('a journal that goes on from what another one came to says the same', () => {
  fc.assert(
    fc.property(fc.boolean(), fc.array(line, { maxLength: 12 }), (isCommand, lines) => {
      const before = viewOf([claimOf(isCommand), ...lines]);
      const written = Buffer.concat([claimOf(false), ...before.snapshot()].map(encodeLine));
      const after = viewOf(decodeLines(written, 'j'));
      expect(after.isReady).toBe(true);
      expect(contentOf(after)).toEqual(contentOf(before));
      // And once more: nothing gets lost on the way.
      expect(contentOf(viewOf([claimOf(false), ...after.snapshot()]))).toEqual(contentOf(before));
    }),
    { numRuns: 300 },
  );
});

it('thousands of partitions are a few lines, and share one fingerprint', () => {
  const lines = Array.from({ length: 2500 }, (_, i): JournalLine => {
    const partition = String(i);
    return {
      type: 'group',
      version: i + 1,
      at: '2026-01-01T00:00:00.000Z',
      fingerprint: { p: i < 2100 ? 'x' : 'y' },
      files: [],
      isSettled: true,
      entries: [
        {
          record: {
            partition,
            status: 'completed',
            batch: 'b',
            run: 'r',
            rows: i,
            code: null,
            message: null,
            endedAt: '2026-01-01T00:00:00.000Z',
          },
          saved: { state: null, version: 1, format: 1 },
        },
      ],
    };
  });
  const view = viewOf([claimOf(false), ...lines]);
  const sizes = view.snapshot().flatMap((each) => (each.type === 'partitions' ? [each.entries.length] : []));
  expect(sizes).toEqual([1000, 1000, 100, 400]);
  expect(view.partitions.get('7')?.saved?.fingerprint).toBe(view.partitions.get('2000')?.saved?.fingerprint);
});

it('what is known of a partition is given as it was', () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 5 }), (entries) => {
      const view = viewOf([
        claimOf(false),
        { type: 'group', version: 1, at: '', fingerprint: { p: 'x' }, files: [], isSettled: true, entries },
      ]);
      const last = new Map(entries.map((each) => [each.record.partition, each]));
      expect([...view.partitions.keys()].sort()).toEqual([...last.keys()].sort());
      for (const [partition, { record }] of last) {
        const stored = view.partitions.get(partition);
        expect(stored?.record).toEqual(record);
        expect([stored?.status, stored?.batch]).toEqual([record.status, record.batch]);
        const saved = entries.findLast((each) => each.record.partition === partition && each.saved)?.saved;
        expect(stored?.saved).toEqual(saved && { ...saved, fingerprint: { p: 'x' } });
      }
    }),
    { numRuns: 100 },
  );
});

it('the state that a command resets goes for each partition as well; what is known of them stays', () => {
  fc.assert(
    fc.property(fc.array(entry, { minLength: 1, maxLength: 4 }), (entries) => {
      const group: JournalLine = {
        type: 'group',
        version: 1,
        at: '',
        fingerprint: { p: 'x' },
        files: [],
        isSettled: true,
        entries,
      };
      const before = viewOf([claimOf(false), group]);
      const reset: JournalLine = {
        type: 'commit',
        version: 2,
        at: '',
        state: null,
        fingerprint: null,
        format: 1,
        files: [],
      };
      const after = viewOf([claimOf(true), ...before.snapshot(), reset]);
      for (const [partition, found] of before.partitions) {
        const { version = 0, format = 1 } = found.saved ?? {};
        const now = after.partitions.get(partition);
        expect(now?.record).toEqual(found.record);
        const reset = { state: null, version: version + 1, fingerprint: null, format };
        expect(now?.saved).toEqual(found.saved && reset);
      }
    }),
    { numRuns: 50 },
  );
});
