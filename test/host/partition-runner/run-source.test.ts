import { describe, expect, it } from '@jest/globals';
import { join } from 'node:path';
import { runSource, type SourceRun } from '../../../src/host/partition-runner/run-source.js';
import { SourcePartitions } from '../../../src/host/partition-runner/source-partitions.js';
import type { RunSpec } from '../../../src/host/run-spec.js';
import type { OpenedSource } from '../../../src/host/sources/opened-source.js';
import { syncOptionsOf } from '../../../src/host/sync-options-of.js';
import {
  Connector,
  type ConnectorContext,
  type Emission,
  type ReadRequest,
} from '../../../src/sdk/connector.js';
import {
  AbortError,
  AuthError,
  ConfigError,
  ConnectorError,
  TargetError,
  TransientError,
} from '../../../src/sdk/errors.js';
import { op } from '../../../src/sdk/operations.js';
import type { Partitioning } from '../../../src/sdk/partitioning.js';
import type { PartitioningMode } from '../../../src/sdk/manifest.js';
import type { ReadSchema } from '../../../src/sdk/schema.js';
import { PagingLog } from '../../../src/sync/paging-log.js';
import { RunProgress } from '../../../src/sync/run-progress.js';
import type { SyncOutcome } from '../../../src/sync/sync.js';
import { DuckdbTarget } from '../../../src/targets/duckdb/duckdb-target.js';
import { MemoryTarget } from '../../../src/targets/memory/memory-target.js';
import type { Target } from '../../../src/targets/target.js';
import { PartitionedMemory } from '../../fixtures/partitioned-memory.js';
import { tempFolders } from '../../fixtures/temp-folder.js';

const tempFolder = tempFolders();

const BY_DAY: Partitioning = { dimensions: [{ name: 'day', type: 'time', params: { period: 'DAY' } }] };
const day = (n: number): string => `2026-11-${String(n).padStart(2, '0')}`;
const days = (count: number): string[] => Array.from({ length: count }, (_, i) => day(i + 1));

/** What a source does; what is not said has three days of two rows each. */
interface Source {
  readonly partitioning?: Partitioning;
  readonly mode?: PartitioningMode;
  readonly schema?: ReadSchema;
  readonly params?: string;
  readonly list?: () => Iterable<string> | AsyncIterable<string>;
  readonly rows?: (partition: string, request: ReadRequest) => Iterable<Emission> | AsyncIterable<Emission>;
}

/** Instances of its connectors that were made, and that were closed. */
const counts = { made: 0, closed: 0 };

function sourceOf({
  partitioning = BY_DAY,
  mode = 'CODE_DEFINED_LISTABLE',
  schema = null,
  params = 'x',
  list = () => days(3),
  rows = (partition) => [1, 2].map((n) => ({ id: n, of: partition })),
}: Source): OpenedSource {
  class Source extends Connector {
    constructor() {
      super({}, {} as ConnectorContext);
      counts.made += 1;
    }
    override getReadSchema(): ReadSchema {
      return schema;
    }
    override getPartitioning(): Partitioning {
      return partitioning;
    }
    override listPartitions(): Iterable<string> | AsyncIterable<string> {
      return list();
    }
    override generateRows(request: ReadRequest): Iterable<Emission> | AsyncIterable<Emission> {
      return rows(request.partitionId ?? 'none', request);
    }
    override close(): void {
      counts.closed += 1;
    }
  }
  return {
    label: 'connector "test"',
    id: 'test',
    defaultTable: 'events',
    root: '/',
    stateFolder: '/',
    params: { fingerprint: { region: params }, defaults: { region: 'x' } },
    stateFormat: 1,
    partitioningMode: mode,
    create: () => new Source(),
  };
}

async function run(
  source: Source,
  target: Target,
  spec: Partial<RunSpec> = {},
  signal = new AbortController().signal,
): Promise<SyncOutcome & { readonly progress: RunProgress }> {
  const opened = sourceOf(source);
  const full: RunSpec = { source: 'test', retries: 0, ...spec };
  const options = syncOptionsOf(full, opened, undefined);
  const partitions = await SourcePartitions.of(full, opened);
  const progress = new RunProgress();
  const parts: SourceRun = {
    runId: `run-${(runs += 1)}`,
    spec: full,
    opened,
    partitions,
    target,
    table: 'events',
    pipeline: () => 'test.events',
    options,
    signal,
    progress,
    paging: new PagingLog(),
    redact: (text) => text,
  };
  try {
    return { ...(await runSource(parts)), progress };
  } finally {
    await partitions?.close();
  }
}
let runs = 0;

