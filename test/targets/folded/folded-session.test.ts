import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readdirSync, statSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runRows, type RowsRun } from 'connector-host/testing';
import { AbortError, TransientError } from '../../../src/sdk/errors.js';
import { op, type Operation } from '../../../src/sdk/operations.js';
import type { Row } from '../../../src/sdk/schema.js';
import { TYPE_SAMPLES } from '../../../src/testing/type-samples.js';
import { CsvTarget } from '../../../src/targets/csv/csv-target.js';
import { FolderTarget } from '../../../src/targets/folder/folder-target.js';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import { JsonlTarget } from '../../../src/targets/jsonl/jsonl-target.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { contentOf } from '../folder/fixture.js';

const newFolder = tempFolders();
const SCHEMA = {
  tables: [
    { name: 'users', primaryKey: ['id'] },
    { name: 'events', columns: [{ name: 'user', type: 'bigint' }] },
  ],
} as const;

async function newPlace() {
  const root = await newFolder();
  const folder = join(root, 'out');
  const journalFolder = join(root, '.host');
  const run = (rows: RowsRun['rows'] & {}, more: Partial<RowsRun> = {}) =>
    runRows({
      target: new FolderTarget(`${folder}/`, 'ndjson', { journalFolder }),
      rows,
      schema: SCHEMA,
      pipeline: 'test',
      ...more,
    });
  return {
    root,
    folder,
    run,
    succeed: async (rows: RowsRun['rows'] & {}, more: Partial<RowsRun> = {}) => {
      const { error, report } = await run(rows, more);
      if (error) throw error;
      return report;
    },
    rows: async (table: string): Promise<Row[]> =>
      (await readFile(join(folder, `${table}.ndjson`), 'utf8'))
        .split('\n')
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Row),
    names: async () => (await readdir(folder)).sort(),
    store: new JournalStore(journalFolder),
  };
}

