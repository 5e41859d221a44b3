import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { startHost, type HostResult } from '../helpers/run-host.js';
import { pluginFiles, writeFiles } from '../helpers/temp-plugin.js';
import { WarmHost } from '../helpers/warm-host.js';

/** Days of November, three rows each; `hold` keeps a day waiting for ever. */
const EVENTS = `import { Connector, TransientError } from 'connector-host';
type Config = { last: number; fail_on?: string; hold?: boolean; value?: string; mark?: string };
export default class extends Connector<Config> {
  getPartitioning() {
    return { dimensions: [{ name: 'day', type: 'time' as const, params: { period: 'DAY' as const } }] };
  }
  *listPartitions() {
    for (let n = 1; n <= this.config.last; n += 1) yield '2026-11-' + String(n).padStart(2, '0');
  }
  partitionExists(_partitioning: unknown, id: string) { return Number(id.slice(-2)) <= this.config.last; }
  getRecordsCount(_partitioning?: unknown, id?: string) { return Number(id?.slice(-2)); }
  async *generateRows({ partitionId }: { partitionId: string | null }) {
    for (let id = 1; id <= 3; id += 1) yield { id, value: this.config.value ?? 'a' };
    if (this.config.hold && partitionId !== '2026-11-01') {
      console.log('holds ' + partitionId);
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    }
    if (partitionId === this.config.fail_on) throw new TransientError('the source is down');
  }
}
`;

/** Rows by the dimensions of whoever runs it. */
const CUT = `import { Connector } from 'connector-host';
export default class extends Connector {
  *generateRows(request: { partitionId: string | null; datasetPartitioning: unknown }) {
    yield { id: 1, of: request.partitionId ?? 'all of it', by: JSON.stringify(request.datasetPartitioning) };
  }
}
`;

const FREE = ['last', 'fail_on', 'hold', 'mark'].map((name) => ({
  name,
  type: name === 'last' ? 'INT' : name === 'hold' ? 'BOOLEAN' : 'STRING',
  affectsData: false,
  ...(name === 'last' ? { defaultValue: 5 } : {}),
}));

const FILES = {
  ...pluginFiles('shop', {
    'shop-events': {
      manifest: {
        partitioningMode: 'CODE_DEFINED_LISTABLE',
        canCountRecords: true,
        params: [...FREE, { name: 'value', type: 'STRING' }],
      },
      code: EVENTS,
    },
    'shop-cut': { manifest: { partitioningMode: 'USER_DEFINED_UNLISTABLE' }, code: CUT },
  }),
  'pipelines/berlin.yaml': `source: shop-cut
dimensions:
  - { name: day, type: time, period: DAY, time_zone: Europe/Berlin }
  - { name: country, type: value }
partition: 2026-11-01/2026-11-02|FR,IT
concurrency: 2
fail_fast: true
`,
  'pipelines/wrong.yaml': `source: shop-cut
dimensions:
  - { name: day, type: time }
`,
};

const warmHost = new WarmHost();
let cwd: string;
beforeAll(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), 'connector-host-test-')));
  await writeFiles(cwd, FILES);
});
afterAll(() => rm(cwd, { recursive: true }));

const host = (args: string): Promise<HostResult> => warmHost.run(args.split(' '), { cwd });
const json = async (args: string): Promise<Record<string, unknown>> =>
  JSON.parse((await host(`${args} --json`)).stdout) as Record<string, unknown>;
const perDay = (): Promise<unknown[][]> =>
  new DuckdbPlace(cwd).query(
    'SELECT _partition, count(*), any_value(value) FROM events GROUP BY ALL ORDER BY ALL',
  );
const statuses = async (): Promise<unknown[]> => {
  const { partitions } = (await json('partitions shop-events')) as {
    partitions: { partition: string; status: string | null; rows: number | null }[];
  };
  return partitions.map(({ partition, status, rows }) => [partition.slice(-2), status, rows]);
};