const statuses = (target: PartitionedMemory): Record<string, string> =>
  Object.fromEntries([...target.records].map(([id, { status }]) => [id, status]));

describe('a run of partitions', () => {
  it('reads each by itself, and says what they come to', async () => {
    const target = new PartitionedMemory();
    counts.made = counts.closed = 0;
    const { report, error, progress } = await run({}, target);
    expect(error).toBeUndefined();
    expect(report).toMatchObject({
      status: 'succeeded',
      rowsRead: 6,
      rowsWritten: 6,
      commits: 3,
      partitionCounts: { completed: 3, failed: 0, unfinished: 0, notRun: 0, notThere: 0 },
      tables: [{ name: 'events', rows: 6 }],
      warnings: [],
    });
    expect(report.partitions.map(({ partition, status, rowsRead }) => [partition, status, rowsRead])).toEqual(
      days(3).map((id) => [id, 'completed', 2]),
    );
    expect(target.rows(day(2))).toEqual([
      { id: 1, of: day(2) },
      { id: 2, of: day(2) },
    ]);
    expect(target.batch).toEqual({
      id: report.run,
      selection: null,
      now: expect.stringMatching(/^\d{4}-.*Z$/),
      partitioning: BY_DAY,
    });
    expect(target.ends).toEqual([
      {
        status: 'succeeded',
        code: null,
        message: null,
        rowsRead: 6,
        rowsWritten: 6,
        rowsDeleted: 0,
        commits: 3,
      },
    ]);
    expect(progress.partitions).toEqual({ completed: 3, failed: 0, running: 0, waiting: 0 });
    const { source, host, target: written } = report.waitingOn;
    expect(source + host + written).toBeCloseTo(report.seconds, 1);
    // One lists, the others read.
    expect(counts).toEqual({ made: 4, closed: 4 });
  });

  it('commits in groups, of more than are read at once', async () => {
    const target = new PartitionedMemory();
    await run({ list: () => days(28) }, target, { concurrency: 2 });
    expect(target.groups.reduce((sum, n) => sum + n, 0)).toBe(28);
    expect(Math.max(...target.groups)).toBeGreaterThan(2);
  });

  it('gives each partition its own state, and its own reads after a passing fault', async () => {
    const target = new PartitionedMemory();
    const seen: unknown[] = [];
    let faults = 0;
    const source: Source = {
      schema: { primaryKey: ['id'], incremental: true },
      *rows(partition, { state }) {
        seen.push([partition, state]);
        if (partition === day(2) && (faults += 1) === 1) throw new TransientError('busy', { retryAfter: 0 });
        yield { id: 1, of: partition };
        yield op.checkpoint({ at: partition });
      },
    };
    const { report } = await run(source, target, { retries: 1, concurrency: 1 });
    expect(report.warnings).toEqual([
      expect.stringMatching(/^partition 2026-11-02: the source had a passing fault/),
    ]);
    expect(seen).toEqual([
      [day(1), {}],
      [day(2), {}],
      [day(2), {}],
      [day(3), {}],
    ]);
    seen.length = 0;
    await run(source, target, { concurrency: 1, partition: day(2) });
    expect(seen).toEqual([[day(2), { at: day(2) }]]);
  });

  it('goes on when one fails, says which and why, and resumes with what did not complete', async () => {
    const target = new PartitionedMemory();
    let isBroken = true;
    const read: string[] = [];
    const source: Source = {
      list: () => days(5),
      *rows(partition) {
        read.push(partition);
        if (isBroken && [day(2), day(4)].includes(partition))
          throw partition === day(2) ? new TransientError('down') : new ConnectorError('a bug');
        yield { id: 1 };
      },
    };
    const { report, error } = await run(source, target);
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error?.message).toMatch(/^2 of 5 partitions failed; partition 2026-11-04: a bug/);
    expect(error?.action).toContain('--resume');
    expect(report.code).toBe('CONNECTOR_FAILED');
    expect(report.partitions.slice(0, 3)).toEqual([
      expect.objectContaining({ partition: day(2), status: 'failed', code: 'TRANSIENT', message: 'down' }),
      expect.objectContaining({ partition: day(4), status: 'failed', code: 'CONNECTOR_FAILED' }),
      expect.objectContaining({ partition: day(1), status: 'completed' }),
    ]);
    expect(statuses(target)).toMatchObject({
      [day(1)]: 'completed',
      [day(2)]: 'failed',
      [day(5)]: 'completed',
    });
    expect(target.ends.map(({ status, code }) => [status, code])).toEqual([['failed', 'CONNECTOR_FAILED']]);

    isBroken = false;
    read.length = 0;
    const first = target.batch;
    const again = await run(source, target, { resume: true });
    expect(again.error).toBeUndefined();
    expect(read.toSorted()).toEqual([day(2), day(4)]);
    expect(target.batch).toBe(first);
    const nothing = await run(source, target, { resume: true });
    expect(nothing.error).toBeUndefined();
    expect(nothing.report.partitionCounts).toEqual({
      completed: 0,
      failed: 0,
      unfinished: 0,
      notRun: 0,
      notThere: 0,
    });
  });

  it('resumes the selection and the instant of the run before', async () => {
    const target = new PartitionedMemory();
    const read: string[] = [];
    let isBroken = true;
    const source: Source = {
      list: () => days(28),
      *rows(partition) {
        read.push(partition);
        if (isBroken) throw new TransientError('down');
        yield { id: 1 };
      },
    };
    await run(source, target, { partition: 'PREVIOUS_DAY', now: '2026-11-05T10:00:00Z' });
    isBroken = false;
    await run(source, target, { resume: true });
    expect(read).toEqual([day(4), day(4)]);
  });

  it.each<[string, Partial<RunSpec>, Error]>([
    ['--fail-fast', { failFast: true }, new ConnectorError('a bug')],
    ['wrong credentials', {}, new AuthError('denied')],
    ['a wrong parameter', {}, new ConfigError('wrong')],
    ['a run that was taken over', {}, new TargetError('taken', { code: 'PIPELINE_FENCED' })],
  ])('is stopped by %s', async (_why, spec, failure) => {
    const target = new PartitionedMemory();
    const read: string[] = [];
    const { error, report } = await run(
      {
        list: () => days(28),
        async *rows(partition, { signal }) {
          read.push(partition);
          if (partition === day(3)) {
            while (!read.includes(day(5))) await new Promise((resolve) => setTimeout(resolve, 1));
            throw failure;
          }
          if (partition > day(3)) await new Promise((resolve) => signal.addEventListener('abort', resolve));
          yield { id: 1 };
        },
      },
      target,
      { concurrency: 3, ...spec },
    );
    expect(error?.name).toBe(failure.name);
    expect(read.length).toBeLessThanOrEqual(5);
    expect(report.partitionCounts).toMatchObject({ failed: 1, notRun: null });
    expect(target.open).toBe(0);
    const late = [...target.records.values()].filter(({ partition }) => partition > day(3));
    expect(new Set(late.map(({ status }) => status))).toEqual(new Set(['unfinished']));
  });

  it('rolls back what is in flight when it is stopped, within a second', async () => {
    const target = new PartitionedMemory();
    const stop = new AbortController();
    const startedAt = performance.now();
    const read: string[] = [];
    const { error, report } = await run(
      {
        list: () => days(28),
        async *rows(partition) {
          read.push(partition);
          yield { id: 1 };
          if (partition <= day(2)) return;
          if (read.length === 6) setTimeout(() => stop.abort(new AbortError('SIGINT')), 10);
          // It does not look at its signal.
          await new Promise(() => undefined);
        },
      },
      target,
      {},
      stop.signal,
    );
    expect(performance.now() - startedAt).toBeLessThan(1000);
    expect(error).toMatchObject({
      name: 'AbortError',
      exitCode: 130,
      message: 'stopped by SIGINT',
      action:
        '2 partitions of this run are complete; `host run ... --resume` then runs only what did not complete.',
    });
    expect(report).toMatchObject({
      status: 'aborted',
      partitionCounts: { completed: 2, failed: 0, unfinished: 4 },
    });
    expect(target.ends).toEqual([expect.objectContaining({ status: 'aborted' })]);
    expect(target.open).toBe(0);
    expect(Object.values(statuses(target)).toSorted()).toEqual([
      'completed',
      'completed',
      ...Array<string>(4).fill('unfinished'),
    ]);
  });

  it('shares a limit, one partition at a time, and calls what it cut unfinished', async () => {
    const target = new PartitionedMemory();
    const limits: unknown[] = [];
    const source: Source = {
      list: () => days(5),
      rows: (partition, { recordsLimit }) => {
        limits.push([partition, recordsLimit]);
        return [{ id: 1 }, { id: 2 }];
      },
    };
    const { report, error } = await run(source, target, { limit: 3, concurrency: 8 });
    expect(error).toBeUndefined();
    expect(limits).toEqual([
      [day(1), 3],
      [day(2), 1],
    ]);
    expect(report.rowsRead).toBe(3);
    expect(report.partitions.map(({ partition, status }) => [partition, status])).toEqual([
      [day(2), 'partial'],
      [day(1), 'completed'],
    ]);
    expect(statuses(target)).toEqual({ [day(1)]: 'completed', [day(2)]: 'unfinished' });
    expect(report.partitionCounts).toEqual({
      completed: 1,
      failed: 0,
      unfinished: 1,
      notRun: null,
      notThere: 0,
    });
  });

  it('finishes what was begun when the list breaks', async () => {
    const target = new PartitionedMemory();
    const { error, report } = await run(
      {
        async *list() {
          for (const id of days(2)) {
            yield id;
            await new Promise((resolve) => setTimeout(resolve, 250));
          }
          throw new Error('broken');
        },
      },
      target,
    );
    expect(error).toMatchObject({ code: 'PARTITIONING_INVALID', exitCode: 3 });
    expect(report.partitionCounts).toMatchObject({ completed: 2, notRun: null });
  });

  it('holds a bounded part of many, and says how many there were', async () => {
    const target = new PartitionedMemory();
    const hours: Partitioning = { dimensions: [{ name: 'n', type: 'value' }] };
    const { report, error } = await run(
      {
        partitioning: hours,
        list: () => Array.from({ length: 1500 }, (_, i) => `p${i}`),
        *rows(partition) {
          if (Number(partition.slice(1)) % 2 === 1) throw new TransientError('down');
          yield { id: 1 };
        },
      },
      target,
    );
    expect(report.partitions).toHaveLength(1000);
    expect(report.partitions.slice(0, 750).every(({ status }) => status === 'failed')).toBe(true);
    expect(report.partitionCounts).toMatchObject({ completed: 750, failed: 750 });
    expect(error?.message).toBe('750 of 1500 partitions failed; partition p1: down');
  });

  it('goes on where one is refused, and commits what is complete where an outage ends it', async () => {
    const target = new PartitionedMemory();
    const source = (isDown: (n: number) => boolean): Source => ({
      partitioning: { dimensions: [{ name: 'n', type: 'value' }] },
      list: () => Array.from({ length: 300 }, (_, i) => `p${i}`),
      *rows(partition) {
        const n = Number(partition.slice(1));
        if (n === 3) throw new ConfigError('no such day', { code: 'HTTP_REFUSED' });
        if (isDown(n)) throw new TransientError('down');
        yield { id: n };
      },
    });
    const one = await run(
      source(() => false),
      target,
    );
    expect(one.report.partitionCounts).toMatchObject({ completed: 299, failed: 1 });
    expect(one.error?.exitCode).toBe(2);
    const outage = await run(
      source((n) => n >= 50),
      new PartitionedMemory(),
    );
    const { completed = 0, failed = 0 } = outage.report.partitionCounts ?? {};
    expect(completed).toBe(49);
    expect(failed).toBeGreaterThanOrEqual(20);
    expect(failed).toBeLessThan(40);
    expect(outage.report.warnings.join()).toContain('partitions in a row failed');
    expect(outage.error?.action).toMatch(
      / \d\d partitions in a row failed, as when the source or the target is down, so no more were begun\. 49 partitions of this run are complete; `host run \.\.\. --resume` then runs only what did not complete\.$/,
    );
  });

  it('says how it goes on only where the target knows what was chosen', async () => {
    const stop = new AbortController();
    const stopped = await run(
      {
        async *list() {
          yield* days(2);
          stop.abort(new AbortError('SIGTERM'));
          await new Promise(() => undefined);
        },
      },
      new PartitionedMemory(),
      {},
      stop.signal,
    );
    expect(stopped.error).toMatchObject({
      exitCode: 143,
      action: expect.stringMatching(/^No partition of this run is complete; `host run \.\.\. --resume`/),
    });
    const before = new AbortController();
    before.abort(new AbortError('SIGTERM'));
    const { error } = await run({}, new PartitionedMemory(), {}, before.signal);
    expect(error).toMatchObject({ exitCode: 143, action: 'Run again.' });
  });

  it.each([
    ['a wrong parameter', new ConfigError('{dya} is no placeholder'), 1],
    ['wrong credentials', new AuthError('no'), 1],
    ['a refusal of one', new ConfigError('no such day', { code: 'HTTP_REFUSED' }), 28],
  ])('begins no others after %s, however many might be read at once', async (_what, failure, failed) => {
    const target = new PartitionedMemory();
    const rows = (): never => {
      throw failure;
    };
    const { report, error } = await run({ list: () => days(28), rows }, target, { concurrency: 28 });
    expect(error).toMatchObject({ code: failure.code });
    expect(report.partitionCounts).toMatchObject({ completed: 0, failed, unfinished: 0 });
    expect(target.records.size).toBe(failed);
  });
});

