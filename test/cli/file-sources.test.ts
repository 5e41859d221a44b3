import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { HostResult } from '../helpers/run-host.js';
import { WarmHost } from '../helpers/warm-host.js';

const warmHost = new WarmHost();
let folder: string;

beforeAll(async () => {
  // No plugin is near.
  folder = await realpath(await mkdtemp(join(tmpdir(), 'connector-host-')));
  await writeFile(join(folder, 'orders-eu.csv'), 'id,zip,price\n1,007,10.50\n2,012,3.25\n');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function host(...args: readonly string[]): Promise<HostResult> {
  return warmHost.run(args, { cwd: folder });
}

it('a file goes into the default database, and from there anywhere, without any plugin', async () => {
  const run = await host('run', 'orders-eu.csv', '--primary-key', 'id', '--json');
  expect(run.stderr).toBe('');
  expect(JSON.parse(run.stdout)).toMatchObject({
    pipeline: 'orders-eu.orders_eu',
    rowsWritten: 2,
    tables: [{ name: 'orders_eu', rows: 2 }],
  });
  const shown = await host('preview', 'warehouse.duckdb', '--from-table', 'orders_eu');
  expect(shown.stdout.split('\n').slice(0, 7)).toEqual([
    'column  type',
    'id      bigint         declared',
    'zip     string         declared',
    'price   decimal(18,2)  declared',
    '',
    'id  zip  price',
    '1   007  10.50',
  ]);
  const query = 'SELECT zip, sum(price) AS total FROM orders_eu GROUP BY ALL ORDER BY zip DESC';
  const printed = await host('run', 'warehouse.duckdb', '--query', query, '--to', '-');
  expect(printed.stdout).toBe('{"zip":"012","total":"3.25"}\n{"zip":"007","total":"10.50"}\n');
});

it('--cursor goes on where the last run ended, and its state is kept beside the target', async () => {
  const args = ['run', 'orders-eu.csv', '--cursor', 'id', '--to', 'new.jsonl', '--json'];
  expect(JSON.parse((await host(...args)).stdout)).toMatchObject({ rowsWritten: 2, stateVersion: 1 });
  await writeFile(join(folder, 'orders-eu.csv'), 'id,zip,price\n2,012,3.25\n3,013,1.00\n');
  expect(JSON.parse((await host(...args)).stdout)).toMatchObject({ rowsWritten: 1 });
  expect(await readFile(join(folder, 'new.jsonl'), 'utf8')).toBe(
    '{"id":1,"zip":"007","price":"10.50"}\n{"id":2,"zip":"012","price":"3.25"}\n{"id":3,"zip":"013","price":"1.00"}\n',
  );
});

it.each([
  [
    ['run', 'orders-eu.csv', '--from-table', 'a'],
    'error: --from-table is for databases, and "orders-eu.csv" is a file of one table',
  ],
  [['run', 'none.csv'], 'error: "none.csv" does not exist'],
  [
    ['run', 'orders-eu.csv', '--primary-key', 'id,'],
    'error: --primary-key has a name that is empty, or there twice',
  ],
  [
    ['preview', 'orders-eu.csv', '--set', 'a=1'],
    'error: "orders-eu.csv" is a file and no connector, so it has no parameters',
  ],
])('host %j is refused', async (args, message) => {
  const { exitCode, stderr } = await host(...args);
  expect(stderr.split('\n')[0]).toBe(message);
  expect(exitCode).toBe(2);
});
