import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { startHost, type HostResult } from '../helpers/run-host.js';
import { connectorCode, pluginFiles, writeFiles } from '../helpers/temp-plugin.js';
import { WarmHost } from '../helpers/warm-host.js';

const TABLES = `getReadSchema() { return { tables: [
    { name: 'people', columns: [{ name: 'id', type: 'bigint' as const }, { name: 'name', type: 'string' as const }], primaryKey: ['id'] },
  ] }; }`;

/** Goes on from the number in its state. */
const FILES = pluginFiles('shop', {
  'shop-people': {
    manifest: {
      stateVersion: 2,
      params: [
        { name: 'region', type: 'STRING', defaultValue: 'eu' },
        { name: 'page_size', type: 'INT', affectsData: false },
        { name: 'fail_at', type: 'INT', affectsData: false },
        { name: 'token', type: 'PASSWORD' },
      ],
    },
    code: `import { Connector, op } from 'connector-host';
export default class extends Connector<{ fail_at?: number }> {
  ${TABLES}
  *generateRows({ state }: { state: { next?: number } }) {
    for (let id = state.next ?? 1; id <= 4; id += 1) {
      if (this.config.fail_at === id) throw new Error('broken');
      yield op.upsert('people', { id, name: 'n' + id });
      yield op.checkpoint({ next: id + 1 });
    }
  }
}
`,
  },
  'shop-hello': {
    code: connectorCode(`  *generateRows() { yield { id: 1, email: 'a@b.c' }; }`),
  },
});

const warmHost = new WarmHost();
let cwd: string;
beforeAll(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), 'connector-host-test-')));
  await writeFiles(cwd, FILES);
});
afterAll(() => rm(cwd, { recursive: true }));

const host = (args: string, env: Readonly<Record<string, string>> = {}): Promise<HostResult> =>
  warmHost.run(args.split(' '), { cwd, env });
const people = (): Promise<unknown[][]> => new DuckdbPlace(cwd).query('SELECT count(*) FROM people');
const state = async (pipeline: string): Promise<Record<string, unknown>> =>
  JSON.parse((await host(`state show ${pipeline} --json`)).stdout) as Record<string, unknown>;