describe('partitions that are gone', () => {
  const two = { list: () => days(2) };

  it('stay, and go with --prune after a complete run', async () => {
    const target = new PartitionedMemory();
    await run({}, target);
    await run(two, target);
    expect([...target.records.keys()]).toEqual(days(3));
    const { report, error } = await run(two, target, { prune: true });
    expect(error).toBeUndefined();
    expect([...target.records.keys()]).toEqual(days(2));
    expect(report.rowsDeleted).toBe(2);
    expect(report.warnings).toEqual(['partitions that are no longer listed were removed: 1, with 2 rows']);
  });

  it('stay where too many would go, or one of the others failed', async () => {
    const target = new PartitionedMemory();
    const many = { rows: () => Array.from({ length: 20 }, (_, id) => ({ id })) };
    await run(many, target);
    const firstBatch = target.batch?.id;
    const read: string[] = [];
    const counted = {
      rows: (partition: string) => {
        read.push(partition);
        return many.rows();
      },
    };
    const refused = await run({ ...counted, ...two }, target, { prune: true });
    expect(refused.error).toMatchObject({
      code: 'GUARD_REFUSED',
      exitCode: 2,
      message: '1 partitions with 20 of the 60 rows are no longer listed, and would be removed',
    });
    expect(target.records.size).toBe(3);
    // It was known before anything was read, and nothing is noted.
    expect(read).toEqual([]);
    expect(target.batch?.id).toBe(firstBatch);
    const failing = {
      ...two,
      *rows() {
        yield { id: 1 };
        throw new TransientError('down');
      },
    };
    const failed = await run(failing, target, { prune: true, maxDelete: 1 });
    expect(failed.error).toMatchObject({ code: 'TRANSIENT' });
    expect(failed.report.warnings).toContain(
      'partitions that are no longer listed were kept, since not all of the others completed',
    );
    expect(target.records.size).toBe(3);
    const { error } = await run({ ...many, ...two }, target, { prune: true, maxDelete: 0.5 });
    expect(error).toBeUndefined();
    expect(target.records.size).toBe(2);
  });
});

