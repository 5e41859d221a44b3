import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import { readDuckdb } from '../helpers/read-duckdb.js';
import { runHost, type HostResult } from '../helpers/run-host.js';
import { WarmHost } from '../helpers/warm-host.js';
import { countries, storedRows } from './countries.js';

const host = new WarmHost();
const ROOT = resolve(__dirname, '../..');
/** What the API serves: the data set with the id that json-server asks for. */
const served: Record<string, unknown>[] = countries.map((country) => ({ id: country.cca3, ...country }));
/** What must be in a table. */
const expected = storedRows(served);

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

  const argsAt = (endpoint: string, ...more: string[]): string[] => {
    const given = ['--set', `base_url=${url}`, '--set', `endpoint=${endpoint}`];
    return ['run', 'my-plugin-rest-api', '--plugin', ROOT, ...given, ...more];
  };
  const readAt = (endpoint: string, ...more: string[]): Promise<HostResult> =>
    host.run(argsAt(endpoint, ...more), { cwd: folder });
  const read = (...more: string[]): Promise<HostResult> => readAt('countries', ...more);

  it('are in the warehouse, every value', async () => {
    const args = argsAt('countries', '--table', 'countries');
    const { exitCode, stderr } = await runHost(args, { cwd: folder });
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

  const PAGE = ['pagination_type=page', 'page_param=_page', 'page_size_param=_limit', 'page_size=40'];
  it.each<[string, string, readonly string[], string]>([
    [
      'page',
      'countries',
      [...PAGE, 'first_page=1'],
      '250 rows in 8 pages from .* \\(page\\), ended by empty-page',
    ],
    [
      'offset',
      'countries',
      ['pagination_type=offset', 'offset_param=_start', 'page_size_param=_limit', 'page_size=50'],
      '250 rows in 6 pages from .* \\(offset\\), ended by empty-page',
    ],
    [
      'link',
      'countries?_page=1&_limit=30',
      ['pagination_type=link'],
      '250 rows in 9 pages from .* \\(link\\), ended by no-next',
    ],
  ])('are in the warehouse page by page: %s', async (table, endpoint, settings, says) => {
    const given = settings.flatMap((setting) => ['--set', setting]);
    const { exitCode, stderr } = await readAt(endpoint, '--table', table, '--verbose', ...given);
    expect(stderr).toMatch(new RegExp(says));
    expect(exitCode).toBe(0);
    expect(await readDuckdb(join(folder, 'warehouse.duckdb'), table)).toEqual(expected);
  });

  it('are not doubled by a first page that is taken for another', async () => {
    const given = PAGE.flatMap((setting) => ['--set', setting]);
    const { exitCode, stderr } = await read('--to', 'doubled.csv', ...given);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('countries (_page=1, _limit=40) brought the same 40 rows as GET');
    expect(stderr).toContain('set first_page to 1');
    await expect(access(join(folder, 'doubled.csv'))).rejects.toThrow('ENOENT');
  });
});
