import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DuckdbTarget } from '../../src/targets/duckdb/duckdb-target.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { tempFolders } from '../fixtures/temp-folder.js';
import { runHost } from '../helpers/run-host.js';
import { connectorCode, pluginFiles, writeFiles } from '../helpers/temp-plugin.js';

const newFolder = tempFolders();
const children: ChildProcess[] = [];
afterEach(() => children.splice(0).forEach((child) => child.kill('SIGKILL')));

/** A run in a process of its own that stands still at a place until SIGCONT. */
async function startStopped(file: string, place: string): Promise<ChildProcess> {
  const job = { file, run: 'stopped', scenario: 'sync', salt: 1 };
  const child = spawn(process.execPath, [join(__dirname, 'run-pipeline.mjs'), JSON.stringify(job)], {
    env: { PATH: process.env.PATH, CONNECTOR_HOST_STOP_AT: place },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  children.push(child);
  for (let tries = 0; tries < 1000; tries += 1) {
    const text = await readFile(`/proc/${child.pid}/stat`, 'utf8');
    if (text.slice(text.lastIndexOf(')') + 2).startsWith('T')) return child;
    await sleep(10);
  }
  throw new Error(`the run did not come to ${place}`);
}

describe('a database that another process writes', () => {
  it.each(['duckdb.after-claim', 'duckdb.before-commit:3'])(
    'is refused while that one stands still at %s, and whole when it has ended',
    async (at) => {
      const place = new DuckdbPlace(await newFolder());
      const child = await startStopped(place.file, at);
      await expect(DuckdbTarget.open(place.file)).rejects.toMatchObject({
        name: 'TransientError',
        code: 'TARGET_BUSY',
        exitCode: 75,
        message: expect.stringContaining(`is in use by process ${child.pid}`),
      });
      child.kill('SIGCONT');
      expect(await once(child, 'exit')).toEqual([0, null]);
      expect(await place.query('SELECT run, status FROM _host_runs')).toEqual([['stopped', 'succeeded']]);
      const [[state] = []] = await place.query('SELECT state FROM _host_state');
      expect(JSON.parse(state as string)).toEqual({ step: 9, salt: 1 });
    },
  );

  it('ends the second command with 75, and the first is not disturbed', async () => {
    const place = new DuckdbPlace(await newFolder());
    const code = connectorCode('  *generateRows() { yield { n: 1 }; }');
    await writeFiles(place.folder, pluginFiles('p', { 'p-rows': { code } }));
    const child = await startStopped(place.file, 'duckdb.after-claim');
    const second = await runHost(['run', 'p-rows', '--to', 'warehouse.duckdb', '--lock-timeout', '0'], {
      cwd: place.folder,
    });
    expect([second.exitCode, second.stdout]).toEqual([75, '']);
    expect(second.stderr).toContain(`warehouse.duckdb is in use by process ${child.pid}`);
    child.kill('SIGCONT');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(await place.query('SELECT pipeline FROM _host_runs')).toEqual([['crash']]);
  });
});