describe('operations on files that are replaced', () => {
  it('are folded: the files have what they come to, and the state is saved with them', async () => {
    const { succeed, rows, names, store } = await newPlace();
    const report = await succeed([
      op.upsert('users', [
        { id: 1, name: 'a', age: 1 },
        { id: 2, name: 'b', age: 2 },
        { id: 3, name: 'c', age: 3 },
      ]),
      op.checkpoint({ at: 1 }),
      op.update('users', { id: 1, name: 'A' }),
      op.update('users', { id: 9, name: 'nobody' }),
      op.delete('users', { id: 2 }),
      op.upsert('users', { id: 3 }),
      op.upsert('events', [{ user: 1 }, { user: 2 }, { user: 1 }]),
      op.deleteWhere('events', { user: 1 }),
      op.upsert('events', { user: 1 }),
      op.checkpoint({ at: 2 }),
    ]);
    expect(await rows('users')).toEqual([
      { id: 1, name: 'A', age: 1 },
      { id: 3, name: null, age: null },
    ]);
    expect(await rows('events')).toEqual([{ user: 2 }, { user: 1 }]);
    expect(await names()).toEqual(['events.ndjson', 'users.ndjson']);
    expect((await store.load('test'))?.state).toBe('{"at":2}');
    expect(report).toMatchObject({ commits: 1, rowsDeleted: 0, stateVersion: 1 });
  });

  it('a truncate takes what came before it', async () => {
    const { succeed, rows } = await newPlace();
    await succeed([op.upsert('users', { id: 1 }), op.truncate('users'), op.upsert('users', { id: 2 })]);
    expect(await rows('users')).toEqual([{ id: 2 }]);
    expect(await rows('events')).toEqual([]);
  });

  it('--full-refresh does the same', async () => {
    const { succeed, rows } = await newPlace();
    await succeed([op.upsert('users', { id: 1 }), op.checkpoint({ at: 1 })]);
    await succeed([op.upsert('users', [{ id: 2 }, { id: 2, name: 'b' }])], {
      options: { mode: 'append', fullRefresh: true },
    });
    expect(await rows('users')).toEqual([{ id: 2, name: 'b' }]);
  });

  it('--deletes soft keeps deleted rows and says when they went', async () => {
    const { succeed, rows } = await newPlace();
    await succeed([op.upsert('users', [{ id: 1 }, { id: 2 }]), op.delete('users', { id: 1 })], {
      options: { deletes: 'soft' },
    });
    const instant = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/) as unknown;
    const found = (await rows('users')).sort((a, b) => Number(a['id']) - Number(b['id']));
    expect(found).toEqual([
      { id: 1, _deleted_at: instant },
      { id: 2, _deleted_at: null },
    ]);
  });

  it('one file holds one table, with or without a journal', async () => {
    const root = await newFolder();
    const file = join(root, 'users.csv');
    const schema = { tables: [SCHEMA.tables[0]] };
    for (const options of [{}, { journalFolder: join(root, '.host') }]) {
      const { error } = await runRows({
        target: new CsvTarget(file, options),
        rows: [op.upsert('users', { id: 1, name: 'a' }), op.update('users', { id: 1, name: 'b' })],
        schema,
      });
      expect(error).toBeUndefined();
      expect(await readFile(file, 'utf8')).toBe('id,name\n1,b\n');
    }
    const { error } = await runRows({
      target: new CsvTarget(file),
      rows: [op.upsert('users', { id: 1 }), op.upsert('events', { user: 1 })],
      schema: SCHEMA,
    });
    expect(error).toMatchObject({ code: 'TARGET_MODE_UNSUPPORTED' });
    expect(await readFile(file, 'utf8')).toBe('id,name\n1,b\n');
    expect((await readdir(root)).sort()).toEqual(['.host', 'users.csv']);
  });

  it.each([
    ['csv', CsvTarget],
    ['jsonl', JsonlTarget],
  ] as const)('%s: values have the form that they have without operations', async (ending, Target) => {
    const root = await newFolder();
    for (const [index, { type, values }] of [
      ...TYPE_SAMPLES,
      { type: 'float', values: [[0.1], [16777216], [null]] } as const,
    ].entries()) {
      const columns = [
        { name: 'n', type: 'int' },
        { name: 'value', type },
      ] as const;
      const rows = values.map(([value], n) => ({ n, value }));
      const [plain, folded] = ['plain', 'folded'].map((kind) => join(root, `${kind}_${index}.${ending}`)) as [
        string,
        string,
      ];
      const outcomes = [
        await runRows({ target: new Target(plain), rows: [rows], schema: { columns } }),
        await runRows({
          target: new Target(folded),
          rows: [op.upsert('t', rows)],
          schema: { tables: [{ name: 't', columns, primaryKey: ['n'] }] },
        }),
      ];
      expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined]);
      expect([type, await readFile(folded, 'utf8')]).toEqual([type, await readFile(plain, 'utf8')]);
    }
  });

  it('inferred columns have the values of the type that they came to have', async () => {
    const { succeed, rows } = await newPlace();
    await succeed([
      op.upsert('users', { id: 1, mixed: 1, deep: { z: 1, a: [2] }, none: null }),
      op.upsert('users', { id: 2, mixed: 'x', wide: 1 }),
      op.upsert('users', { id: 3, mixed: 0.5, wide: 2.5 }),
    ]);
    expect(await rows('users')).toEqual([
      { id: 1, mixed: '1', deep: { z: 1, a: [2] }, none: null, wide: null },
      { id: 2, mixed: 'x', deep: null, none: null, wide: 1 },
      { id: 3, mixed: '0.5', deep: null, none: null, wide: 2.5 },
    ]);
  });

  it('many rows arrive once, in their order', async () => {
    const { succeed, rows, names } = await newPlace();
    const count = 300_000;
    await succeed(function* () {
      for (let id = 0; id < count; id += 1000) {
        yield op.upsert(
          'users',
          Array.from({ length: 1000 }, (_, i) => ({ id: id + i, n: 0 })),
        );
      }
      for (let id = 0; id < count; id += 3) yield op.delete('users', { id });
      yield op.update('users', { id: 1, n: 1 });
    });
    const found = await rows('users');
    expect(found.length).toBe(count - count / 3);
    expect(found[0]).toEqual({ id: 1, n: 1 });
    expect(found.every(({ id }, i) => i === 0 || Number(id) > Number(found[i - 1]?.['id']))).toBe(true);
    expect(await names()).toEqual(['events.ndjson', 'users.ndjson']);
  }, 60_000);
});

