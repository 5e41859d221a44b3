import { expect, it } from '@jest/globals';
import { PostgresTarget } from '../../../src/targets/postgres/postgres-target.js';
import type { KeptRow, RejectedRow, WriteMode } from '../../../src/targets/target.js';
import { usePostgres } from '../../helpers/postgres-server.js';
import { commitOf, ENDED, run, tableOf } from '../writer/fixture.js';

const server = usePostgres();

const rejected = (number: number, change: Partial<RejectedRow> = {}): RejectedRow => ({
  table: 'orders',
  number,
  code: 'ROW_INVALID',
  reason: 'column "id"',
  row: { id: number },
  ...change,
});

it('a row that is given again keeps its id, what was taken and what is replaced is forgotten', async () => {
  const target = await PostgresTarget.open(await server.newDatabase());
  const keep = async (
    runId: string,
    rows: readonly RejectedRow[],
    mode: WriteMode,
    settled: readonly string[] = [],
  ): Promise<void> => {
    const session = await target.begin(run({ runId }));
    await (await session.openTable(tableOf({ mode }))).write({ rows: [{ id: 100 }], firstRow: 1 });
    session.reject?.(rows);
    await session.commit(commitOf(1, { isFinal: true, settled }));
    await session.finish?.(ENDED);
  };
  const kept = async (): Promise<KeptRow[]> => {
    const found: KeptRow[] = [];
    for await (const rows of (await target.rejected()).rows('orders')) found.push(...rows);
    return found;
  };
  await keep('run-1', [rejected(1), rejected(2), rejected(3, { table: 'others' })], 'append');
  const [first, second] = (await kept()).map(({ id }) => id);
  const again = rejected(2, { id: second ?? '', attempts: 2, row: { id: 'edited' } });
  await keep('retry', [again], 'append', [first ?? '', second ?? '']);
  expect((await kept()).map(({ id, attempts, row }) => [id, attempts, row['id']])).toEqual([
    [second, 2, 'edited'],
    [expect.any(String), 1, 3],
  ]);
  await keep('run-2', [rejected(4)], 'overwrite');
  expect((await kept()).map(({ row }) => row['id'])).toEqual([3, 4]);
  await target.close();
});
