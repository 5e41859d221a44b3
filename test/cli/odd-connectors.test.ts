import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { HOST, hostEnv, runHost, type HostResult } from '../helpers/run-host.js';
import { connectorCode, inTempFolder, pluginFiles, readFiles } from '../helpers/temp-plugin.js';

/** Runs a connector whose class has these members, and gives what it left in its folder. */
function runOdd(
  members: string,
  args: readonly string[],
  manifest: object = {},
): Promise<HostResult & { files: Record<string, string> }> {
  return inTempFolder(
    pluginFiles('odd', { 'odd-one': { manifest, code: connectorCode(members) } }),
    async (cwd) => {
      const result = await runHost(args, { cwd });
      return { ...result, files: await readFiles(cwd) };
    },
  );
}

const RUN = ['run', 'odd-one', '--to', 'rows.csv', '--quiet'];

describe('a connector that', () => {
  it('ends the process fails the command', async () => {
    const { exitCode, stderr, files } = await runOdd(
      '*generateRows() { yield { a: 1 }; process.exit(0); }',
      RUN,
    );
    expect(exitCode).toBe(3);
    expect(stderr).toContain('error: the connector ended the process in the middle of the command\n');
    expect(files['rows.csv']).toBeUndefined();
  });

  it.each([RUN, RUN.slice(0, -1)])('waits for what can never come ends (%j)', async (...args) => {
    const members = 'async *generateRows() { yield { a: 1 }; await new Promise(() => {}); }';
    const { exitCode, stderr, files } = await runOdd(members, args);
    expect(exitCode).toBe(3);
    expect(stderr).toContain('error: the connector waits for something that can never come\n');
    expect(Object.keys(files).filter((name) => name.includes('rows.csv'))).toEqual([]);
  });

  it('yields one object again and again loses no row', async () => {
    const members =
      '*generateRows() { const row = {}; for (let i = 0; i < 3; i += 1) { row.i = i; yield row as never; } }';
    const { exitCode, files } = await runOdd(members.replace('= {}', ': any = {}'), RUN);
    expect(exitCode).toBe(0);
    expect(files['rows.csv']).toBe('i\n0\n1\n2\n');
  });

  it('fails when it is closed does not undo what was committed', async () => {
    const members = "*generateRows() { yield { a: 1 }; }\nclose() { throw new Error('too late'); }";
    const { exitCode, stdout, files } = await runOdd(members, [...RUN, '--json']);
    expect(exitCode).toBe(0);
    const report = JSON.parse(stdout) as { status: string; warnings: string[] };
    expect(report.status).toBe('succeeded');
    expect(report.warnings).toEqual([expect.stringContaining('too late')]);
    expect(files['rows.csv']).toBe('a\n1\n');
  });

  it('is written to and fails says how many rows it had', async () => {
    const members = `*generateRows() { yield Array.from({ length: 2500 }, (_, id) => ({ id })); }
      getWriter() { let n = 0; return { writeRow() { n += 1; if (n === 2400) throw new Error('full'); }, async close() {} }; }`;
    const args = ['run', 'odd-one', '--to', 'odd-one', '--quiet'];
    const { exitCode, stderr } = await runOdd(members, args, { writable: true });
    expect(exitCode).toBe(3);
    expect(stderr).toContain('  2,000 rows had been given to the target, which does not take them back.\n');
  });
});

it('a report that does not get out fails the command', () =>
  inTempFolder(
    pluginFiles('odd', { 'odd-one': { code: connectorCode('*generateRows() { yield { a: 1 }; }') } }),
    async (cwd) => {
      const command = `"${process.execPath}" -- "${HOST}" run odd-one --to rows.jsonl --json --quiet > /dev/full`;
      const { status, stderr } = spawnSync('sh', ['-c', command], { cwd, env: hostEnv(), encoding: 'utf8' });
      expect(stderr).toContain('TARGET_DISK_FULL');
      expect(status).toBe(6);
      expect(await readFile(join(cwd, 'rows.jsonl'), 'utf8')).toBe('{"a":1}\n');
    },
  ));