describe('partitions that are all gone', () => {
  const many = { rows: () => Array.from({ length: 20 }, (_, id) => ({ id })) };
  const later = { ...many, list: () => days(6).slice(3) };

  it('go by the share where others take their place', async () => {
    const target = new PartitionedMemory();
    await run(many, target);
    const refused = await run(later, target, { prune: true, maxDelete: 0.9, allowEmpty: true });
    expect(refused.error).toMatchObject({
      code: 'GUARD_REFUSED',
      action: 'Look at the source; where they are to go, run with a larger --max-delete.',
    });
    expect([...target.records.keys()]).toEqual(days(3));
    const { error, report } = await run(later, target, { prune: true, maxDelete: 1 });
    expect([error, report.rowsDeleted]).toEqual([undefined, 60]);
    expect([...target.records.keys()]).toEqual(days(6).slice(3));
  });

  it('go with --allow-empty where none takes it', async () => {
    const target = new PartitionedMemory();
    await run(many, target);
    const none = { ...many, list: () => [] };
    const refused = await run(none, target, { prune: true, maxDelete: 1 });
    expect(refused.error).toMatchObject({
      code: 'GUARD_REFUSED',
      action: 'Look at the source; where all of them are to go, run with --allow-empty.',
    });
    expect(target.records.size).toBe(3);
    expect((await run(none, target, { prune: true, allowEmpty: true })).error).toBeUndefined();
    expect(target.records.size).toBe(0);
  });

  it('stay where the listing that was read is not the one that was judged', async () => {
    const target = new PartitionedMemory();
    await run(many, target);
    let listings = 0;
    const list = (): string[] => days((listings += 1) === 1 ? 3 : 1);
    const { error } = await run({ ...many, list }, target, { prune: true });
    expect(error).toMatchObject({ code: 'GUARD_REFUSED' });
    expect(listings).toBe(2);
    expect(target.records.size).toBe(3);
  });
});

