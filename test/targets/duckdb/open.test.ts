import { describe, expect, it } from '@jest/globals';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckdbTarget } from '../../../src/targets/duckdb/duckdb-target.js';
import { runRows } from '../../../src/testing/run-rows.js';
import { DuckdbPlace } from '../../fixtures/duckdb-place.js';
import { tempFolders } from '../../fixtures/temp-folder.js';

const newFolder = tempFolders();

const HOLD = `
  const { DuckDBInstance } = require('@duckdb/node-api');
  DuckDBInstance.create(process.argv[1]).then(() => { console.log('held'); setInterval(() => {}, 1000); });`;

describe('opening a DuckDB database', () => {
  it.each([
    ['text', 'id,name\n'.repeat(1000)],
    ['a short text', 'x'],
  ])('that is %s leaves that file alone', async (_name, text) => {
    const file = join(await newFolder(), 'rows.duckdb');
    await writeFile(file, text);
    await expect(DuckdbTarget.open(file)).rejects.toMatchObject({
      name: 'TargetError',
      code: 'TARGET_NOT_A_DATABASE',
      exitCode: 6,
      message: `${file} exists but is not a DuckDB database`,
    });
    expect(await readFile(file, 'utf8')).toBe(text);
  });

  it('that is a folder is refused', async () => {
    const folder = await newFolder();
    await expect(DuckdbTarget.open(folder)).rejects.toMatchObject({
      name: 'TargetError',
      code: 'TARGET_UNWRITABLE',
      message: `"${folder}" is a folder, not a file`,
    });
  });

  it('that is a pipe is refused at once', async () => {
    const pipe = join(await newFolder(), 'rows.duckdb');
    execFileSync('mkfifo', [pipe]);
    await expect(DuckdbTarget.open(pipe)).rejects.toMatchObject({
      name: 'TargetError',
      code: 'TARGET_UNWRITABLE',
      message: `"${pipe}" is a device or pipe, not a file`,
    });
  });

  it('in a folder that does not exist is refused and makes none', async () => {
    const folder = await newFolder();
    const file = join(folder, 'missing', 'rows.duckdb');
    await expect(DuckdbTarget.open(file)).rejects.toMatchObject({
      code: 'TARGET_UNWRITABLE',
      message: `the folder "${join(folder, 'missing')}" does not exist`,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('below a file is refused', async () => {
    const file = join(await newFolder(), 'file');
    await writeFile(file, '');
    await expect(DuckdbTarget.open(join(file, 'rows.duckdb'))).rejects.toMatchObject({
      code: 'TARGET_UNWRITABLE',
      message: `"${file}" is not a folder`,
    });
  });

  it('that another process holds names that process', async () => {
    const place = new DuckdbPlace(await newFolder());
    const holder = spawn(process.execPath, ['-e', HOLD, place.file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      await once(holder.stdout, 'data');
      await expect(DuckdbTarget.open(place.file)).rejects.toMatchObject({
        name: 'TransientError',
        code: 'TARGET_BUSY',
        exitCode: 75,
        message: expect.stringMatching(
          new RegExp(`^${place.file} is in use by process ${holder.pid} \\(\\S*node\\S*\\)$`),
        ),
      });
    } finally {
      const ended = once(holder, 'exit');
      holder.kill('SIGKILL');
      await ended;
    }
    expect((await place.run({ rows: [{ n: 1 }] })).error).toBeUndefined();
  });

  it('by a link opens what the link leads to', async () => {
    const folder = await newFolder();
    const place = new DuckdbPlace(folder);
    await place.run({ rows: [{ n: 1 }] });
    await mkdir(join(folder, 'links'));
    await symlink(place.file, join(folder, 'links', 'rows.duckdb'));
    await new DuckdbPlace(join(folder, 'links'), 'rows.duckdb').run({ rows: [{ n: 2 }], mode: 'append' });
    expect(await place.query('SELECT n FROM rows ORDER BY n')).toEqual([['1'], ['2']]);
  });
});

describe('a link to a database that is not there yet', () => {
  it('is followed, by runs that fail and by runs that succeed', async () => {
    const folder = await newFolder();
    await mkdir(join(folder, 'data'));
    const link = join(folder, 'rows.duckdb');
    await symlink(join('data', 'real.duckdb'), link);
    await (await DuckdbTarget.open(link)).close();
    expect(await readdir(join(folder, 'data'))).toEqual([]);
    expect((await new DuckdbPlace(folder, 'rows.duckdb').run({ rows: [{ n: 1 }] })).error).toBeUndefined();
    expect((await lstat(link)).isSymbolicLink()).toBe(true);
    expect(await new DuckdbPlace(join(folder, 'data'), 'real.duckdb').query('SELECT n FROM rows')).toEqual([
      ['1'],
    ]);
  });
});

describe('the file of a first run', () => {
  const failing = {
    rows: function* (): Generator<object[]> {
      yield Array.from({ length: 25_000 }, (_, n) => ({ n, text: 'x'.repeat(100) }));
      throw new Error('the source broke');
    } as never,
  };

  it('that failed has nothing but its record', async () => {
    const place = new DuckdbPlace(await newFolder());
    expect((await place.run(failing)).error?.code).toBe('CONNECTOR_FAILED');
    expect(await readdir(place.folder)).toEqual(['warehouse.duckdb']);
    const tables = `SELECT table_name FROM duckdb_tables() WHERE NOT temporary ORDER BY 1`;
    expect(await place.query(tables)).toEqual([
      ['_host_batches'],
      ['_host_meta'],
      ['_host_partitions'],
      ['_host_rejected_rows'],
      ['_host_runs'],
      ['_host_state'],
      ['_host_state_history'],
      ['_host_tables'],
    ]);
    const runs = 'SELECT pipeline, status, code, rows_read, rows_written, commits FROM _host_runs';
    expect(await place.query(runs)).toEqual([['test.rows', 'failed', 'CONNECTOR_FAILED', '25000', '0', '0']]);
    expect(await place.query('SELECT version, state FROM _host_state')).toEqual([['0', null]]);
    expect(await place.query('SELECT * FROM _host_tables')).toEqual([]);
  });

  it('that came to no run is gone', async () => {
    const place = new DuckdbPlace(await newFolder());
    await (await DuckdbTarget.open(place.file)).close();
    expect(await readdir(place.folder)).toEqual([]);
  });

  it('stays where a run before it succeeded', async () => {
    const place = new DuckdbPlace(await newFolder());
    await place.run({ rows: [{ n: 1 }] });
    await place.run(failing);
    expect(await readdir(place.folder)).toEqual(['warehouse.duckdb']);
    expect(await place.query('SELECT n FROM rows')).toEqual([['1']]);
  });

  it('stays where another target of this process has written to it meanwhile', async () => {
    const place = new DuckdbPlace(await newFolder());
    const first = await DuckdbTarget.open(place.file);
    const second = await DuckdbTarget.open(place.file);
    await runRows({ target: second, rows: [{ n: 1 }] });
    await second.close();
    await first.close();
    expect(await place.query('SELECT n FROM rows')).toEqual([['1']]);
  });
});
