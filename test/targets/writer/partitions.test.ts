import { describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { WriteRequest } from '../../../src/sdk/connector.js';
import type { Row } from '../../../src/sdk/schema.js';
import type { PartitionedSession, PartitionRun } from '../../../src/targets/target.js';
import { runPartitions } from '../../fixtures/partition-runs.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { batchOf, commitOf, DAY_COUNTRY, ended, FAILED, partitionRun } from '../folder/partition-fixture.js';
import { NotingWriter, refusal, run, tableOf, writerTarget } from './fixture.js';

const newFolder = tempFolders();
const FR = '2026-11-21|FR';
const IT = '2026-11-21|IT';
const below = (id: string, change: Partial<PartitionRun> = {}): PartitionRun =>
  partitionRun(id, { pipeline: 'orders', ...change });

async function newPlace() {
  const folder = await newFolder();
  const writer = new NotingWriter();
  const requests: WriteRequest[] = [];
  const target = writerTarget(writer, folder, requests);
  return {
    folder,
    writer,
    requests,
    target,
    begin: async (runId = 'run-1'): Promise<PartitionedSession> => {
      const session = await target.beginPartitions(run({ runId }));
      await session.start(batchOf(runId));
      return session;
    },
    ledger: () => (target.partitionLedger as NonNullable<typeof target.partitionLedger>)('orders'),
    rejected: async () => {
      const store = await (target.rejected as NonNullable<typeof target.rejected>)();
      const rows = [];
      for await (const page of store.rows('orders')) rows.push(...page);
      return rows.map(({ run: runId, partition, number, attempts }) => ({
        runId,
        partition,
        number,
        attempts,
      }));
    },
    files: async () =>
      (await readdir(join(folder, '.host'))).map((name) => name.replace(/-[0-9a-f]{8}\.\d+/, '')).sort(),
  };
}

describe('partitions into a connector', () => {
  it('each has writers that are told of it, and a state of its own', async () => {
    const { begin, requests, ledger, files } = await newPlace();
    const session = await begin();
    expect(Reflect.get(session, 'remove')).toBeUndefined();
    const [fr, it_] = [await session.begin(below(FR)), await session.begin(below(IT))];
    for (const [each, id] of [
      [fr, 1],
      [it_, 2],
    ] as const) {
      const table = await each.openTable(tableOf());
      await table.write({ rows: [{ id }], firstRow: 1 });
    }
    expect(
      await Promise.all([
        fr.commit(commitOf(1, { state: '"fr"' })),
        it_.commit(commitOf(1, { state: '"it"' })),
      ]),
    ).toEqual([
      { rowsDeleted: 0, stateVersion: 1 },
      { rowsDeleted: 0, stateVersion: 1 },
    ]);
    for (const each of [fr, it_]) await each.finish?.(ended());
    await session.finish(ended());
    expect(
      requests.map(({ partitionId, datasetPartitioning }) => [partitionId, datasetPartitioning]),
    ).toEqual([
      [FR, DAY_COUNTRY],
      [IT, DAY_COUNTRY],
    ]);
    const found = await ledger();
    expect([...(await found.states([FR, IT]))].map(([id, { state }]) => [id, state])).toEqual([
      [FR, '"fr"'],
      [IT, '"it"'],
    ]);
    expect((await found.find([FR])).get(FR)).toMatchObject({ status: 'completed', rows: 1, batch: 'run-1' });
    // One journal for all.
    expect(await files()).toEqual(['orders.journal']);
    const again = await begin('run-2');
    const next = await again.begin(below(IT, { runId: 'run-2' }));
    expect(next.saved).toEqual({ state: '"it"', version: 1, fingerprint: null, format: 1 });
    await next.rollback(FAILED);
    await again.rollback(FAILED);
  });

  it('one that a limit cuts while rows are added sends none of them, so that a resumed run sends each once', async () => {
    const { target, writer } = await newPlace();
    const rows = (): Row[] => Array.from({ length: 1500 }, (_, id) => ({ id }));
    const runIt = {
      target,
      rows,
      options: { mode: 'append' },
      pipeline: 'orders',
      partitions: [FR],
    } as const;
    await runPartitions({ ...runIt, limit: 1400 });
    expect(writer.keys).toEqual([]);
    await runPartitions(runIt);
    expect(new Set(writer.keys).size).toBe(writer.keys.length);
    expect(writer.keys).toHaveLength(1500);
  });

  it('the same row of two partitions has two names, and of one the same in the run that comes again', async () => {
    const { begin, writer } = await newPlace();
    const write = async (runId: string, id: string, isCommitted: boolean): Promise<string> => {
      const session = await begin(runId);
      const each = await session.begin(below(id, { runId }));
      const table = await each.openTable(tableOf());
      await table.write({ rows: [{ id: 7 }], firstRow: 1 });
      if (isCommitted) await each.commit(commitOf(1));
      await (isCommitted ? each.finish?.(ended()) : each.rollback(FAILED));
      await session.finish(ended());
      return writer.keys.at(-1) ?? '';
    };
    const first = await write('run-1', FR, false);
    expect(await write('run-2', IT, true)).not.toBe(first);
    expect(await write('run-3', FR, true)).toBe(first);
    expect(await write('run-4', FR, true)).not.toBe(first);
  });

  it('what was sent and not answered comes first in the run that takes over, of that partition alone', async () => {
    const { begin, writer, files, folder, target } = await newPlace();
    const session = await begin();
    const each = await session.begin(below(FR));
    await each.openTable(tableOf());
    const batch = {
      idempotencyKey: 'k',
      operation: 'insert',
      rows: [{ id: 1 }],
      rowKeys: ['r'],
      numbers: [1],
    } as const;
    await writer.host.sends?.note(batch);
    await each.rollback(FAILED);
    await session.rollback(FAILED);
    expect(await files()).toEqual(['_orders_2026-11-21_FR_.sends', 'orders.journal']);
    const next = await target.beginPartitions(run({ runId: 'run-2' }));
    await next.start(batchOf('run-2'));
    const other = await next.begin(below(IT, { runId: 'run-2' }));
    await other.openTable(tableOf());
    expect(writer.host.sends?.unanswered).toEqual([]);
    const same = await next.begin(below(FR, { runId: 'run-2' }));
    await same.openTable(tableOf());
    expect(writer.host.sends?.unanswered).toMatchObject([batch]);
    await writer.host.sends?.answered('k');
    await same.commit(commitOf(1));
    await same.finish?.(ended());
    await other.rollback(FAILED);
    await next.finish(ended());
    expect((await readdir(join(folder, '.host'))).filter((name) => name.endsWith('.sends'))).toEqual([]);
  });

  it('rows that are refused lie with the pipeline, and go when their partition is sent anew', async () => {
    const { begin, writer, rejected } = await newPlace();
    const refuse = async (runId: string, ids: readonly string[], isRefused: boolean): Promise<void> => {
      const session = await begin(runId);
      const open = await Promise.all(
        ids.map(async (id) => {
          const each = await session.begin(below(id, { runId, onRejected: () => undefined }));
          const table = await each.openTable(tableOf({ mode: 'overwrite' }));
          await table.write({ rows: [{ id: 1 }], firstRow: 1 });
          if (isRefused) writer.host.reject([refusal(1)]);
          return each;
        }),
      );
      await Promise.all(open.map((each) => each.commit(commitOf(1))));
      for (const each of open) await each.finish?.(ended());
      await session.finish(ended());
    };
    // One after the other, since the writer notes one host only.
    await refuse('run-1', [FR], true);
    await refuse('run-2', [IT], true);
    expect(await rejected()).toEqual([
      { runId: 'run-1', partition: FR, number: 1, attempts: 2 },
      { runId: 'run-2', partition: IT, number: 1, attempts: 2 },
    ]);
    await refuse('run-3', [IT, '2026-11-22|FR'], false);
    expect(await rejected()).toEqual([{ runId: 'run-1', partition: FR, number: 1, attempts: 2 }]);
  });

  it('one that fails leaves the others alone; without a place for a journal nobody remembers', async () => {
    const { begin, ledger, writer } = await newPlace();
    const session = await begin();
    const [fr, other] = [await session.begin(below(FR)), await session.begin(below(IT))];
    await fr.openTable(tableOf());
    await fr.rollback(FAILED);
    await other.openTable(tableOf());
    await other.commit(commitOf(0));
    await other.finish?.(ended());
    await session.finish(ended());
    const found = await (await ledger()).find([FR, IT]);
    expect([found.get(FR)?.status, found.get(IT)?.status]).toEqual(['failed', 'completed']);
    const unnoted = writerTarget(writer);
    expect(unnoted.partitionLedger).toBeUndefined();
    const plain = await unnoted.beginPartitions(run());
    expect(plain.ledger).toBeUndefined();
    await plain.start(batchOf('run-1'));
    const each = await plain.begin(below(FR));
    await each.openTable(tableOf());
    expect(await each.commit(commitOf(0))).toBeUndefined();
    await plain.finish(ended());
  });
});
