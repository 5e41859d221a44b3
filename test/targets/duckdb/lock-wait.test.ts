import { afterEach, describe, expect, it } from '@jest/globals';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { AbortError } from '../../../src/sdk/errors.js';
import { DuckdbTarget } from '../../../src/targets/duckdb/duckdb-target.js';
import { tempFolders } from '../../fixtures/temp-folder.js';

const newFolder = tempFolders();

/** Opens a database and keeps it. */
const HOLD = `
  const { DuckDBInstance } = require('@duckdb/node-api');
  DuckDBInstance.create(process.argv[1]).then(() => { console.log('held'); setInterval(() => undefined, 1000); });`;

let holder: ChildProcess | undefined;
afterEach(() => end());

async function hold(file: string): Promise<void> {
  const started = spawn(process.execPath, ['-e', HOLD, file], { stdio: ['ignore', 'pipe', 'inherit'] });
  holder = started;
  await once(started.stdout, 'data');
}

async function end(): Promise<void> {
  if (!holder || holder.exitCode !== null || holder.signalCode !== null) return;
  const ended = once(holder, 'exit');
  holder.kill('SIGKILL');
  await ended;
}

describe('a database that another process holds', () => {
  it('is opened as soon as it is free, and the holder named once', async () => {
    const file = join(await newFolder(), 'w.duckdb');
    await hold(file);
    const waits: string[] = [];
    const opening = DuckdbTarget.open(file, {
      lockTimeoutMs: 10_000,
      onWait: ({ message }) => waits.push(message),
    });
    await new Promise((resolve) => setTimeout(resolve, 500));
    const pid = holder?.pid;
    await end();
    await (await opening).close();
    expect(waits).toEqual([expect.stringContaining(`is in use by process ${pid} `)]);
  });

  it('is given up when the time is over', async () => {
    const file = join(await newFolder(), 'w.duckdb');
    await hold(file);
    const startedAt = performance.now();
    await expect(DuckdbTarget.open(file, { lockTimeoutMs: 500 })).rejects.toMatchObject({
      code: 'TARGET_BUSY',
      exitCode: 75,
    });
    const waited = performance.now() - startedAt;
    expect(waited).toBeGreaterThan(490);
    expect(waited).toBeLessThan(3000);
  });

  it('is given up at once when the command is stopped', async () => {
    const file = join(await newFolder(), 'w.duckdb');
    await hold(file);
    const controller = new AbortController();
    const reason = new AbortError('SIGINT');
    const opening = DuckdbTarget.open(file, {
      lockTimeoutMs: 20_000,
      onWait: () => setTimeout(() => controller.abort(reason), 50),
      signal: controller.signal,
    });
    const startedAt = performance.now();
    await expect(opening).rejects.toBe(reason);
    expect(performance.now() - startedAt).toBeLessThan(1000);
  });
});
