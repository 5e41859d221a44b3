import { describe, expect, it } from '@jest/globals';
import { runRows } from '../../src/testing/run-rows.js';
import { WatchedTarget } from '../fixtures/watched-target.js';

const seconds = expect.any(Number);
const common = {
  run: expect.stringMatching(/^run-\w+$/),
  pipeline: 'test.rows',
  rowsDeleted: 0,
  rejected: 0,
  bytes: 0,
  seconds,
  waitingOn: { source: seconds, host: seconds, target: seconds },
  partitions: [],
  partitionCounts: null,
  paging: [],
  stateVersion: null,
};

describe('RunReport', () => {
  it('of a run that succeeded', async () => {
    const pages = [
      Array.from({ length: 10_000 }, (_, n) => ({ n, empty: null })),
      [{ n: 0.5, late: 'x', empty: 'filled' }, { n: 'text' }],
    ];
    const { report, error } = await runRows({ target: new WatchedTarget(), rows: pages });
    expect(error).toBeUndefined();
    expect(report).toEqual({
      ...common,
      status: 'succeeded',
      code: null,
      message: null,
      rowsRead: 10_002,
      rowsWritten: 10_002,
      commits: 1,
      tables: [
        {
          name: 'rows',
          rows: 10_002,
          columnsAdded: ['late'],
          columnsWidened: [{ name: 'n', from: 'bigint', to: 'string' }],
        },
      ],
      warnings: [],
    });
  });

  it('of a run that failed has nothing written', async () => {
    const { report } = await runRows({
      target: new WatchedTarget(),
      table: 'users',
      rows: async function* () {
        yield Array.from({ length: 15_000 }, (_, n) => ({ n }));
        await new Promise((resolve) => setTimeout(resolve, 20));
        yield null as never;
      },
    });
    expect(report).toEqual({
      ...common,
      pipeline: 'test.users',
      status: 'failed',
      code: 'EMISSION_INVALID',
      message: 'generateRows yielded null as row 15001; a row must be an object',
      rowsRead: 15_000,
      rowsWritten: 0,
      commits: 0,
      tables: [{ name: 'users', rows: 0, columnsAdded: [], columnsWidened: [] }],
      warnings: [],
    });
  });

  it('of a run without rows and columns says so', async () => {
    const { report } = await runRows({ target: new WatchedTarget() });
    expect([report.status, report.rowsRead, report.warnings]).toEqual([
      'succeeded',
      0,
      ['no rows came and no columns are declared, so no table was written'],
    ]);
  });

  it('counts the seconds of a slow source, host and target apart', async () => {
    const wait = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 120));
    const { report } = await runRows({
      target: new WatchedTarget({ before: (step) => (step === 'commit' ? wait() : undefined) }),
      rows: async function* () {
        await wait();
        yield { n: 1 };
      },
    });
    const { source, host, target } = report.waitingOn;
    expect(source).toBeGreaterThan(0.1);
    expect(target).toBeGreaterThan(0.1);
    expect(host).toBeLessThan(0.1);
    expect(source + host + target).toBeCloseTo(report.seconds, 1);
  });
});
