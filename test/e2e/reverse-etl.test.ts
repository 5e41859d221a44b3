import { mkdir, mkdtemp, readFile, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startApi, type FixtureApi } from '../../python-connectors/my-plugin-api-connector/fixtures/api.js';
import { readDuckdb } from '../helpers/read-duckdb.js';
import { runHost, type HostResult } from '../helpers/run-host.js';
import { serveRest } from '../helpers/serve-rest.js';
import { WarmHost } from '../helpers/warm-host.js';

const ROOT = resolve(__dirname, '../..');
const KEY = 'fixture-key';
/** Values that are easily lost on the way. */
const USERS = [
  { id: 1, name: 'José "Ñ" 😀\n', score: 0.1, big: 9007199254740991, active: true, tags: ['a', { b: null }] },
  { id: 2, name: '', score: -1.5e-7, big: 0, active: false, tags: [] },
  { id: 3, name: null, score: 1e21, big: -3, active: null, tags: { deep: { er: [1, 2.5] } } },
];
const REST = ['write_path=/{resource}', 'body_shape=object', 'upsert_method=PUT', 'upsert_missing=insert'];

const host = new WarmHost();
let folder: string;

/** A plugin that has this connector alone, so that what the host keeps lies in a folder of the test. */
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'reverse-etl-')));
  await mkdir(join(folder, 'python-connectors'));
  await symlink(join(ROOT, 'plugin.json'), join(folder, 'plugin.json'));
  const id = 'my-plugin-api-connector';
  await symlink(join(ROOT, 'python-connectors', id), join(folder, 'python-connectors', id));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (...args: readonly string[]): Promise<HostResult> => host.run(['run', ...args], { cwd: folder });
const from = (url: string): string[] => ['my-plugin-api-connector', ...sets('--set', url)];
const to = (url: string, ...more: readonly string[]): string[] => [
  ...['--to', 'my-plugin-api-connector'],
  ...sets('--to-set', url, ...more),
];

function sets(option: string, url: string, ...more: readonly string[]): string[] {
  return [`api_endpoint=${url}`, `api_key=${KEY}`, ...more].flatMap((set) => [option, set]);
}

describe('users of an API', () => {
  it('are in DuckDB, in another API, and back in DuckDB, every value', async () => {
    const [source, target] = [
      await serveRest({ users: USERS }),
      await serveRest({ users: [{ id: 2, old: 1 }] }),
    ];
    await run(...from(source.url), '--table', 'users');
    const keyed = ['--from-table', 'users', '--primary-key', 'id', '--mode', 'merge'];
    const sent = await runHost(['run', 'warehouse.duckdb', ...keyed, ...to(target.url, ...REST)], {
      cwd: folder,
    });
    expect(sent).toMatchObject({
      exitCode: 0,
      stderr: expect.stringContaining('3 rows to my-plugin-api-connector'),
    });
    expect(target.writes).toEqual([
      'PUT /users/1',
      'POST /users',
      'PUT /users/2',
      'PUT /users/3',
      'POST /users',
    ]);
    expect(target.rows('users').toSorted((a, b) => Number(a.id) - Number(b.id))).toEqual(USERS);

    await run(...from(target.url), '--table', 'back');
    const file = join(folder, 'warehouse.duckdb');
    const byId = async (table: string): Promise<unknown[] | undefined> =>
      (await readDuckdb(file, table))?.toSorted((a, b) => Number(a.id) - Number(b.id));
    expect(await byId('back')).toEqual(await byId('users'));
    expect(await byId('back')).toHaveLength(3);
  });

  it('go on from where the last run ended, with a cursor', async () => {
    const target = await serveRest({ users: [] });
    const send = (): Promise<HostResult> =>
      run(
        'users.csv',
        '--primary-key',
        'id',
        '--cursor',
        'id',
        '--mode',
        'merge',
        ...to(target.url, ...REST),
      );
    await writeFile(join(folder, 'users.csv'), 'id,name\n1,Ada\n2,Bob\n');
    await send();
    await writeFile(join(folder, 'users.csv'), 'id,name\n1,Ada\n2,Bob\n5,Eve\n');
    await send();
    expect(target.writes.slice(4)).toEqual(['PUT /users/5', 'POST /users']);
    expect(target.rows('users')).toHaveLength(3);
  });
});

