import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { AbortError } from '../../../src/sdk/errors.js';
import { StdoutTarget } from '../../../src/targets/stdout/stdout-target.js';
import { addColumns, declared, inferred, load, openOne, targetRun } from '../files/fixture.js';
import { FINAL_COMMIT } from '../../fixtures/final-commit.js';

const columns = [declared('day', 'date'), inferred('x')];

async function written(work: (output: Writable) => Promise<void>): Promise<string> {
  const output = new PassThrough();
  const all = text(output);
  await work(output);
  output.end();
  return all;
}

test('NDJSON: rows as they come, in both modes', async () => {
  for (const mode of ['overwrite', 'append'] as const) {
    const rows = [{ day: '2026-11-21T00:00:00Z', x: 2n ** 60n }, {}];
    expect(await written((output) => load(new StdoutTarget(output), columns, rows, mode))).toBe(
      '{"day":"2026-11-21","x":1152921504606846976}\n{}\n',
    );
  }
});

test('CSV: the header comes with the first batch and knows its columns', async () => {
  const out = await written(async (output) => {
    const { session, table } = await openOne(new StdoutTarget(output, 'csv'), []);
    const before = await addColumns(table, [], ['a']);
    const both = await addColumns(table, before, ['b']);
    await table.write({ rows: [{ b: 'x,y', a: '' }, { a: null }], firstRow: 1 });
    await table.alter({ columns: both, added: [], retyped: [{ name: 'a', from: 'bigint', to: 'string' }] });
    await expect(addColumns(table, both, ['late'])).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'SCHEMA_CONFLICT',
      message: 'column "late" appeared after the CSV header was written to stdout',
      action: 'Use --format ndjson, or write to a file with --to.',
    });
    await session.rollback();
    expect(session.bytes).toBe(15);
  });
  expect(out).toBe('a,b\n"","x,y"\n,\n');
});

test('CSV without rows is a header, without columns nothing', async () => {
  expect(await written((output) => load(new StdoutTarget(output, 'csv'), columns, []))).toBe('day,x\n');
  expect(await written((output) => load(new StdoutTarget(output, 'csv'), [], []))).toBe('');
});

test('a slow reader holds the writer back', async () => {
  let taken = 0;
  const slow = new Writable({
    highWaterMark: 1024,
    write: (chunk: Buffer, _encoding, done) => {
      setTimeout(() => {
        taken += chunk.length;
        done();
      }, 5);
    },
  });
  const { session, table } = await openOne(new StdoutTarget(slow), [inferred('x')]);
  for (let n = 0; n < 10; n += 1) {
    await table.write({ rows: Array.from({ length: 700 }, () => ({ x: 'y'.repeat(100) })), firstRow: 1 });
    expect(slow.writableLength).toBe(0);
    expect(taken).toBe(session.bytes);
  }
  await session.commit(FINAL_COMMIT);
});

test('a stopped run does not wait for a reader that reads no more', async () => {
  const stuck = new Writable({ write: () => undefined });
  const stop = new AbortController();
  const { session, table } = await openOne(
    new StdoutTarget(stuck),
    columns,
    'overwrite',
    targetRun(stop.signal),
  );
  const writing = table.write({ rows: [{ x: 1 }], firstRow: 1 });
  stop.abort(new AbortError('SIGINT'));
  await expect(writing).rejects.toMatchObject({ name: 'AbortError', reason: 'SIGINT' });
  await session.rollback();
});

test('a stream that fails is a TargetError, one that was closed an AbortError', async () => {
  const full = Object.assign(new Error('write'), { code: 'ENOSPC' });
  const failing = new Writable({ write: (_chunk, _encoding, done) => done(full) });
  await expect(load(new StdoutTarget(failing), columns, [{ x: 1 }])).rejects.toMatchObject({
    code: 'TARGET_DISK_FULL',
  });
  const closed = new PassThrough();
  closed.destroy();
  await expect(load(new StdoutTarget(closed), columns, [{ x: 1 }])).rejects.toMatchObject({
    reason: 'output-closed',
    exitCode: 0,
  });
});

/** A process that writes rows to its own stdout for ever, and says on stderr how many and how it ended. */
function spawnWriter(): ChildProcess {
  const target = pathToFileURL(resolve('src/targets/stdout/stdout-target.ts')).href;
  const script = `
    const { createJiti } = await import('jiti');
    const { StdoutTarget } = await createJiti(process.cwd() + '/').import(${JSON.stringify(target)});
    const column = { name: 'x', type: 'bigint', declared: false, nullable: true };
    const run = { runId: 'r', pipeline: 'p', signal: new AbortController().signal };
    const session = await new StdoutTarget(process.stdout).begin(run);
    const table = await session.openTable({ name: 't', mode: 'overwrite', columns: [column], primaryKey: [] });
    const timer = setInterval(() => process.stderr.write('alive ' + process.memoryUsage().rss + '\\n'), 50);
    try {
      for (let n = 0; ; n += 1000) {
        await table.write({ rows: Array.from({ length: 1000 }, (_, i) => ({ x: n + i })), firstRow: n + 1 });
        await new Promise(setImmediate);
      }
    } catch (error) {
      process.stderr.write('ended ' + error.reason + ' ' + error.exitCode + '\\n');
      process.exitCode = error.exitCode;
    }
    clearInterval(timer);`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

test('a pipe: rows in order, flat memory under a slow reader, a quiet end when it leaves', async () => {
  const child = spawnWriter();
  try {
    const log = text(child.stderr as NodeJS.ReadableStream & AsyncIterable<string>);
    let received = '';
    for await (const chunk of child.stdout as AsyncIterable<Buffer>) {
      received += chunk.toString();
      await new Promise((done) => setTimeout(done, 10));
      if (received.length > 2_000_000) break;
    }
    const lines = received.split('\n').slice(0, -1);
    expect(lines).toEqual(lines.map((_, i) => `{"x":${i}}`));
    const [code] = (await once(child, 'exit')) as [number | null];
    expect(code).toBe(0);
    const said = (await log).trim().split('\n');
    expect(said.at(-1)).toBe('ended output-closed 0');
    expect(said.slice(0, -1).filter((line) => !line.startsWith('alive '))).toEqual([]);
  } finally {
    child.kill('SIGKILL');
  }
});