describe('a folded run that does not come to its end', () => {
  const BEFORE = [op.upsert('users', { id: 0 }), op.checkpoint({ at: 0 })];

  it.each([
    ['the source fails', new Error('broken'), 'CONNECTOR_FAILED'],
    ['the source is down', new TransientError('down'), 'TRANSIENT'],
  ])('%s: the old files stay, and nothing else', async (_name, failure, code) => {
    const { run, succeed, folder, store } = await newPlace();
    await succeed(BEFORE);
    const before = await contentOf(folder);
    const { error } = await run(function* () {
      yield op.upsert('users', { id: 1 });
      yield op.upsert('events', { user: 1 });
      throw failure;
    });
    expect(error?.code).toBe(code);
    expect(await contentOf(folder)).toEqual(before);
    expect((await store.load('test'))?.state).toBe('{"at":0}');
  });

  it('a value that does not fit is a RowError of its row', async () => {
    const { run, folder } = await newPlace();
    const { error } = await run([op.upsert('events', [{ user: 1 }, { user: 'secret' }])]);
    expect(error).toMatchObject({
      code: 'ROW_INVALID',
      details: { table: 'events', column: 'user', row: 2 },
    });
    await expect(readdir(folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('it is stopped: the old files stay', async () => {
    const { run, succeed, folder } = await newPlace();
    await succeed(BEFORE);
    const before = await contentOf(folder);
    const stop = new AbortController();
    const { error } = await run(
      async function* () {
        for (;;) {
          yield op.upsert(
            'users',
            Array.from({ length: 5000 }, (_, id) => ({ id })),
          );
          setTimeout(() => stop.abort(new AbortError('SIGINT')), 50);
          await new Promise((resolve) => setTimeout(resolve, 5));
        }
      },
      { signal: stop.signal },
    );
    expect(error?.code).toBe('ABORTED');
    expect(await contentOf(folder)).toEqual(before);
  });

  it('it is stopped while it writes what the operations came to', async () => {
    const { run, succeed, folder } = await newPlace();
    await succeed(BEFORE);
    const before = await contentOf(folder);
    const stop = new AbortController();
    // Rows go to the file beside it only when the source is at its end.
    const watch = setInterval(() => {
      const part = readdirSync(folder).find((name) => name.startsWith('.users.ndjson.'));
      if (part === undefined || statSync(join(folder, part)).size === 0) return;
      clearInterval(watch);
      stop.abort(new AbortError('SIGINT'));
    }, 1);
    const { error } = await run(
      function* () {
        for (let id = 0; id < 200_000; id += 1000) {
          yield op.upsert(
            'users',
            Array.from({ length: 1000 }, (_, i) => ({ id: id + i, text: 'x'.repeat(100) })),
          );
        }
      },
      { signal: stop.signal },
    );
    clearInterval(watch);
    expect(error?.code).toBe('ABORTED');
    expect(await contentOf(folder)).toEqual(before);
  }, 30_000);

  it('it is read again after a passing fault, from the start', async () => {
    const { succeed, rows, names } = await newPlace();
    let reads = 0;
    await succeed(
      function* () {
        reads += 1;
        yield op.upsert('users', { id: reads });
        if (reads === 1) throw new TransientError('down', { retryAfter: 0 });
      },
      { options: { retries: 1 } },
    );
    expect(await rows('users')).toEqual([{ id: 2 }]);
    expect(await names()).toEqual(['events.ndjson', 'users.ndjson']);
  });

  it('a folder that cannot be written is known before the source is read', async () => {
    const { root, folder, run } = await newPlace();
    await writeFile(folder, 'a file');
    let reads = 0;
    const { error } = await run(function* () {
      reads += 1;
      yield op.upsert('users', { id: 1 });
    });
    expect([error?.code, reads]).toEqual(['TARGET_UNWRITABLE', 0]);
    expect((await readdir(root)).sort()).toEqual(['.host', 'out']);
  });
});

describe('any operations', () => {
  const id = fc.integer({ min: 1, max: 4 });
  const cell = fc.option(fc.integer({ min: 0, max: 9 }));
  const operation: fc.Arbitrary<Operation> = fc.oneof(
    { weight: 5, arbitrary: fc.record({ id, a: cell, b: cell }).map((row) => op.upsert('users', row)) },
    {
      weight: 3,
      arbitrary: fc
        .record({ id, a: cell, b: cell }, { requiredKeys: ['id'] })
        .map((row) => op.update('users', row)),
    },
    { weight: 2, arbitrary: id.map((key) => op.delete('users', { id: key })) },
    { weight: 1, arbitrary: cell.map((a) => op.deleteWhere('users', { a })) },
    { weight: 1, arbitrary: fc.constant(op.truncate('users')) },
    { weight: 3, arbitrary: id.map((user) => op.upsert('events', { user })) },
    { weight: 1, arbitrary: id.map((user) => op.deleteWhere('events', { user })) },
  );

  it('come to the rows of a straight model', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 40 }), async (operations) => {
        const { succeed, rows } = await newPlace();
        await succeed([op.upsert('users', { id: 5, a: 0, b: 0 }), ...operations]);
        const { users, events } = model(operations);
        const found = (await rows('users')).sort((a, b) => Number(a['id']) - Number(b['id']));
        expect(found).toEqual(users);
        expect((await rows('events')).map(({ user }) => user)).toEqual(events);
      }),
      { numRuns: 25 },
    );
  }, 60_000);
});

function model(operations: readonly Operation[]): { users: Row[]; events: unknown[] } {
  const users = new Map<unknown, Row>([[5, { id: 5, a: 0, b: 0 }]]);
  let events: unknown[] = [];
  for (const operation of operations) {
    if (operation.kind === 'checkpoint') continue;
    if (operation.table === 'events') {
      if (operation.kind === 'upsert') events.push(...operation.rows.map(({ user }) => user));
      if (operation.kind === 'deleteWhere') {
        const gone = operation.columns['user'];
        events = events.filter((user) => user !== gone);
      }
    } else if (operation.kind === 'upsert') {
      for (const row of operation.rows) users.set(row['id'], { a: null, b: null, ...row });
    } else if (operation.kind === 'update') {
      for (const row of operation.rows) {
        const before = users.get(row['id']);
        if (before) users.set(row['id'], { ...before, ...row });
      }
    } else if (operation.kind === 'delete') {
      for (const key of operation.keys) users.delete(key['id']);
    } else if (operation.kind === 'deleteWhere') {
      const gone = operation.columns['a'];
      for (const [key, row] of users) if (row['a'] === gone) users.delete(key);
    } else users.clear();
  }
  const sorted = [...users.values()].sort((a, b) => Number(a['id']) - Number(b['id']));
  return { users: sorted, events };
}