describe('bad rows of a run of partitions', () => {
  const schema = { columns: [{ name: 'n', type: 'bigint' }] } as const;
  /** So many rows in each partition, of which the first are bad. */
  const source = (rows: number, bad: number, parts = 4): Source => ({
    schema,
    list: () => days(parts),
    rows: () => Array.from({ length: rows }, (_, n) => ({ n: n < bad ? 'x' : n })),
  });
  const outcome = async (from: Source, spec: Partial<RunSpec>) => {
    const target = await DuckdbTarget.open(join(await tempFolder(), 'warehouse.duckdb'));
    const { error, report } = await run(from, target, { concurrency: 1, ...spec });
    await target.close();
    return {
      code: error?.code ?? null,
      message: error?.message ?? null,
      completed: report.partitionCounts?.completed,
      failed: report.partitionCounts?.failed,
      rejected: report.rejected,
    };
  };

  it('are limited in number for all of them together', async () => {
    expect(await outcome(source(10, 2), { badRows: { maxRows: 8 } })).toMatchObject({
      code: null,
      completed: 4,
      rejected: 8,
    });
    expect(await outcome(source(10, 2), { badRows: { maxRows: 5 } })).toMatchObject({
      code: 'TOO_MANY_BAD_ROWS',
      message: expect.stringMatching(/6 of 22 rows of the run are bad, and at most 5 may be; the last one: /),
      completed: 2,
      failed: 1,
    });
  });

  it('are limited by the share of all rows that were read, from 1,000 on', async () => {
    // A quarter of each partition of 400.
    expect(await outcome(source(400, 100), { badRows: { maxShare: 0.31 } })).toMatchObject({
      code: null,
      completed: 4,
      rejected: 400,
    });
    expect(await outcome(source(400, 100), { badRows: { maxShare: 0.24 } })).toMatchObject({
      code: 'TOO_MANY_BAD_ROWS',
      message: expect.stringMatching(
        /300 of 1200 rows of the run are bad, and at most 24 % of the rows may be/,
      ),
      completed: 2,
      failed: 1,
    });
  });

  it('are a share of fewer rows at the end of the run, not of the partition that has them', async () => {
    const one: Source = {
      ...source(20, 0),
      rows: (partition) =>
        Array.from({ length: 20 }, (_, n) => ({ n: partition === day(1) && n < 4 ? 'x' : n })),
    };
    expect(await outcome(one, { badRows: { maxShare: 0.05 } })).toMatchObject({ code: null, completed: 4 });
    expect(await outcome(one, { badRows: { maxShare: 0.04 } })).toEqual({
      code: 'TOO_MANY_BAD_ROWS',
      message: '4 of 80 rows are bad, and at most 4 % of the rows may be',
      completed: 4,
      failed: 0,
      rejected: 4,
    });
  });

  it('are limited for partitions that are read at once', async () => {
    const { code, rejected } = await outcome(source(10, 1, 28), { concurrency: 8, badRows: { maxRows: 9 } });
    expect(code).toBe('TOO_MANY_BAD_ROWS');
    expect(rejected).toBeGreaterThanOrEqual(10);
    expect(rejected).toBeLessThan(28);
  });
});

