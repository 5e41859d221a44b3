import { describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckdbPlace } from '../../fixtures/duckdb-place.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { startHost } from '../../helpers/run-host.js';
import { connectorCode, pluginFiles, writeFiles } from '../../helpers/temp-plugin.js';

const newFolder = tempFolders();

describe('kill -9 in the middle of a run', () => {
  it.each(['overwrite', 'append'] as const)('leaves the old table: %s', async (mode) => {
    const place = new DuckdbPlace(await newFolder());
    const code = connectorCode(`
  async *generateRows() {
    yield Array.from({ length: 300_000 }, (_, n) => ({ n, text: 'new '.repeat(20) }));
    console.error('all rows are given');
    await new Promise(() => setInterval(() => undefined, 1000));
  }`);
    await writeFiles(place.folder, pluginFiles('p', { 'p-hanging': { code } }));
    await place.run({ rows: [{ n: 1, text: 'old' }] });
    const args = ['run', 'p-hanging', '--to', 'warehouse.duckdb', '--table', 'rows', '--mode', mode];
    const host = startHost(args, { cwd: place.folder });
    await host.until('stderr', /all rows are given/);
    host.process.kill('SIGKILL');
    expect((await host.ended).exitCode).toBeNull();
    expect(await place.query('SELECT * FROM rows')).toEqual([['1', 'old']]);
    const next = await place.run({ mode, rows: [{ n: 2, text: 'next' }] });
    expect(next.error).toBeUndefined();
    expect(await place.query('SELECT n FROM rows ORDER BY n')).toEqual(
      mode === 'append' ? [['1'], ['2']] : [['2']],
    );
    expect(await place.query(`SELECT table_name FROM duckdb_tables() ORDER BY 1`)).toEqual([
      ['_host_batches'],
      ['_host_meta'],
      ['_host_partitions'],
      ['_host_rejected_rows'],
      ['_host_runs'],
      ['_host_state'],
      ['_host_state_history'],
      ['_host_tables'],
      ['rows'],
    ]);
    // The one that was killed had no time to say how it ended.
    expect(await place.query(`SELECT pipeline, status FROM _host_runs ORDER BY started_at`)).toEqual([
      ['test.rows', 'succeeded'],
      ['p-hanging.rows', 'running'],
      ['test.rows', 'succeeded'],
    ]);
  });
});

/** Whether this process may mount a file system of its own. */
function canMount(): boolean {
  const command = 'd=$(mktemp -d) && mount -t tmpfs -o size=1m none "$d" && umount "$d" && rmdir "$d"';
  return spawnSync('sh', ['-c', command]).status === 0;
}

describe('a full disk', () => {
  const large = function* (): Generator<object[]> {
    for (let page = 0; page < 200; page += 1) {
      yield Array.from({ length: 1000 }, (_, n) => ({
        n,
        text: String((page * 1000 + n) * 7919).repeat(30),
      }));
    }
  };

  if (canMount()) {
    it('ends the run, says so, and leaves the old table', async () => {
      const disk = join(await newFolder(), 'disk');
      mkdirSync(disk);
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'none', disk]);
      try {
        const place = new DuckdbPlace(disk);
        await place.run({ rows: [{ n: 1 }] });
        for (const mode of ['overwrite', 'append'] as const) {
          const { error, report } = await place.run({ mode, rows: large as never });
          expect(error).toMatchObject({
            name: 'TargetError',
            code: 'TARGET_DISK_FULL',
            message: `no space is left on the disk of ${place.file}`,
          });
          expect([report.status, report.rowsWritten]).toEqual(['failed', 0]);
          expect(await place.query('SELECT n FROM rows')).toEqual([['1']]);
        }
        expect(await readdir(disk)).toEqual(['warehouse.duckdb']);
      } finally {
        execFileSync('umount', [disk]);
      }
    });
  } else {
    it('cannot be tried where nothing may be mounted; a device that is always full is refused as a database', async () => {
      const place = new DuckdbPlace('/dev', 'full');
      await expect(place.run({ rows: [{ n: 1 }] })).rejects.toMatchObject({ name: 'TargetError' });
    });
  }
});