/** Tests of one database, in the order that they stand in. */
describe('a pipeline', () => {
  it('that fails after commits says what is in the target', async () => {
    const { stderr, exitCode } = await host('run shop-people --commit-every 0 --set fail_at=3');
    expect(stderr).toMatch(
      / {2}2 rows were committed, with their state; the next run goes on from there\.\n$/,
    );
    expect(exitCode).toBe(3);
    expect(await state('shop-people')).toMatchObject({ version: 2, format: 2, state: { next: 3 } });
  });

  it('goes on from there, also with other parameters that decide no row', async () => {
    const { stderr } = await host('run shop-people --set page_size=5 --set token=secret-token');
    expect(stderr).toMatch(/^done: 2 rows to warehouse\.duckdb .*\n {2}look at it: /);
    expect(await people()).toEqual([['4']]);
  });

  it.each(['--set region=us', '--columns name'])('is refused with %s', async (change) => {
    const { stderr, exitCode } = await host(`run shop-people ${change}`);
    expect(stderr).toContain(`"${change.includes('region') ? 'region' : '--columns'}" changed since`);
    expect(stderr).toContain('PARAMS_CHANGED');
    expect(stderr).toMatch(/ {2}Nothing of this run is in the target\.\n$/);
    expect(exitCode).toBe(2);
  });

  it('takes the value of the default for the same, and others with --keep-state', async () => {
    expect((await host('run shop-people --set region=eu')).exitCode).toBe(0);
    expect((await host('run shop-people --set region=us --keep-state')).exitCode).toBe(0);
    expect((await host('run shop-people --set region=us')).exitCode).toBe(0);
  });

  it('is read anew with --full-refresh', async () => {
    const { stderr } = await host('run shop-people --full-refresh');
    expect(stderr).toMatch(/^done: 4 rows/);
    expect(await people()).toEqual([['4']]);
  });

  it('has its runs listed', async () => {
    const { stdout } = await host('runs shop-people');
    const [header, ...lines] = stdout.trimEnd().split('\n');
    expect(header).toMatch(/^run +pipeline +status +started +seconds +read +written +deleted +code$/);
    expect(lines).toHaveLength(8);
    expect(lines[0]).toMatch(/ shop-people +succeeded +\d{4}-\S+Z +\d+\.\d +4 +4 +0$/);
    expect(lines[7]).toMatch(/ failed .* CONNECTOR_FAILED$/);
    const json = JSON.parse((await host('runs --limit 1 --json')).stdout) as { runs: object[] };
    expect(json).toMatchObject({ target: 'warehouse.duckdb', runs: [{ rowsWritten: 4, code: null }] });
    expect(json.runs).toHaveLength(1);
  });

  it('has its state shown', async () => {
    const shown = await host('state show shop-people');
    expect(shown.stdout).toMatch(
      /^pipeline: shop-people\ntarget: warehouse\.duckdb\nversion: \d+ \S+Z by \S+\nstate:\n\{\n {2}"next": 5\n\}\n/,
    );
  });

  it('has its state set, reset and restored', async () => {
    const { version } = (await state('shop-people')) as { version: number };
    await writeFile(join(cwd, 'state.json'), '{"next": 2, "id": 12345678901234567890}');
    expect((await host('state set shop-people @state.json')).stderr).toContain('now version');
    expect((await host('state show shop-people --json')).stdout).toContain('"id":12345678901234567890');
    expect((await host('state reset shop-people')).stderr).toContain('The next run reads everything.');
    expect(await state('shop-people')).toMatchObject({
      version: version + 2,
      state: null,
      run: 'host state reset',
    });
    expect((await host(`state restore shop-people ${version} --json`)).stdout).toBe(
      `${JSON.stringify({ pipeline: 'shop-people', target: 'warehouse.duckdb', version: version + 3 })}\n`,
    );
    const restored = (await state('shop-people')) as { history: object[] };
    expect(restored).toMatchObject({ state: { next: 5 }, run: `host state restore ${version}` });
    expect(restored.history.slice(0, 2)).toMatchObject([
      { version: version + 1, run: 'host state set', state: { next: 2 } },
      { version, state: { next: 5 } },
    ]);
  });

  it('has a name of its own with --name, and is found in the target it ran into', async () => {
    await host('run shop-people --name twin --to other.duckdb');
    expect(await state('twin')).toMatchObject({ target: 'other.duckdb', state: { next: 5 } });
    const notes = await readFile(join(cwd, '.host/pipelines.json'), 'utf8');
    expect(JSON.parse(notes)).toMatchObject({
      version: 1,
      pipelines: [
        { pipeline: 'twin', to: '../other.duckdb' },
        { pipeline: 'shop-people', to: '../warehouse.duckdb' },
      ],
    });
    // Elsewhere in the plugin the target is the same.
    const { stdout } = await warmHost.run(['state', 'show', 'twin', '--json'], {
      cwd: join(cwd, 'python-connectors'),
    });
    expect(JSON.parse(stdout)).toMatchObject({ target: '../other.duckdb' });
  });

  it('keeps its notes in the folder of --state-dir', async () => {
    await host('run shop-hello --to third.duckdb --state-dir elsewhere');
    const { stdout } = await host('runs shop-hello.hello --state-dir elsewhere --json');
    expect(JSON.parse(stdout)).toMatchObject({ target: 'third.duckdb', runs: [{ rowsWritten: 1 }] });
  });
});

