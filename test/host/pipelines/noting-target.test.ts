import { expect, it } from '@jest/globals';
import { join } from 'node:path';
import { notingTarget } from '../../../src/host/pipelines/noting-target.js';
import { CsvTarget } from '../../../src/targets/csv/csv-target.js';
import { DuckdbTarget } from '../../../src/targets/duckdb/duckdb-target.js';
import { NullTarget } from '../../../src/targets/null/null-target.js';
import type { Target } from '../../../src/targets/target.js';
import { tempFolders } from '../../fixtures/temp-folder.js';

const newFolder = tempFolders();

/** Calls that a target has besides those that each must have. */
function callsOf(target: Target): string[] {
  const names = ['pipelines', 'rejected', 'look', 'plan', 'explain'] as const;
  return names.filter((name) => target[name] !== undefined);
}

it('has what the target has and leaves out what it leaves out', async () => {
  const folder = await newFolder();
  const database = await DuckdbTarget.open(join(folder, 'a.duckdb'));
  const targets: Target[] = [
    database,
    new CsvTarget(join(folder, 'a.csv'), { journalFolder: join(folder, '.host') }),
    new NullTarget(),
  ];
  const noting = targets.map((target) => notingTarget(target, () => Promise.resolve()));
  expect(noting.map(callsOf)).toEqual(targets.map(callsOf));
  expect(callsOf(database)).toEqual(['pipelines', 'rejected', 'look', 'plan', 'explain']);
  expect(await noting[0]?.look?.('none', 'append')).toBeNull();
  for (const target of noting) await target.close();
});

it('tells of a run once its pipeline is claimed', async () => {
  const begun: string[] = [];
  const target = notingTarget(new NullTarget(), async (pipeline) => void begun.push(pipeline));
  const { signal } = new AbortController();
  await target.begin({ runId: 'run', pipeline: 'orders', signal });
  expect(begun).toEqual(['orders']);
});