/** Tests of one database, in the order that they stand in. */
describe('partitions of a connector', () => {
  it('are shown before and after they are read', async () => {
    const described = await host('describe shop-events');
    expect(described.stdout).toContain('dimensions: day:DAY\n');
    const { stdout } = await host('partitions shop-events --counts --limit 2');
    expect(stdout).toBe(
      [
        'partitions of shop-events.events in warehouse.duckdb, by day:DAY',
        'partition   status      rows  when  at the source',
        '2026-11-01  not loaded              1',
        '2026-11-02  not loaded              2',
        'and 3 more; --limit shows them',
        '',
      ].join('\n'),
    );
    const latest = await host('partitions shop-events --partition latest');
    expect(latest.stdout).toContain('by day:DAY\nlatest is day 2026-11-05\npartition ');
    expect(await json('partitions shop-events --partition latest')).toMatchObject({
      latest: 'day 2026-11-05',
      total: 1,
    });
  });

  it('are read by themselves: one that fails is told, and the others are there', async () => {
    const { stderr, exitCode } = await host('run shop-events --retries 0 --set fail_on=2026-11-03');
    expect(exitCode).toBe(75);
    expect(stderr.split('\n').slice(0, 3)).toEqual([
      'error: 1 of 5 partitions failed; partition 2026-11-03: the source is down',
      expect.stringMatching(/`host run \.\.\. --resume` then runs only what did not complete\.$/),
      '  TRANSIENT, see docs/reference/errors.md#transient',
    ]);
    expect(stderr).toMatch(/\n2026-11-03 {2}failed {2}3 .* TRANSIENT {2}the source is down\n/);
    expect(stderr).toContain('\npartitions: 4 completed, 1 failed\n');
    expect(await perDay()).toEqual([1, 2, 4, 5].map((n) => [`2026-11-0${n}`, '3', 'a']));
    expect(await statuses()).toEqual([
      ['01', 'completed', 3],
      ['02', 'completed', 3],
      ['03', 'failed', 0],
      ['04', 'completed', 3],
      ['05', 'completed', 3],
    ]);
    const runs = (await json('runs shop-events.events')) as { runs: unknown[] };
    expect(runs.runs).toEqual([
      expect.objectContaining({ status: 'failed', code: 'TRANSIENT', rowsWritten: 12 }),
    ]);
  });

  it('are found by what became of them', async () => {
    for (const spec of ['failed', 'missing']) {
      const list = await json(`partitions shop-events --partition ${spec}`);
      expect(list).toMatchObject({
        total: 1,
        partitions: [
          { partition: '2026-11-03', status: 'failed', code: 'TRANSIENT', message: 'the source is down' },
        ],
      });
    }
  });

  it('are resumed where they did not complete, but not with other parameters', async () => {
    const changed = await host('run shop-events --resume --set value=b');
    expect(changed.stderr).toContain('goes on from a ledger, but the parameter "value" changed since');
    expect(changed.exitCode).toBe(2);
    const { stderr, exitCode } = await host('run shop-events --resume');
    expect(stderr).toMatch(/^done: 1 partition, 3 rows to warehouse\.duckdb in /);
    expect(exitCode).toBe(0);
    expect(await perDay()).toHaveLength(5);
    const again = await host('run shop-events --resume');
    expect(again.stderr).toMatch(/^done: no partition was left to read, 0 rows/);
  });

  it('are replaced one by one, and no others', async () => {
    const { exitCode } = await host('run shop-events --set value=b --partition 2026-11-02,2026-11-09');
    expect(exitCode).toBe(0);
    expect(await perDay()).toEqual([1, 2, 3, 4, 5].map((n) => [`2026-11-0${n}`, '3', n === 2 ? 'b' : 'a']));
    const now = await json('run shop-events --partition PREVIOUS_DAY --now 2026-11-05T01:00:00Z');
    expect(now).toMatchObject({
      status: 'succeeded',
      partitions: [{ partition: '2026-11-04', status: 'completed', rowsRead: 3, attempts: 1, code: null }],
      partitionCounts: { completed: 1, failed: 0, unfinished: 0, notRun: 0, notThere: 0 },
    });
  });

  it('that are not there are told', async () => {
    const some = await host('run shop-events --partition 2026-11-01,2026-11-20/2026-11-22');
    expect(some.stderr).toContain('partitions: 1 completed, 3 not there\n');
    const none = await host('run shop-events --partition 2026-11-20');
    expect([none.exitCode, none.stderr]).toEqual([2, expect.stringContaining('PARTITION_NOT_FOUND')]);
  });

  it('share a limit', async () => {
    const { stderr } = await host('run shop-events --limit 4 --force');
    expect(stderr).toContain('\npartitions: 1 completed, 1 not read to the end, others not run\n');
    expect((await statuses()).slice(0, 3)).toEqual([
      ['01', 'completed', 3],
      ['02', 'unfinished', 1],
      ['03', 'completed', 3],
    ]);
    await host('run shop-events --resume --keep-state');
    expect((await perDay()).map(([, rows]) => rows)).toEqual(Array(5).fill('3'));
  });

  it('that are gone stay, and go with --prune', async () => {
    await host('run shop-events --set last=4');
    expect(await perDay()).toHaveLength(5);
    const { stderr, exitCode } = await host('run shop-events --set last=4 --prune');
    expect(exitCode).toBe(0);
    expect(stderr).toContain('warning: partitions that are no longer listed were removed: 1, with 3 rows\n');
    expect(await perDay()).toHaveLength(4);
  });

  it('are tried without writing', async () => {
    const { stdout } = await host('run shop-events --dry-run --partition 2026-11-01/2026-11-02');
    expect(stdout).toMatch(/6 rows read\ntable events: overwrite, 6 rows\n$/);
    const preview = await host('preview shop-events --partition latest --limit 1 --to warehouse.duckdb');
    expect(preview.stdout).toContain('_partition  id  value\n2026-11-05  1   a\n');
    expect(preview.stdout).not.toContain('DROP');
    const check = await host('check shop-events --partition 2026-11-02');
    expect([check.exitCode, check.stdout]).toEqual([0, expect.stringContaining('3 rows one by one')]);
  });

  it('come one after the other, with a column, where the target does not keep them apart', async () => {
    const { stdout, exitCode } = await host(
      'run shop-events --to - --partition 2026-11-02/2026-11-03 --limit 4',
    );
    expect(exitCode).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual([2, 2, 2, 3].map((n, i) => ({ id: (i % 3) + 1, value: 'a', _partition: `2026-11-0${n}` })));
  });
});