describe('host run --dry-run', () => {
  it('says what would be done, and writes nothing', async () => {
    const { stdout, exitCode } = await host('run shop-people --dry-run --to new.duckdb --deletes soft');
    expect(stdout).toBe(`dry run of shop-people into new.duckdb, from nothing: 4 rows read
table people: merge, 4 rows
  CREATE TABLE "people" ("id" BIGINT, "name" VARCHAR);
  ALTER TABLE "people" ADD COLUMN "_deleted_at" TIMESTAMP WITH TIME ZONE;
`);
    expect(exitCode).toBe(0);
    await expect(readFile(join(cwd, 'new.duckdb'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('says what the guards would', async () => {
    await host('run shop-people --name guarded --to guarded.duckdb');
    const before = await readFile(join(cwd, 'guarded.duckdb'));
    const { stdout, exitCode } = await host(
      'run shop-people --dry-run --name guarded --to guarded.duckdb --mode overwrite --limit 2 --json',
    );
    expect(JSON.parse(stdout)).toEqual({
      pipeline: 'guarded',
      target: 'guarded.duckdb',
      stateVersion: null,
      rowsRead: 2,
      tables: [
        {
          name: 'people',
          mode: 'overwrite',
          rows: 2,
          deletes: 0,
          statements: [
            'CREATE TABLE "_host_shadow_people" ("id" BIGINT, "name" VARCHAR)',
            'DROP TABLE "people"',
            'ALTER TABLE "_host_shadow_people" RENAME TO "people"',
          ],
        },
      ],
      refusals: [expect.objectContaining({ code: 'GUARD_REFUSED' })],
      warnings: [],
    });
    expect(exitCode).toBe(0);
    expect((await readFile(join(cwd, 'guarded.duckdb'))).equals(before)).toBe(true);
  });
});

describe('host preview', () => {
  it('shows the statements of a run', async () => {
    const { stdout } = await host('preview shop-hello --to new.duckdb');
    expect(stdout).toMatch(
      /\nstatements of a run into new\.duckdb:\n {2}CREATE TABLE "hello" \("id" BIGINT, "email" VARCHAR\);\n$/,
    );
  });
});

it('--hash-columns takes its salt from the .env beside plugin.json, and does not show it', async () => {
  const args = 'run shop-hello --to - --hash-columns email';
  const without = await host(args);
  expect(without.stderr).toContain('--hash-columns needs a salt');
  expect(without.exitCode).toBe(2);
  await writeFile(join(cwd, '.env'), 'HOST_HASH_SALT=a-long-salt\n');
  const { stdout } = await host(args);
  expect(JSON.parse(stdout)).toEqual({ id: 1, email: expect.stringMatching(/^[\da-f]{64}$/) });
  expect((await host(args, { HOST_HASH_SALT: 'another' })).stdout).not.toBe(stdout);
});

describe('a database in use', () => {
  const HOLD = `
    const { DuckDBInstance } = require('@duckdb/node-api');
    DuckDBInstance.create(process.argv[1]).then(() => { console.log('held'); setInterval(() => undefined, 1000); });`;

  it('is waited for, then given up with exit code 75; a signal ends the wait at once', async () => {
    const holder = spawn(process.execPath, ['-e', HOLD, join(cwd, 'held.duckdb')], {
      cwd: __dirname,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(holder.stdout, 'data');
      const { stderr, exitCode } = await host('run shop-people --to held.duckdb --lock-timeout 0.5');
      expect(stderr.match(/in use by process \d+ .*; waiting up to 0\.5 s for it/g)).toHaveLength(1);
      expect(stderr).toContain('TARGET_BUSY');
      expect(exitCode).toBe(75);
      const waiting = startHost(['run', 'shop-people', '--to', 'held.duckdb'], { cwd });
      await waiting.until('stderr', /waiting up to 60 s/);
      const stoppedAt = performance.now();
      waiting.process.kill('SIGINT');
      expect((await waiting.ended).exitCode).toBe(130);
      expect(performance.now() - stoppedAt).toBeLessThan(1500);
    } finally {
      const ended = once(holder, 'exit');
      holder.kill('SIGKILL');
      await ended;
    }
  });
});
