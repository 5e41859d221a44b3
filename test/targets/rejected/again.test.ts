import { expect, test } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CsvTarget } from '../../../src/targets/csv/csv-target.js';
import { claimJournal } from '../../../src/targets/journal/claim-journal.js';
import type { KeptRow, RejectedRow, WriteMode } from '../../../src/targets/target.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { commitOf, ENDED, NotingWriter, refusal, run, tableOf, writerTarget } from '../writer/fixture.js';

const newFolder = tempFolders();
const rejected = (id: number, change: Partial<RejectedRow> = {}): RejectedRow => ({
  table: 'orders',
  number: id,
  code: 'ROW_INVALID',
  reason: 'column "id"',
  row: { id },
  ...change,
});

/** A CSV file with the rows that its runs kept aside. */
class Place {
  readonly target: CsvTarget;
  constructor(readonly folder: string) {
    this.target = new CsvTarget(join(folder, 'rows.csv'), { journalFolder: join(folder, '.host') });
  }

  async keep(
    runId: string,
    rows: readonly RejectedRow[],
    { mode = 'append', settled = [] }: { mode?: WriteMode; settled?: readonly string[] } = {},
  ): Promise<void> {
    const session = await this.target.begin(run({ runId }));
    await (await session.openTable(tableOf({ mode }))).write({ rows: [{ id: 100 }], firstRow: 1 });
    session.reject?.(rows);
    await session.commit(commitOf(1, { isFinal: true, settled }));
    await session.finish?.(ENDED);
  }

  async kept(): Promise<KeptRow[]> {
    const found: KeptRow[] = [];
    for await (const rows of (await this.target.rejected()).rows('orders')) found.push(...rows);
    return found;
  }

  /** Lines of the file, whatever is shown of them. */
  async lines(): Promise<number> {
    return (await readFile(join(this.folder, 'rows.csv.rejected.jsonl'), 'utf8')).split('\n').length - 1;
  }
}

const facts = ({ id, attempts, run: ofRun }: KeptRow): unknown[] => [id, attempts, ofRun];

test('a row of a key that comes again just the same is the same row; one without a key is another', async () => {
  const place = new Place(await newFolder());
  const added = { operation: 'insert' } as const;
  await place.keep('run-1', [rejected(1), rejected(2), rejected(3, added)]);
  const [first, second, third] = (await place.kept()).map(({ id }) => id);
  await place.keep('run-2', [rejected(1, { number: 7 }), rejected(3, added)]);
  const kept = await place.kept();
  expect(kept.slice(0, 3).map(facts)).toEqual([
    [second, 1, 'run-1'],
    [third, 1, 'run-1'],
    [first, 2, 'run-2'],
  ]);
  expect([kept.length, kept[3]?.attempts, kept[2]?.number]).toEqual([4, 1, 7]);
  expect(await place.lines()).toBe(4);
});

test('a row that is given again keeps its id, and those that were taken are forgotten with the commit', async () => {
  const place = new Place(await newFolder());
  await place.keep('run-1', [rejected(1), rejected(2)]);
  const [first, second] = (await place.kept()).map(({ id }) => id);
  const again = rejected(2, { id: second ?? '', attempts: 2, row: { id: 'edited' } });
  await place.keep('retry', [again], { settled: [first ?? '', second ?? ''] });
  expect((await place.kept()).map((row) => [...facts(row), row.row])).toEqual([
    [second, 2, 'retry', { id: 'edited' }],
  ]);
  expect(await place.lines()).toBe(1);
});

test('a table that is replaced forgets what was kept aside of it, and nothing else', async () => {
  const place = new Place(await newFolder());
  await place.keep('run-1', [rejected(1), rejected(2, { table: 'others' })]);
  await place.keep('run-2', [rejected(3)], { mode: 'overwrite' });
  expect((await place.kept()).map(({ row }) => row['id'])).toEqual([2, 3]);
});

test('rows that were taken are not shown when the run was killed before it forgot them, and go with the next', async () => {
  const place = new Place(await newFolder());
  await place.keep('run-1', [rejected(1), rejected(2)]);
  const [first] = await place.kept();
  const journal = await claimJournal(join(place.folder, '.host'), 'orders', { run: 'retry' });
  await journal.commit(commitOf(1, { isFinal: true, settled: [first?.id ?? ''] }), []);
  await journal.end(ENDED, true);
  expect((await place.kept()).map(({ row }) => row['id'])).toEqual([2]);
  expect(await place.lines()).toBe(2);
  // One that a later run keeps under the same id is another matter.
  await place.keep('run-2', [rejected(1, { id: first?.id ?? '' })]);
  expect((await place.kept()).map(({ row }) => row['id'])).toEqual([2, 1]);
  expect(await place.lines()).toBe(2);
});

test('a row that an endpoint refuses again is what the retry says it is', async () => {
  const writer = new NotingWriter();
  const target = writerTarget(writer, await newFolder());
  const asKept = (row: RejectedRow): RejectedRow => ({ ...row, id: 'known', number: 40, attempts: 3 });
  const session = await target.begin(run({ onRejected: () => undefined, asKept, isInsert: (n) => n === 2 }));
  const table = await session.openTable(tableOf({ mode: 'merge', primaryKey: ['id'] }));
  await table.write({ rows: [{ id: 1 }, { id: 2 }, { id: 3 }], firstRow: 1 });
  expect(writer.calls.slice(1).map(({ operation, rows }) => [operation, rows])).toEqual([
    ['upsert', [{ id: 1 }]],
    ['insert', [{ id: 2 }]],
    ['upsert', [{ id: 3 }]],
  ]);
  writer.host.reject([refusal(2)]);
  await session.commit(commitOf(3, { isFinal: true }));
  await session.finish(ENDED);
  const kept: KeptRow[] = [];
  for await (const rows of (await target.rejected?.())?.rows('orders') ?? []) kept.push(...rows);
  expect(kept.map(({ id, number, attempts, schema }) => [id, number, attempts, schema?.primaryKey])).toEqual([
    ['known', 40, 3, ['id']],
  ]);
});