describe('dimensions of the user', () => {
  it('come from the command line, without which the source is read whole', async () => {
    const whole = await host('run shop-cut --to -');
    expect(JSON.parse(whole.stdout)).toEqual({ id: 1, of: 'all of it', by: 'null' });
    const cut = await host('run shop-cut --to - --dimensions day:DAY,country --partition 2026-11-01|FR');
    expect(JSON.parse(cut.stdout)).toMatchObject({ of: '2026-11-01|FR', _partition: '2026-11-01|FR' });
  });

  it('or from a pipeline file', async () => {
    const report = await json('run berlin');
    expect(report).toMatchObject({ pipeline: 'berlin', partitionCounts: { completed: 4 } });
    const list = await json('partitions berlin');
    expect(list).toMatchObject({
      total: 4,
      dimensions: [
        { name: 'day', type: 'time', params: { period: 'DAY', timeZone: 'Europe/Berlin' } },
        { name: 'country', type: 'value' },
      ],
    });
    const other = await host('run berlin --dimensions day:DAY --partition 2026-11-01');
    expect(other.stderr).toContain('was loaded by day:DAY:Europe/Berlin,country, and is by day:DAY now');
    expect(other.stderr).toContain('PARTITIONING_CHANGED');
    // What the last run chose goes before what the file says.
    const resumed = await host('run berlin --resume');
    expect([resumed.exitCode, resumed.stderr]).toEqual([
      0,
      expect.stringMatching(/^done: no partition was left/),
    ]);
  });
});

describe('partitions in a folder', () => {
  it('are files of their own, and are found without naming the folder again', async () => {
    const { exitCode } = await host('run shop-events --set last=2 --to out/ --format ndjson');
    expect(exitCode).toBe(0);
    expect(await json('partitions shop-events')).toMatchObject({
      target: 'out/',
      pipeline: expect.stringMatching(/^shop-events\.events@[0-9a-f]{8}$/),
      partitions: [1, 2, 3, 4, 5].map((n) => ({
        partition: `2026-11-0${n}`,
        status: n <= 2 ? 'completed' : null,
        rows: n <= 2 ? 3 : null,
      })),
    });
    expect(await json('partitions shop-events --to warehouse.duckdb')).toMatchObject({
      pipeline: 'shop-events.events',
    });
  });
});

describe('partitions in a folder whose files somebody removed', () => {
  it('are missing, and are resumed, with a warning', async () => {
    const place = '--to gone/ --format csv';
    await host(`run shop-events ${place} --concurrency 1`);
    await rm(join(cwd, 'gone/events/day=2026-11-02/part.csv'));
    await rm(join(cwd, 'gone/events/day=2026-11-04'), { recursive: true });
    const warnings = [
      '2 partitions had completed, and their files are not there any more, so they count as not completed',
    ];
    const partitions = [2, 4].map((n) => ({ partition: `2026-11-0${n}`, status: 'unfinished', rows: 0 }));
    expect(await json('partitions shop-events --partition missing --to gone/')).toMatchObject({
      warnings,
      partitions,
    });
    for (const which of ['--resume', '--partition missing']) {
      const { exitCode, stdout } = await host(`run shop-events ${place} ${which} --json`);
      const { partitionCounts, warnings: told } = JSON.parse(stdout) as Record<string, unknown>;
      const isFirst = which === '--resume';
      expect([exitCode, partitionCounts, told]).toEqual([
        0,
        { completed: isFirst ? 2 : 0, failed: 0, unfinished: 0, notRun: 0, notThere: 0 },
        isFirst ? warnings : [],
      ]);
    }
    const other = await host('run shop-events --to gone/ --format parquet');
    expect([other.exitCode, other.stderr]).toEqual([2, expect.stringContaining('Run with --format csv')]);
  });
});

