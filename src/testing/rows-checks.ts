import assert from 'node:assert/strict';
import { AbortError, type RowError } from '../sdk/errors.js';
import { failAfter, succeed } from './target-runs.js';
import type { TargetCheck } from './target-check.js';

/** What every target must do with rows that are added or replace a table, by the name of the test. */
export const ROWS_CHECKS = {
  async 'overwrite replaces the whole table'(place) {
    await succeed(place, { rows: [{ a: 1 }, { a: 2 }] });
    await succeed(place, { rows: [{ a: 3 }] });
    assert.deepEqual(await place.read(), [{ a: '3' }]);
  },
  async 'append makes the table, then adds to it'(place) {
    await succeed(place, { rows: [{ a: 1, b: 'x' }], mode: 'append' });
    await succeed(place, { rows: [{ a: 2, b: 'y' }], mode: 'append' });
    assert.deepEqual(await place.read(), [
      { a: '1', b: 'x' },
      { a: '2', b: 'y' },
    ]);
  },
  async 'a failed overwrite leaves the old table'(place) {
    await succeed(place, { rows: [{ a: 1 }] });
    const { error } = await place.run({ rows: failAfter([{ a: 2 }]) });
    assert.equal(error?.code, 'CONNECTOR_FAILED');
    assert.deepEqual(await place.read(), [{ a: '1' }]);
  },
  async 'a failed append leaves the old table'(place) {
    await succeed(place, { rows: [{ a: 1 }] });
    const { error } = await place.run({ rows: failAfter([{ a: 2 }]), mode: 'append' });
    assert.equal(error?.code, 'CONNECTOR_FAILED');
    assert.deepEqual(await place.read(), [{ a: '1' }]);
  },
  async 'a failed first run leaves no table'(place) {
    await place.run({ rows: failAfter([{ a: 2 }]) });
    assert.equal(await place.read(), undefined);
  },
  async 'the rows of a run are seen only when it is done'(place) {
    await succeed(place, { rows: [{ a: 1 }] });
    let seen: unknown;
    await succeed(place, {
      rows: async function* () {
        yield Array.from({ length: 25_000 }, () => ({ a: 2 }));
        seen = await place.read();
        yield { a: 3 };
      },
    });
    assert.deepEqual(seen, [{ a: '1' }]);
  },
  async 'a stopped run leaves the old table'(place) {
    await succeed(place, { rows: [{ a: 1 }] });
    const stop = new AbortController();
    const { error, report } = await place.run({
      signal: stop.signal,
      rows: async function* () {
        for (;;) {
          yield Array.from({ length: 5000 }, () => ({ a: 2 }));
          stop.abort(stopped);
        }
      },
    });
    assert.equal(error?.code, 'ABORTED');
    assert.equal(report.status, 'aborted');
    assert.deepEqual(await place.read(), [{ a: '1' }]);
  },
  async 'a value that does not fit its declared type is a RowError and leaves the old table'(place) {
    await succeed(place, { rows: [{ a: 1 }] });
    const { error } = await place.run({
      schema: { columns: [{ name: 'a', type: 'bigint' }] },
      rows: [{ a: 2 }, { a: 'secret text' }],
    });
    assert.equal(error?.code, 'ROW_INVALID');
    assert.deepEqual(error.details, { table: 'rows', column: 'a', row: 2 });
    assert.ok(!error.message.includes('secret text'));
    assert.deepEqual(await place.read(), [{ a: '1' }]);
  },
  async 'a null in a column that must have values is a RowError'(place) {
    const schema = { columns: [{ name: 'a', type: 'bigint', nullable: false }] } as const;
    const { error } = await place.run({ schema, rows: [{ a: 1 }, {}] });
    assert.deepEqual([error?.code, error?.details.row], ['ROW_INVALID', 2]);
  },
  async 'a batch with bad rows is taken without them'(place) {
    const column = { declared: true, nullable: true } as const;
    const columns = [
      { ...column, name: 'n', type: 'bigint', nullable: false },
      { ...column, name: 'v', type: 'date' },
    ] as const;
    // More rows than any target takes at once, and the bad ones are the last.
    const good = Array.from({ length: 5000 }, (_, n) => ({ n, v: '2026-01-02' }));
    const rows = [...good, { n: 5000, v: 'no date' }, { n: null, v: null }];
    await place.use('rows', async (target) => {
      const signal = new AbortController().signal;
      const session = await target.begin({ runId: 'run', pipeline: 'test.rows', signal });
      const table = await session.openTable({ name: 'rows', mode: 'overwrite', columns, primaryKey: [] });
      for (let length = rows.length; length > good.length; length -= 1) {
        // The first of them that a target finds is up to it.
        await assert.rejects(table.write({ rows: rows.slice(0, length), firstRow: 1 }), (error: RowError) => {
          assert.equal(error.code, 'ROW_INVALID');
          assert.ok([5001, length].includes(error.details.row ?? 0));
          return true;
        });
      }
      await table.write({ rows: good, firstRow: 1 });
      await session.commit({ isFinal: true, state: null, fingerprint: null, format: 1, record: SUCCEEDED });
      await session.finish?.(SUCCEEDED);
    });
    const stored = (await place.read()) ?? [];
    assert.equal(stored.length, 5000);
    assert.deepEqual(stored.at(-1), { n: '4999', v: '2026-01-02' });
  },
  async 'every column type survives with its extremes'(place) {
    for (const [index, { type, values }] of place.typeSamples.entries()) {
      const table = `type_${index}`;
      const rows = values.map(([given], n) => ({ n, value: given }));
      const columns = [
        { name: 'n', type: 'int' },
        { name: 'value', type },
      ] as const;
      await succeed(place, { table, schema: { columns }, rows });
      const stored = values.map(([, text], n) => ({ n: String(n), value: text }));
      assert.deepEqual(await place.read(table), stored, `column type ${type}`);
    }
  },
  async 'inferred columns hold what came'(place) {
    const rows = [
      { b: true, big: 2n ** 62n, d: 0.5, j: { z: 1, a: [2] }, n: null, s: 'text' },
      { b: false, big: -5, d: 2, j: [], n: null, s: '' },
    ];
    await succeed(place, { rows });
    assert.deepEqual(await place.read(), [
      { b: 'true', big: '4611686018427387904', d: '0.5', j: '{"a":[2],"z":1}', n: null, s: 'text' },
      { b: 'false', big: '-5', d: '2', j: '[]', n: null, s: '' },
    ]);
  },
  async 'a column that comes in mid-run is null in the rows before'(place) {
    const pages = [Array.from({ length: 12_000 }, (_, a) => ({ a })), [{ a: -1, late: 'x' }]];
    await succeed(place, { rows: pages });
    const rows = (await place.read()) ?? [];
    assert.equal(rows.length, 12_001);
    assert.deepEqual(rows[0], { a: '0', late: null });
    assert.deepEqual(rows.at(-1), { a: '-1', late: 'x' });
  },
  async 'a column that changes type in mid-run widens, whatever the order'(place) {
    const values = [1, 2.5, 1e-7, 3, 1e21, 'text', true, { b: 1, a: 2 }, null];
    const batch = (value: unknown): { v: unknown }[] => Array.from({ length: 10_000 }, () => ({ v: value }));
    for (const order of [values, values.toReversed()]) {
      await succeed(place, { rows: order.map(batch) });
      const stored = [...new Set((await place.read())?.map(({ v }) => v))];
      const texts = ['1', '2.5', '1e-7', '3', '1e+21', 'text', 'true', '{"a":2,"b":1}', null];
      assert.deepEqual(stored, order === values ? texts : texts.toReversed());
    }
  },
  async 'append widens a table that is filled'(place) {
    await succeed(place, { rows: [{ v: 1 }, { v: 2 }] });
    await succeed(place, { rows: [{ v: 0.5 }], mode: 'append' });
    await succeed(place, { rows: [{ v: 'x' }], mode: 'append' });
    assert.deepEqual(await place.read(), [{ v: '1' }, { v: '2' }, { v: '0.5' }, { v: 'x' }]);
  },
  async 'append adds a new column'(place) {
    await succeed(place, { rows: [{ a: 1 }] });
    await succeed(place, { rows: [{ a: 2, b: 'new' }], mode: 'append' });
    assert.deepEqual(await place.read(), [
      { a: '1', b: null },
      { a: '2', b: 'new' },
    ]);
  },
  async 'names may be reserved words, quoted, dotted, spaced or not ASCII'(place) {
    const row = {
      select: 1,
      'a "quoted" name': 2,
      'with.dot': 3,
      'with space': 4,
      'größe 😀': 5,
      "it's": 6,
      __proto: 7,
    };
    await succeed(place, { rows: [row] });
    assert.deepEqual(await place.read(), [
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, String(value)])),
    ]);
  },
  async 'declared columns without rows make an empty table'(place) {
    await succeed(place, { rows: [{ a: 1 }] });
    await succeed(place, { schema: { columns: [{ name: 'a', type: 'bigint' }] } });
    assert.deepEqual(await place.read(), []);
  },
  async 'a column that differs in case only is refused'(place) {
    const { error } = await place.run({ rows: [{ id: 1, ID: 2 }] });
    assert.equal(error?.code, 'COLUMN_NAME_INVALID');
    assert.equal(await place.read(), undefined);
  },
  async 'large values and many rows arrive whole'(place) {
    const text = 'long ✓ '.repeat(150_000);
    const page = Array.from({ length: 30_000 }, (_, n) => ({ n, t: n === 17 ? text : 'short' }));
    await succeed(place, { rows: [page] });
    const rows = (await place.read()) ?? [];
    assert.equal(rows.length, 30_000);
    assert.equal(new Set(rows.map(({ n }) => n)).size, 30_000);
    assert.ok(rows.find(({ n }) => n === '17')?.t === text);
  },
} satisfies Record<string, TargetCheck>;

const stopped = new AbortError('SIGINT');

const SUCCEEDED = {
  status: 'succeeded',
  code: null,
  message: null,
  rowsRead: 5000,
  rowsWritten: 5000,
  rowsDeleted: 0,
  commits: 1,
} as const;
