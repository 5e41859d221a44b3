import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import data from 'world-countries';
import { textOf } from '../../src/targets/values/text-of.js';
import { readDuckdb } from '../helpers/read-duckdb.js';
import { runHost } from '../helpers/run-host.js';

const ROOT = resolve(__dirname, '../..');
/** What the API serves: the data set with the id that json-server asks for. */
/** The data set as plain JSON; its types describe the ES module, which jest does not load. */
const countries = data as unknown as Record<string, unknown>[];
const served: Record<string, unknown>[] = countries.map((country) => ({ id: country.cca3, ...country }));

/** The text that each value must have in a table; a key that a country lacks is null. */
const expected = served.map((country) => {
  const names = new Set(served.flatMap((any) => Object.keys(any)));
  return Object.fromEntries([...names].map((name) => [name, storedText(country[name])]));
});

function storedText(value: unknown): string | null {
  return value === null || value === undefined ? null : (textOf(value) ?? null);
}

describe('250 countries from a real API', () => {
  let api: ReturnType<typeof spawn>;
  let url: string;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'countries-'));
    api = spawn(process.execPath, ['scripts/demo-api.mjs', '--port', '0'], {
      cwd: ROOT,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(api.stdout as NodeJS.ReadableStream), 'line')) as [string];
    url = /^http:\/\/127\.0\.0\.1:\d+/.exec(line)?.[0] ?? '';
  });
  afterAll(async () => {
    api.kill();
    await once(api, 'exit');
    await rm(folder, { recursive: true });
  });

  const read = (...more: string[]): ReturnType<typeof runHost> =>
    runHost(
      [
        'run',
        'my-plugin-rest-api',
        '--plugin',
        ROOT,
        '--set',
        `base_url=${url}`,
        '--set',
        'endpoint=countries',
        ...more,
      ],
      { cwd: folder },
    );

  it('are in the warehouse, every value', async () => {
    const { exitCode, stderr } = await read('--table', 'countries');
    expect(stderr).toContain('250 rows to warehouse.duckdb');
    expect(exitCode).toBe(0);
    expect(await readDuckdb(join(folder, 'warehouse.duckdb'), 'countries')).toEqual(expected);
  });

  it('replace what was there when they are read again', async () => {
    await read('--table', 'again');
    await read('--table', 'again');
    expect(await readDuckdb(join(folder, 'warehouse.duckdb'), 'again')).toHaveLength(250);
  });

  it('are in a CSV file, every value', async () => {
    const { exitCode } = await read('--to', 'countries.csv');
    expect(exitCode).toBe(0);
    const rows = parse(await readFile(join(folder, 'countries.csv'), 'utf8'), {
      columns: true,
      cast: (value, { quoting }) => (value === '' && !quoting ? null : value),
    });
    expect(rows).toEqual(expected);
  });

  it('are on stdout, as the API gave them', async () => {
    const { exitCode, stdout } = await read('--to', '-');
    expect(exitCode).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(served);
  });
});