describe('what is refused', () => {
  it.each<[string, string, RegExp]>([
    ['run shop-cut --partition 2026-11-01', 'PARTITIONS_UNSUPPORTED', /for the user to say/],
    ['run shop-cut --dimensions day:DAY', 'PARTITION_UNSELECTED', /cannot list/],
    ['run shop-cut --dimensions day:WEEK --partition 1', 'CLI_USAGE', /--dimensions must be names/],
    ['run shop-cut --dimensions day:DAY: --partition 1', 'CLI_USAGE', /--dimensions must be names/],
    [
      'run shop-cut --dimensions ,a --partition 1',
      'CLI_USAGE',
      /--dimensions must be names|dimensions are wrong/,
    ],
    [
      'run shop-cut --dimensions day:DAY:Nowhere/City --partition 2026-11-01',
      'CLI_USAGE',
      /dimensions are wrong/,
    ],
    ['run shop-events --dimensions day:DAY', 'PARTITIONS_UNSUPPORTED', /by itself/],
    ['run shop-events --partition 2026-11-01|FR', 'PARTITION_SPEC_INVALID', /./],
    ['run shop-events --partition 2026-11-09/2026-11-01', 'PARTITION_SPEC_INVALID', /./],
    ['run shop-events --partition 2026-02-30', 'PARTITION_SPEC_INVALID', /./],
    ['run shop-events --partition LAST_WEEK', 'PARTITION_SPEC_INVALID', /./],
    ['run shop-events --concurrency 0', 'CLI_USAGE', /--concurrency must be at least 1/],
    ['run shop-events --concurrency many', 'CLI_USAGE', /--concurrency must be an integer/],
    ['run shop-events --now tomorrow', 'CLI_USAGE', /--now must be a date/],
    ['run shop-events --resume --partition all', 'CLI_USAGE', /--partition chooses anew/],
    ['run shop-events --prune --limit 3', 'CLI_USAGE', /--limit ends it before/],
    ['run shop-events --delete-missing', 'PARTITIONS_UNSUPPORTED', /compares a whole read/],
    ['run shop-events --to out.csv --resume', 'PARTITIONS_UNSUPPORTED', /does not keep partitions apart/],
    ['run shop-events --to out.csv --partition missing', 'PARTITIONS_UNSUPPORTED', /./],
    ['run wrong', 'PIPELINE_INVALID', /"day" is one of time, so it must have a "period"/],
    ['partitions shop-cut', 'PARTITIONS_UNSUPPORTED', /for the user to say/],
    ['partitions shop-cut --dimensions a --partition b --counts', 'CLI_USAGE', /cannot count/],
  ])('%s', async (args, code, message) => {
    const { stderr, exitCode } = await host(args);
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(message)]);
    expect(stderr).toContain(`  ${code}, see`);
  });
});

describe('a run of partitions that is stopped', () => {
  it('rolls back what is in flight within a second, and goes on with the others', async () => {
    const args = ['run', 'shop-events', '--to', 'stopped.duckdb', '--set', 'hold=true'];
    const running = startHost([...args, '--set', 'last=9'], { cwd });
    await running.until('stderr', /holds 2026-11-05/);
    const stoppedAt = performance.now();
    running.process.kill('SIGINT');
    const { exitCode, stderr } = await running.ended;
    expect(exitCode).toBe(130);
    expect(performance.now() - stoppedAt).toBeLessThan(2000);
    // The commit of the first may have been on its way.
    expect(stderr).toMatch(/\npartitions: (1 completed, 4|5) not read to the end, others not run\n/);
    expect(stderr).toMatch(
      /\n {2}(1 partition|No partition) of this run is complete; `host run \.\.\. --resume` then runs only what did not complete\.\n/,
    );
    const resumed = await host('run shop-events --to stopped.duckdb --set last=9 --resume');
    expect(resumed.stderr).toMatch(/^done: (8 partitions, 24|9 partitions, 27) rows/);
    const rows = await new DuckdbPlace(cwd, 'stopped.duckdb').query(
      'SELECT count(*), count(DISTINCT _partition) FROM events',
    );
    expect(rows).toEqual([['27', '9']]);
  });
});
