import { describe, expect, it } from '@jest/globals';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runHost, startHost } from '../helpers/run-host.js';
import { connectorCode, inTempFolder, pluginFiles, readFiles, writeFiles } from '../helpers/temp-plugin.js';
import { readDuckdb } from '../helpers/read-duckdb.js';
import { WarmHost } from '../helpers/warm-host.js';
import { readHistory } from '../helpers/read-history.js';

const host = new WarmHost();
const STACK = /^\s+at /m;
/** Enough for several batches, none of which may be seen. */
const ROWS_BEFORE_FAILURE = 25_000;

const FILES = pluginFiles('bad', {
  'bad-late': {
    code: connectorCode(`
  *generateRows() {
    for (let id = 0; id < ${ROWS_BEFORE_FAILURE}; id += 1) yield { id, text: 'new '.repeat(10) };
    yield null as never;
  }`),
  },
  'bad-large': {
    code: connectorCode(`
  *generateRows() {
    for (let id = 0; id < 200_000; id += 1) yield { id, text: String(id * 7919).repeat(20) };
  }`),
  },
  'bad-few': { code: connectorCode(`  *generateRows() { yield [{ id: 1 }, { id: 2 }]; }`) },
  'bad-endless': {
    code: connectorCode(`
  async *generateRows({ signal }: { signal: AbortSignal }) {
    yield { id: 1 };
    // Something that may still come, unlike a promise that nothing resolves.
    const timer = setInterval(() => undefined, 1000);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    clearInterval(timer);
  }`),
  },
});

/** What is there besides the history of pipelines, which every run writes. */
function withoutHistory(files: Record<string, string>): string[] {
  return Object.keys(files).filter((file) => !file.startsWith('.host/'));
}

describe('a run that fails after several batches', () => {
  const targets = ['rows.csv', 'rows.jsonl'];

  it.each(targets)('leaves nothing where %s was not', (to) =>
    inTempFolder(FILES, async (cwd) => {
      expect((await host.run(['run', 'bad-late', '--to', to], { cwd })).exitCode).toBe(3);
      expect(withoutHistory(await readFiles(cwd)).sort()).toEqual(Object.keys(FILES).sort());
    }),
  );

  it('leaves nothing but its record in a database that was not', () =>
    inTempFolder(FILES, async (cwd) => {
      expect((await host.run(['run', 'bad-late', '--to', 'rows.duckdb'], { cwd })).exitCode).toBe(3);
      expect(withoutHistory(await readFiles(cwd)).sort()).toEqual(
        [...Object.keys(FILES), 'rows.duckdb'].sort(),
      );
      expect(await readHistory(join(cwd, 'rows.duckdb'))).toEqual({
        tables: [],
        runs: ['failed EMISSION_INVALID'],
        messages: [expect.stringContaining(`row ${ROWS_BEFORE_FAILURE + 1}`)],
      });
    }));

  it.each([
    { to: 'rows.csv', old: 'id,text\n0,old\n' },
    { to: 'rows.jsonl', old: '{"id":0,"text":"old"}\n' },
  ])('leaves $to as it was', ({ to, old }) =>
    inTempFolder({ ...FILES, [to]: old }, async (cwd) => {
      for (const mode of ['overwrite', 'append']) {
        expect((await host.run(['run', 'bad-late', '--to', to, '--mode', mode], { cwd })).exitCode).toBe(3);
        expect((await readFiles(cwd))[to]).toBe(old);
      }
    }),
  );

  it('leaves the rows in a database as they were', () =>
    inTempFolder(FILES, async (cwd) => {
      const args = ['--to', 'rows.duckdb', '--table', 'rows'];
      expect((await host.run(['run', 'bad-few', ...args], { cwd })).exitCode).toBe(0);
      for (const mode of ['overwrite', 'append']) {
        expect((await host.run(['run', 'bad-late', ...args, '--mode', mode], { cwd })).exitCode).toBe(3);
      }
      const after = Object.keys(await readFiles(cwd)).filter((file) => file.startsWith('rows'));
      expect(after).toEqual(['rows.duckdb']);
      expect(await readDuckdb(join(cwd, 'rows.duckdb'), 'rows')).toEqual([{ id: '1' }, { id: '2' }]);
    }));
});

describe('a full disk, made of a tmpfs (where that may not be mounted, only this is checked)', () => {
  it.each(['rows.csv', 'rows.jsonl', 'rows.duckdb'])('ends a run into %s and leaves nothing', (to) =>
    onSmallDisk(async (cwd, disk) => {
      const { exitCode, stderr, stdout } = await runHost(['run', 'bad-large', '--to', `disk/${to}`], { cwd });
      // On a slow machine, lines of progress come before it.
      expect(stderr.replaceAll(/^.* rows?\/s, .*\n/gm, '')).toMatch(/^error: .*no space.*left/);
      expect(stderr).toContain('TARGET_DISK_FULL');
      expect(stderr).not.toMatch(STACK);
      expect(stdout).toBe('');
      expect(exitCode).toBe(6);
      if (to === 'rows.duckdb') expect((await readHistory(join(disk, to)))?.tables).toEqual([]);
      expect(Object.keys(await readFiles(disk))).toEqual(to === 'rows.duckdb' ? [to] : []);
    }),
  );

  it('leaves a file as it was', () =>
    onSmallDisk(async (cwd, disk) => {
      await writeFiles(disk, { 'rows.csv': 'id\n0\n' });
      expect((await runHost(['run', 'bad-large', '--to', 'disk/rows.csv'], { cwd })).exitCode).toBe(6);
      expect(await readFiles(disk)).toEqual({ 'rows.csv': 'id\n0\n' });
    }));
});

it('a database that another process holds is named with that process', () =>
  inTempFolder(FILES, async (cwd) => {
    const holder = startHost(['run', 'bad-endless', '--to', 'rows.duckdb', '--verbose'], { cwd });
    try {
      // Files beside it come and go meanwhile.
      await waitFor(() => existsSync(join(cwd, 'rows.duckdb')));
      const { exitCode, stderr, stdout } = await runHost(
        ['run', 'bad-few', '--to', 'rows.duckdb', '--lock-timeout', '0'],
        { cwd },
      );
      expect(stderr).toContain(`error: rows.duckdb is in use by process ${holder.process.pid} (`);
      expect(stderr).toContain('TARGET_BUSY');
      expect(stderr).not.toMatch(STACK);
      expect(stdout).toBe('');
      expect(exitCode).toBe(75);
    } finally {
      holder.process.kill('SIGTERM');
      await holder.ended;
    }
    // The one that was refused did not come so far as to be recorded.
    expect(await readHistory(join(cwd, 'rows.duckdb'))).toMatchObject({
      tables: [],
      runs: ['aborted ABORTED'],
    });
    expect(withoutHistory(await readFiles(cwd)).sort()).toEqual(
      [...Object.keys(FILES), 'rows.duckdb'].sort(),
    );
  }));

/** Gives the work a disk of 2 MB at `disk/`. A user who may not mount one gets the assertion that it was so. */
function onSmallDisk(work: (cwd: string, disk: string) => Promise<void>): Promise<void> {
  return inTempFolder(FILES, async (cwd) => {
    const disk = join(cwd, 'disk');
    await mkdir(disk);
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', disk], {
      encoding: 'utf8',
    });
    if (status !== 0) {
      expect(stderr).toMatch(/permission denied|not permitted|superuser|unknown file ?system/i);
      return;
    }
    try {
      await work(cwd, disk);
    } finally {
      execFileSync('umount', [disk]);
    }
  });
}

async function waitFor(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 50));
}
