import assert from 'node:assert/strict';
import type { Emission } from '../sdk/connector.js';
import { op } from '../sdk/operations.js';
import type { ReadSchema, Row } from '../sdk/schema.js';
import type { SyncOptions } from '../sync/sync-options.js';
import type { SyncOutcome } from '../sync/sync.js';
import { DELETED_AT, type DeleteMode } from '../targets/target.js';
import { OperationOrders } from './operation-orders.js';
import type { RowsRun } from './run-rows.js';
import { DELETED, modelTexts } from './table-model.js';
import type { TargetCheck, TargetPlace } from './target-check.js';

/** What every target that replaces rows by key must do with operations, by the name of the test. */
export const OPERATION_CHECKS = {
  'every order of operations on a key, in one commit': (place) => holdOrders(place, 'inOneCommit', 'hard'),
  'every order of operations on a key, each in a commit of its own': (place) =>
    holdOrders(place, 'inManyCommits', 'hard'),
  'every order of operations on a key in one commit, with soft deletes': (place) =>
    holdOrders(place, 'inOneCommit', 'soft'),
  'every order of operations on a key in many commits, with soft deletes': (place) =>
    holdOrders(place, 'inManyCommits', 'soft'),
  async 'the last row of a key wins, also of 100,000 in one batch'(place) {
    const rows = Array.from({ length: 100_000 }, (_, n) => ({ k: 'same', n }));
    await sync(place, { rows: [op.upsert('t', rows)], schema: keyed('t') });
    assert.deepEqual(await place.read('t'), [{ k: 'same', n: '99999' }]);
  },
  async 'the last row of a key wins across the batches of a commit'(place) {
    const rows = Array.from({ length: 50_000 }, (_, n) => ({ k: n % 7, n }));
    const patches = Array.from({ length: 30_000 }, (_, n) => ({ k: n % 5, p: n }));
    await sync(place, { rows: [op.upsert('t', rows), op.update('t', patches)], schema: keyed('t') });
    const last = (count: number, modulo: number, k: number): string =>
      String(count - 1 - ((count - 1 - k) % modulo));
    const expected = Array.from({ length: 7 }, (_, k) => ({
      k: String(k),
      n: last(50_000, 7, k),
      p: k < 5 ? last(30_000, 5, k) : null,
    }));
    assert.deepEqual(modelTexts((await place.read('t')) ?? []), modelTexts(expected));
  },
  async 'a run that fails leaves the rows and the state of its last commit'(place) {
    const states: unknown[] = [];
    const rows: RowsRun['rows'] = function* ({ state }): Iterable<Emission> {
      states.push(state);
      const from = (state.next as number | undefined) ?? 1;
      for (let k = from; k <= 3; k += 1) {
        yield op.upsert('t', { k, run: states.length });
        yield op.checkpoint({ next: k + 1 });
      }
      yield op.upsert('t', { k: 4, run: states.length });
      yield op.delete('t', { k: 1 });
      if (states.length < 3) throw new Error('the source broke');
    };
    const run = { rows, schema: keyed('t'), options: EACH_CHECKPOINT };
    const committed = ['1', '2', '3'].map((k) => ({ k, run: '1' }));
    for (let n = 0; n < 2; n += 1) {
      assert.equal((await tryToSync(place, run)).error?.code, 'CONNECTOR_FAILED');
      assert.deepEqual(modelTexts((await place.read('t')) ?? []), modelTexts(committed));
    }
    await sync(place, run);
    assert.deepEqual(states, [{}, { next: 4 }, { next: 4 }]);
    assert.deepEqual(
      modelTexts((await place.read('t')) ?? []),
      modelTexts([...committed.slice(1), { k: '4', run: '3' }]),
    );
  },
  async 'a run that fails before its first commit leaves a filled table as it was'(place) {
    await sync(place, { rows: [op.upsert('t', [{ k: 1 }, { k: 2 }])], schema: keyed('t') });
    const { error } = await tryToSync(place, {
      schema: keyed('t'),
      rows: function* () {
        yield op.truncate('t');
        yield op.upsert('t', { k: 3, late: 'column' });
        throw new Error('the source broke');
      },
    });
    assert.equal(error?.code, 'CONNECTOR_FAILED');
    assert.deepEqual(await place.read('t'), [{ k: '1' }, { k: '2' }]);
  },
  async 'the same run again changes nothing'(place) {
    const rows = Array.from({ length: 5000 }, (_, k) => ({ k, v: `value ${k % 10}`, n: k / 2 }));
    for (let n = 0; n < 2; n += 1) {
      await sync(place, { rows: [op.upsert('t', rows)], schema: keyed('t') });
      const expected = rows.map(({ k, v, n: half }) => ({ k: String(k), v, n: String(half) }));
      assert.deepEqual(modelTexts((await place.read('t')) ?? []), modelTexts(expected));
    }
  },
  async 'a filled table widens and gets columns while it is merged'(place) {
    const values: unknown[] = [1, 0.5, 'x', { b: 1, a: true }];
    for (const [k, v] of values.entries()) {
      await sync(place, { rows: [op.upsert('t', { k, v, [`c${k}`]: k })], schema: keyed('t') });
      await sync(place, { rows: [op.update('t', { k, p: v })], schema: keyed('t') });
    }
    const texts = ['1', '0.5', 'x', '{"a":true,"b":1}'];
    const expected = texts.map((v, k) => ({ k: String(k), v, p: v, [`c${k}`]: String(k) }));
    assert.deepEqual(modelTexts((await place.read('t')) ?? []), modelTexts(expected));
  },
  async 'every column type can be a key'(place) {
    for (const [index, { type, values }] of place.typeSamples.entries()) {
      const table = `key_${index}`;
      const schema = { tables: [{ name: table, columns: [{ name: 'k', type }], primaryKey: ['k'] }] };
      const given = values.filter(([value]) => value !== null).map(([value]) => value);
      const texts = values.flatMap(([, text]) => (text === null ? [] : [text]));
      for (const run of ['first', 'second']) {
        await sync(place, { rows: given.map((k) => op.upsert(table, { k, run })), schema });
        const stored = modelTexts((await place.read(table)) ?? []);
        assert.deepEqual(stored, modelTexts(texts.map((k) => ({ k, run }))), `${type}, ${run} run`);
      }
      await sync(place, { rows: given.slice(1).map((k) => op.delete(table, { k })), schema });
      assert.deepEqual(await place.read(table), [{ k: texts[0], run: 'second' }], `${type}, after deletes`);
    }
  },
  async 'a key of several columns with odd names'(place) {
    const [a, b, c] = ['rowid', 'a "quoted" key', 'schlüssel 😀'];
    const schema = { tables: [{ name: 'odd "t"', primaryKey: [a, b] }] };
    const row = { [a]: 'x', [b]: 1, [c]: 'old', v0: 1 };
    await sync(place, {
      rows: [op.upsert('odd "t"', [row, { ...row, [b]: 2 }, { ...row, [b]: 3 }])],
      schema,
    });
    const changes = [
      op.update('odd "t"', { [a]: 'x', [b]: 1, [c]: 'new' }),
      op.delete('odd "t"', { [a]: 'x', [b]: 2 }),
      op.deleteWhere('odd "t"', { [a]: 'x', [b]: 3 }),
    ];
    await sync(place, { rows: changes, schema });
    assert.deepEqual(await place.read('odd "t"'), [{ [a]: 'x', [b]: '1', [c]: 'new', v0: '1' }]);
  },
  async 'a row without a value for its key is refused'(place) {
    await sync(place, { rows: [op.upsert('t', { k: 1, v: 1 })], schema: keyed('t') });
    for (const row of [{ v: 2 }, { k: null, v: 2 }, { k: undefined, v: 2 }]) {
      for (const bad of [op.upsert('t', row), op.update('t', row)]) {
        const { error } = await tryToSync(place, { rows: [op.truncate('t'), bad], schema: keyed('t') });
        assert.deepEqual(
          [error?.code, error?.details.column, error?.details.table],
          ['KEY_MISSING', 'k', 't'],
        );
      }
    }
    const { error } = await tryToSync(place, { rows: [op.delete('t', { k: null })], schema: keyed('t') });
    assert.equal(error?.code, 'KEY_MISSING');
    assert.deepEqual(await place.read('t'), [{ k: '1', v: '1' }]);
  },
  async 'a key that comes as a number and as text is one key'(place) {
    const [rows, more]: Row[][] = [
      [
        { k: 1, v: 'a' },
        { k: '1', v: 'b' },
        { k: 1, v: 'c' },
      ],
      [
        { k: 'x', v: 'd' },
        { k: 1, w: 'e' },
      ],
    ];
    await sync(place, { rows: [op.upsert('t', rows ?? [])], schema: keyed('t') });
    assert.deepEqual(await place.read('t'), [{ k: '1', v: 'c' }]);
    await sync(place, { rows: [op.update('t', more ?? []), op.upsert('t', { k: 2 })], schema: keyed('t') });
    await sync(place, { rows: [op.delete('t', { k: '2' })], schema: keyed('t') });
    assert.deepEqual(await place.read('t'), [{ k: '1', v: 'c', w: 'e' }]);
  },
  async 'update and delete need a key, removals by value do not'(place) {
    const schema = { tables: [{ name: 't' }] };
    const rows = [{ v: 1 }, { v: 1 }, { v: 2 }];
    await sync(place, { rows: [op.upsert('t', rows), op.deleteWhere('t', { v: 2 })], schema });
    await sync(place, { rows: [op.upsert('t', { v: 3 })], schema });
    for (const bad of [op.update('t', { v: 1 }), op.delete('t', { v: 1 })]) {
      assert.equal((await tryToSync(place, { rows: [bad], schema })).error?.code, 'OPERATION_INVALID');
    }
    assert.deepEqual(await place.read('t'), [{ v: '1' }, { v: '1' }, { v: '3' }]);
    await sync(place, { rows: [op.truncate('t'), op.upsert('t', { v: 4 })], schema });
    assert.deepEqual(await place.read('t'), [{ v: '4' }]);
  },
  async 'a removal by what no row can have removes nothing'(place) {
    const rows = [
      { k: 1, n: 1 },
      { k: 2, n: null },
    ];
    await sync(place, { rows: [op.deleteWhere('t', { k: 1 }), op.upsert('t', rows)], schema: keyed('t') });
    const removals = [
      op.deleteWhere('t', { n: 'text' }),
      op.deleteWhere('t', { nowhere: 1 }),
      op.deleteWhere('t', { nowhere: 1, n: 1 }),
    ];
    await sync(place, { rows: removals, schema: keyed('t') });
    assert.equal((await place.read('t'))?.length, 2);
    await sync(place, { rows: [op.deleteWhere('t', { nowhere: null, n: null })], schema: keyed('t') });
    assert.deepEqual(await place.read('t'), [{ k: '1', n: '1' }]);
  },
  async 'rows for several tables in turns'(place) {
    const tables = ['a', 'b', 'c'];
    await sync(place, {
      schema: { tables: tables.map((name) => ({ name, primaryKey: ['k'] })) },
      rows: function* () {
        for (let k = 0; k < 5000; k += 1)
          for (const name of tables) yield op.upsert(name, { k, v: `${name}${k}` });
      },
    });
    for (const name of tables) {
      const expected = Array.from({ length: 5000 }, (_, k) => ({ k: String(k), v: `${name}${k}` }));
      assert.deepEqual(modelTexts((await place.read(name)) ?? []), modelTexts(expected));
    }
  },
  async 'soft deletes and overwrite, again and again'(place) {
    const rows = [
      op.upsert('t', [{ k: 1 }, { k: 2 }]),
      op.delete('t', { k: 1 }),
      op.deleteWhere('t', { k: 2 }),
    ];
    for (let n = 0; n < 2; n += 1) {
      await sync(place, { rows, schema: keyed('t'), options: { mode: 'overwrite', deletes: 'soft' } });
      const stored = (await place.read('t')) ?? [];
      assert.deepEqual(stored.map((row) => [row.k, typeof row[DELETED_AT]]).sort(), [
        ['1', 'string'],
        ['2', 'string'],
      ]);
    }
  },
  async 'a column of a name that soft deletes need is refused'(place) {
    const run = { rows: [op.upsert('t', { k: 1, [DELETED_AT]: 'x' })], schema: keyed('t') };
    const { error } = await tryToSync(place, { ...run, options: { deletes: 'soft' } });
    assert.equal(error?.code, 'COLUMN_NAME_INVALID');
    await sync(place, run);
    assert.deepEqual(await place.read('t'), [{ k: '1', [DELETED_AT]: 'x' }]);
  },
} satisfies Record<string, TargetCheck>;