describe('what is refused before anything is written', () => {
  const BY_MONTH: Partitioning = { dimensions: [{ name: 'day', type: 'time', params: { period: 'MONTH' } }] };
  const unlistable: Source = { mode: 'CODE_DEFINED_UNLISTABLE' };
  const whole: Source = { mode: 'NOT_PARTITIONABLE' };
  const users: Source = { mode: 'USER_DEFINED_LISTABLE' };

  it.each<[string, Source, Partial<RunSpec>, string, RegExp]>([
    ['no choice without a list', unlistable, {}, 'PARTITION_UNSELECTED', /must say which/],
    ['a choice of none', whole, { partition: day(1) }, 'PARTITIONS_UNSUPPORTED', /^--partition .* has none$/],
    ['resuming what has none', whole, { resume: true }, 'PARTITIONS_UNSUPPORTED', /^--resume/],
    ['pruning what has none', whole, { prune: true }, 'PARTITIONS_UNSUPPORTED', /^--prune/],
    ['an instant for none', whole, { now: '2026-11-01' }, 'PARTITIONS_UNSUPPORTED', /^--now/],
    [
      'a choice without dimensions',
      users,
      { partition: day(1) },
      'PARTITIONS_UNSUPPORTED',
      /for the user to say$/,
    ],
    [
      'dimensions of what has none',
      whole,
      { dimensions: BY_DAY.dimensions },
      'PARTITIONS_UNSUPPORTED',
      /no partitions/,
    ],
    ['a text that does not read', {}, { partition: '2026-13-01' }, 'PARTITION_SPEC_INVALID', /./],
    ['an instant that is none', {}, { now: 'yesterday' }, 'CLI_USAGE', /--now must be/],
    ['an instant without a zone', {}, { now: '2026-11-01T10:00' }, 'CLI_USAGE', /--now must be/],
    ['--mode mirror', {}, { mode: 'mirror' }, 'PARTITIONS_UNSUPPORTED', /^--mode mirror/],
    [
      '--delete-missing',
      {},
      { deleteMissing: { maxShare: 1 } },
      'PARTITIONS_UNSUPPORTED',
      /^--delete-missing/,
    ],
    [
      '--resume with --partition',
      {},
      { resume: true, partition: 'all' },
      'CLI_USAGE',
      /--partition chooses anew/,
    ],
    ['--resume with --now', {}, { resume: true, now: '2026-11-01' }, 'CLI_USAGE', /--now chooses anew/],
    ['--prune with --limit', {}, { prune: true, limit: 3 }, 'CLI_USAGE', /--limit ends it before/],
    ['--prune of a few', {}, { prune: true, partition: day(1) }, 'CLI_USAGE', /this one is of 2026-11-01/],
    [
      '--prune without a list',
      unlistable,
      { prune: true, partition: 'all' },
      'PARTITIONS_UNSUPPORTED',
      /cannot list/,
    ],
    ['resuming nothing', {}, { resume: true }, 'CLI_USAGE', /never ran with partitions/],
  ])('%s', async (_what, source, spec, code, message) => {
    const target = new PartitionedMemory();
    const failure = await run(source, target, spec).then(
      ({ error }) => error,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(target.batch).toBeNull();
    expect(target.records.size).toBe(0);
  });

  it('other dimensions than the target has partitions of', async () => {
    const target = new PartitionedMemory();
    await run({}, target);
    const batch = target.batch;
    const { error } = await run({ partitioning: BY_MONTH, list: () => ['2026-11'] }, target);
    expect(error).toMatchObject({
      code: 'PARTITIONING_CHANGED',
      message: 'the pipeline was loaded by day:DAY, and is by day:MONTH now',
    });
    expect(target.batch).toBe(batch);
    target.records.clear();
    expect((await run({ partitioning: BY_MONTH, list: () => ['2026-11'] }, target)).error).toBeUndefined();
  });

  it.each(['missing', 'failed', 'resume'])('other parameters, with %s', async (choice) => {
    const target = new PartitionedMemory();
    await run({}, target);
    const spec = choice === 'resume' ? { resume: true } : { partition: choice };
    expect((await run({ params: 'y' }, target, spec)).error).toMatchObject({
      code: 'PARAMS_CHANGED',
      message: 'the pipeline goes on from a ledger, but the parameter "region" changed since',
    });
    expect((await run({ params: 'y' }, target, { ...spec, keepState: true })).error).toBeUndefined();
    // All of them are read anew.
    expect((await run({ params: 'z' }, target)).error).toBeUndefined();
  });
});

describe('a target that does not keep partitions apart', () => {
  it('gets all of them as one run, with a column', async () => {
    const target = new MemoryTarget();
    counts.made = counts.closed = 0;
    const { report, error } = await run({}, target, { partition: `${day(1)},${day(3)}` });
    expect(error).toBeUndefined();
    expect(target.tables.get('events')?.rows).toEqual(
      [1, 3].flatMap((n) => [1, 2].map((id) => ({ id, of: day(n), _partition: day(n) }))),
    );
    expect(report.partitionCounts).toEqual({
      completed: 2,
      failed: 0,
      unfinished: 0,
      notRun: 0,
      notThere: 0,
    });
    expect(counts.made).toBe(counts.closed);
  });

  it('keeps the column whatever is selected, and reads each from nothing', async () => {
    const target = new MemoryTarget();
    const states: unknown[] = [];
    const { error } = await run(
      {
        schema: { columns: [{ name: 'id', type: 'int' }], incremental: true },
        *rows(partition, { state }) {
          states.push(state);
          yield [{ id: 1, of: partition }];
          yield op.checkpoint({ at: partition });
        },
      },
      target,
      { shape: { columns: ['id'] } },
    );
    expect(error).toBeUndefined();
    expect(states).toEqual([{}, {}, {}]);
    expect(target.tables.get('events')?.columns.map(({ name }) => name)).toEqual(['id', '_partition']);
    expect(target.savedBy('test.events')?.state).toBeNull();
  });

  it('keeps what removes rows to its own partition', async () => {
    const target = new MemoryTarget();
    const { error } = await run(
      {
        schema: { tables: [{ name: 't', primaryKey: ['id'] }] },
        *rows(partition) {
          yield op.upsert('t', { id: partition, kind: 'a' });
          if (partition === day(2)) yield op.truncate('t');
          if (partition === day(3)) yield op.deleteWhere('t', { kind: 'a' });
          yield op.upsert('t', { id: `${partition} again`, kind: 'b' });
        },
      },
      target,
    );
    expect(error).toBeUndefined();
    expect(target.tables.get('t')?.rows.map(({ id }) => id)).toEqual([
      day(1),
      `${day(1)} again`,
      `${day(2)} again`,
      `${day(3)} again`,
    ]);
  });

  it('shares a limit among them', async () => {
    const target = new MemoryTarget();
    const limits: number[] = [];
    const { report } = await run(
      {
        rows: (_partition, { recordsLimit }) => {
          limits.push(recordsLimit);
          return [[{ id: 1 }, { id: 2 }]];
        },
      },
      target,
      { limit: 3 },
    );
    expect(limits).toEqual([3, 1]);
    expect(target.tables.get('events')?.rows).toHaveLength(3);
    expect(report.partitionCounts).toEqual({
      completed: 1,
      failed: 0,
      unfinished: 1,
      notRun: null,
      notThere: 0,
    });
  });

  it('reads all of them again after a passing fault, and says where one ended the run', async () => {
    const target = new MemoryTarget();
    let faults = 0;
    const source: Source = {
      *rows(partition) {
        yield { id: 1 };
        if (partition === day(2) && (faults += 1) === 1) throw new TransientError('busy', { retryAfter: 0 });
      },
    };
    expect((await run(source, target, { retries: 1 })).error).toBeUndefined();
    expect(target.tables.get('events')?.rows).toHaveLength(3);
    faults = 0;
    const { error, report } = await run(source, target);
    expect(error).toMatchObject({ code: 'TRANSIENT' });
    expect(report.warnings).toContain('partition 2026-11-02 was being read when the run ended');
    expect(report.partitionCounts).toEqual({
      completed: 0,
      failed: 1,
      unfinished: 1,
      notRun: null,
      notThere: 0,
    });
  });

  it.each<[string, Source, Partial<RunSpec>, string]>([
    ['a column of that name', { rows: () => [{ _partition: 1 }] }, {}, 'COLUMN_NAME_INVALID'],
    [
      'a declared one',
      { schema: { columns: [{ name: '_Partition', type: 'int' }] } },
      {},
      'COLUMN_NAME_INVALID',
    ],
    ['missing', {}, { partition: 'missing' }, 'PARTITIONS_UNSUPPORTED'],
    ['failed', {}, { partition: 'failed' }, 'PARTITIONS_UNSUPPORTED'],
    ['--resume', {}, { resume: true }, 'PARTITIONS_UNSUPPORTED'],
    ['--prune', {}, { prune: true }, 'PARTITIONS_UNSUPPORTED'],
  ])('refuses %s', async (_what, source, spec, code) => {
    const failure = await run(source, new MemoryTarget(), spec).then(
      ({ error }) => error,
      (error: unknown) => error,
    );
    expect(failure).toMatchObject({ code });
  });
});
