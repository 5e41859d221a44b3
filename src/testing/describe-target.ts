import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Target } from '../targets/target.js';
import { OPERATION_CHECKS } from './operation-checks.js';
import { ROWS_CHECKS } from './rows-checks.js';
import { runRows } from './run-rows.js';
import type { TargetCheck } from './target-check.js';
import type { TargetSuite, TargetTestName } from './target-suite.js';
import { testFramework } from './test-framework.js';
import { TYPE_SAMPLES } from './type-samples.js';

/**
 * Holds a target against its contract. Call it once in a test file; each test runs in an empty folder of its own.
 * The test framework must have describe and it as globals, as jest has.
 */
export function describeTarget(suite: TargetSuite): void {
  const { describe, it } = testFramework();
  const { upserts = false } = suite;
  describe(`target ${suite.name}`, () => {
    const checks: Readonly<Record<string, TargetCheck>> = {
      ...ROWS_CHECKS,
      ...(upserts ? OPERATION_CHECKS : {}),
    };
    for (const [name, check] of Object.entries(checks)) {
      const exception = suite.cannot?.[name as TargetTestName];
      if (exception) it(`not: ${name} (${exception.reason})`, () => inFolder(suite, exception.instead));
      else it(name, () => inFolder(suite, check));
    }
    it(`says that its rows can${upserts ? '' : 'not'} be replaced by key`, () =>
      inFolder(suite, async (place) => {
        assert.equal((await place.capabilities()).upserts, upserts);
      }));
  });
}

async function inFolder(suite: TargetSuite, check: TargetCheck): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'target-suite-'));
  const withTarget = async <T>(table: string, work: (target: Target) => Promise<T>): Promise<T> => {
    const target = await suite.open(folder, table);
    try {
      return await work(target);
    } finally {
      await target.close();
    }
  };
  try {
    await check({
      typeSamples: TYPE_SAMPLES.map(({ type, values }) => ({
        type,
        values: values.filter(([given]) => suite.isUnstorable?.(given) !== true),
      })),
      read: (table = 'rows') => suite.read(folder, table),
      run: (run) => withTarget(run.table ?? 'rows', (target) => runRows({ ...run, target })),
      use: withTarget,
      capabilities: () => withTarget('rows', async ({ capabilities }) => capabilities),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