describe('a table that an API mirrors', () => {
  const file = (text: string): Promise<void> => writeFile(join(folder, 'users.csv'), `id,name\n${text}`);
  const mirror = (url: string, ...more: readonly string[]): Promise<HostResult> =>
    run(
      'users.csv',
      '--primary-key',
      'id',
      '--mode',
      'mirror',
      '--name',
      'push',
      ...more,
      ...to(url, ...REST),
    );
  const twelve = Array.from({ length: 12 }, (_, n) => ({ id: n + 1, name: `user ${n + 1}` }));
  const csv = (rows: readonly { id: number; name: string }[]): string =>
    rows.map(({ id, name }) => `${id},${name}\n`).join('');

  it('sends what is new, changed and gone, and nothing else', async () => {
    const target = await serveRest({ users: [] });
    await file(csv(twelve));
    await mirror(target.url);
    expect(target.rows('users')).toEqual(twelve);
    const again = await mirror(target.url);
    expect(again).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('done: 0 rows') });
    expect(target.writes).toHaveLength(12);

    const changed = [...twelve.slice(2).with(0, { id: 3, name: 'other' }), { id: 20, name: 'new' }];
    await file(csv(changed));
    const dry = await mirror(target.url, '--dry-run');
    expect(dry.stdout).toContain('table users: mirror, 1 added, 1 changed, 2 removed');
    expect(target.writes).toHaveLength(12);
    await mirror(target.url);
    expect(target.writes.slice(12)).toEqual([
      'DELETE /users/1',
      'DELETE /users/2',
      'POST /users',
      'PUT /users/3',
    ]);
    expect(target.rows('users')).toEqual(changed);
  });

  it('removes no more than --max-delete allows', async () => {
    const target = await serveRest({ users: [] });
    await file(csv(twelve));
    await mirror(target.url);
    await file(csv(twelve.slice(11)));
    expect((await mirror(target.url)).exitCode).toBe(2);
    expect(target.writes).toHaveLength(12);
    expect((await mirror(target.url, '--max-delete', '95%')).exitCode).toBe(0);
    expect(target.rows('users')).toEqual(twelve.slice(11));
  });
});

describe('rows for an API', () => {
  let api: FixtureApi;
  beforeEach(async () => {
    api = await startApi();
    await writeFile(join(folder, 'users.csv'), 'id,name\n1,Ada\n2,\n3,Cy\n');
  });
  afterEach(() => api.close());

  const batches = [
    'write_path=/bulk/list',
    'results_shape=list',
    'results_path=results',
    'result_code_path=code',
  ];

  it('are kept aside where it refuses them, and the others are taken', async () => {
    const result = await run('users.csv', '--on-bad-row', 'dead-letter', ...to(api.url, ...batches));
    expect(result).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('one row was kept aside') });
    const [name = ''] = await readdir(join(folder, '.host/rejected'));
    const lines = (await readFile(join(folder, '.host/rejected', name), 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      expect.objectContaining({
        code: 'name_missing',
        reason: 'a user has a name',
        request: `POST ${api.url}/bulk/list`,
        status: 207,
        row: { id: 2, name: null },
      }),
    ]);
    expect(lines.join('')).not.toContain(KEY);
  });

  it('are found, corrected and given again', async () => {
    const named = ['--name', 'push', '--max-rejected', '5'];
    await run('users.csv', ...named, ...to(api.url, ...batches));
    const rejected = (command: string, ...more: readonly string[]): Promise<HostResult> =>
      host.run(['rejected', command, 'push', ...more], { cwd: folder });
    const { stdout: list } = await rejected('list');
    expect(list.split('\n')[1]).toMatch(/^\w+ +users +2 +insert +name_missing +a user has a name +1 /);
    const { stdout: shown } = await rejected('show');
    await writeFile(join(folder, 'rows.jsonl'), shown.replace('"name":null', '"name":"Bea"'));
    const target = sets('--to-set', api.url, ...batches);
    const retried = await rejected('retry', '--rows', 'rows.jsonl', ...target);
    expect(retried).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('done: 1 row') });
    expect(api.writes.map(({ body }) => JSON.parse(body) as unknown)[1]).toEqual([{ id: 2, name: 'Bea' }]);
    expect((await rejected('list')).stdout).toBe('no rejected rows of push in my-plugin-api-connector\n');
  });

  it('end the run where nobody wants them kept', async () => {
    const result = await run('users.csv', ...to(api.url, ...batches));
    expect(result).toMatchObject({ exitCode: 5 });
    expect(result.stderr).toContain(
      'row 2 of table "users" was refused by my-plugin-api-connector: 207 name_missing',
    );
  });

  it('need a key where they go by it', async () => {
    const result = await run('users.csv', '--mode', 'merge', ...to(api.url, 'upsert_method=PUT'));
    expect(result.exitCode).toBe(2);
    expect(api.writes).toEqual([]);
  });

  it('replace what is there with reset_path, and every problem of the params is named', async () => {
    await writeFile(join(folder, 'users.csv'), 'id,name\n8,Ada\n');
    const result = await run('users.csv', ...to(api.url, 'write_path=/users', 'reset_path=/users'));
    expect(result.exitCode).toBe(0);
    expect(api.writes.map(({ request }) => request)).toEqual(['DELETE /users', 'POST /users']);
    const wrong = await run(
      'users.csv',
      ...to(api.url, 'write_path=users', 'deduplicates=row', 'batch_rows=0'),
    );
    expect(wrong).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('param "batch_rows"') });
  });
});