const EACH_CHECKPOINT: SyncOptions = { commitEvery: { seconds: 0, rows: 0 } };

/** One table with the key `k`, of which nothing else is declared. */
function keyed(name: string): ReadSchema {
  return { tables: [{ name, primaryKey: ['k'] }] };
}

type SyncRows = Pick<RowsRun, 'rows' | 'schema' | 'options'>;

/** Runs as `host run` does where nobody chooses a mode. */
function tryToSync(place: TargetPlace, run: SyncRows): Promise<SyncOutcome> {
  return place.run({ ...run, pipeline: 'sync', options: { mode: undefined, ...run.options } });
}

async function sync(place: TargetPlace, run: SyncRows): Promise<void> {
  const { error } = await tryToSync(place, run);
  if (error) throw error;
}

async function holdOrders(
  place: TargetPlace,
  how: 'inOneCommit' | 'inManyCommits',
  deletes: DeleteMode,
): Promise<void> {
  const orders = new OperationOrders();
  const { schema } = orders;
  await sync(place, { rows: () => orders.before(), schema, options: { deletes } });
  await sync(place, { rows: () => orders[how](), schema, options: { ...EACH_CHECKPOINT, deletes } });
  for (const table of orders.tables) {
    const stored = ((await place.read(table)) ?? []).map(({ [DELETED_AT]: deletedAt = null, ...row }) =>
      deletedAt === null ? row : { ...row, [DELETED]: 'yes' },
    );
    assert.deepEqual(modelTexts(stored), orders.expected(table, deletes), table);
  }
}
