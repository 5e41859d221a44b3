import { describe, expect, it } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Emission } from '../../src/sdk/connector.js';
import {
  AbortError,
  AuthError,
  ConfigError,
  ConnectorError,
  RowError,
  TransientError,
  type HostError,
} from '../../src/sdk/errors.js';
import { op, type State } from '../../src/sdk/operations.js';
import type { ReadSchema } from '../../src/sdk/schema.js';
import { retryDelay } from '../../src/sync/retry-delay.js';
import { StdoutTarget } from '../../src/targets/stdout/stdout-target.js';
import { runRows } from '../../src/testing/run-rows.js';
import { DuckdbPlace } from '../fixtures/duckdb-place.js';
import { Source } from '../fixtures/source.js';
import { tempFolders } from '../fixtures/temp-folder.js';
import { WatchedTarget } from '../fixtures/watched-target.js';

const newFolder = tempFolders();
/** A commit at each checkpoint. */
const EACH = { seconds: 0, rows: 0 };
const busy = (): TransientError => new TransientError('the API is busy', { code: 'SOURCE_UNAVAILABLE' });

/**
 * Rows 1 to 10 in order, with a checkpoint after each second one; fails in front of the rows named, once for each time
 * that they are named.
 */
function failing(failBefore: number[], schema: ReadSchema, emit: (n: number) => Emission): FailingSource {
  const states: State[] = [];
  const open = [...failBefore];
  const source = new Source(schema, async function* ({ state }) {
    states.push(state);
    for (let n = Number(state['n'] ?? 0) + 1; n <= 10; n += 1) {
      if (open.includes(n)) {
        open.splice(open.indexOf(n), 1);
        throw busy();
      }
      yield emit(n);
      if (n % 2 === 0) yield op.checkpoint({ n });
    }
  });
  return Object.assign(source, { states });
}

type FailingSource = Source & { readonly states: State[] };

const ALL = Array.from({ length: 10 }, (_, n) => [String(n + 1)]);
const KEYLESS: ReadSchema = { columns: [{ name: 'n', type: 'int' }], incremental: true };
const asRow = (n: number): Emission => ({ n });

describe('a TransientError of the source', () => {
  it.each<[string, ReadSchema, (n: number) => Emission]>([
    ['plain rows without a key', KEYLESS, asRow],
    [
      'operations on a declared table without a key',
      { tables: [{ name: 'rows' }] },
      (n) => op.upsert('rows', { n }),
    ],
    [
      'operations on a table with a key',
      { tables: [{ name: 'rows', primaryKey: ['n'] }] },
      (n) => op.upsert('rows', { n }),
    ],
    ['operations on a table that is not declared', null, (n) => op.upsert('rows', { n })],
  ])('has the read go on from the last commit, and no row is doubled: %s', async (_name, schema, emit) => {
    const place = new DuckdbPlace(await newFolder());
    const connector = failing([6, 8], schema, emit);
    const { error, report } = await place.run({
      connector,
      options: { mode: undefined, retries: 1, commitEvery: EACH },
    });
    expect(error).toBeUndefined();
    expect(connector.states).toEqual([{}, { n: 4 }, { n: 6 }]);
    expect(await place.query('SELECT n FROM rows ORDER BY n')).toEqual(ALL);
    expect([report.rowsRead, report.rowsWritten, report.commits, report.stateVersion]).toEqual([
      10, 10, 6, 6,
    ]);
    expect(report.tables.map(({ rows }) => rows)).toEqual([10]);
    expect(report.warnings).toEqual([
      expect.stringMatching(
        /^the source had a passing fault, and was read on after \d\.\d s: the API is busy$/,
      ),
      expect.stringMatching(/^the source had a passing fault/),
    ]);
    expect(await place.query('SELECT state FROM _host_state')).toEqual([['{"n":10}']]);
    expect(await place.query('SELECT status, rows_written FROM _host_runs')).toEqual([['succeeded', '10']]);
  });

  it('has an overwrite begin again: what came before it is gone', async () => {
    const place = new DuckdbPlace(await newFolder());
    await place.run({ rows: [{ n: 0 }] });
    const connector = failing([9], { columns: [{ name: 'n', type: 'int' }] }, asRow);
    const { error, report } = await place.run({
      connector,
      mode: 'overwrite',
      options: { retries: 1, commitEvery: EACH },
    });
    expect(error).toBeUndefined();
    expect(connector.states).toEqual([{}, {}]);
    expect(await place.query('SELECT n FROM rows ORDER BY n')).toEqual(ALL);
    expect([report.rowsRead, report.rowsWritten, report.commits]).toEqual([10, 10, 1]);
    expect(
      await place.query(`SELECT table_name FROM duckdb_tables() WHERE table_name LIKE '%shadow%'`),
    ).toEqual([]);
  });

  it('does not count rows that were given up towards the limit', async () => {
    const place = new DuckdbPlace(await newFolder());
    const connector = failing([4], KEYLESS, asRow);
    const { error, report } = await place.run({
      connector,
      mode: 'overwrite',
      limit: 5,
      options: { retries: 1 },
    });
    expect([error, report.rowsRead]).toEqual([undefined, 5]);
    expect(await place.query('SELECT n FROM rows ORDER BY n')).toEqual(ALL.slice(0, 5));
  });

  it('ends the run after so many reads without a commit in between', async () => {
    const place = new DuckdbPlace(await newFolder());
    const connector = failing([5, 5, 5, 5], KEYLESS, asRow);
    const { error, report } = await place.run({
      connector,
      options: { mode: undefined, retries: 2, commitEvery: EACH },
    });
    expect(error).toMatchObject({ name: 'TransientError', code: 'SOURCE_UNAVAILABLE', exitCode: 75 });
    expect(connector.states).toEqual([{}, { n: 4 }, { n: 4 }]);
    // What was committed stays, and the next run goes on from there.
    expect([report.rowsWritten, report.commits]).toEqual([4, 2]);
    expect(await place.query('SELECT n FROM rows ORDER BY n')).toEqual(ALL.slice(0, 4));
    expect(await place.query('SELECT status, code, rows_written FROM _host_runs')).toEqual([
      ['failed', 'SOURCE_UNAVAILABLE', '4'],
    ]);
    const next = await place.run({ connector, options: { mode: undefined, retries: 1, commitEvery: EACH } });
    expect(next.error).toBeUndefined();
    expect(await place.query('SELECT n FROM rows ORDER BY n')).toEqual(ALL);
  });

  it('ends the run at once where nobody asked for retries', async () => {
    const connector = failing([5], KEYLESS, asRow);
    const { error } = await new DuckdbPlace(await newFolder()).run({
      connector,
      options: { mode: undefined },
    });
    expect([error?.code, connector.states]).toEqual(['SOURCE_UNAVAILABLE', [{}]]);
  });

  it.each<HostError | TypeError>([
    new ConfigError('wrong'),
    new ConnectorError('broken'),
    new AuthError('refused'),
    new RowError('bad'),
    new AbortError('SIGTERM'),
    new TypeError('odd'),
  ])('is the only one that is tried again: %s is not', async (thrown) => {
    let reads = 0;
    const connector = new Source(null, () => {
      reads += 1;
      throw thrown;
    });
    const { error } = await new DuckdbPlace(await newFolder()).run({ connector, options: { retries: 3 } });
    expect([error?.name, reads]).toEqual([thrown instanceof TypeError ? 'ConnectorError' : thrown.name, 1]);
  });

  it('that comes from the target ends the run: only the source is read again', async () => {
    let writes = 0;
    const target = new WatchedTarget({
      before: (step) => {
        if (step !== 'write') return;
        writes += 1;
        throw busy();
      },
    });
    const { error } = await runRows({ target, rows: [{ n: 1 }], options: { retries: 3 } });
    expect([error?.code, writes]).toEqual(['SOURCE_UNAVAILABLE', 1]);
  });

  it('waits no longer when the run is stopped', async () => {
    const stop = new AbortController();
    const connector = new Source(null, () => {
      throw new TransientError('later', { retryAfter: 3600 });
    });
    const place = new DuckdbPlace(await newFolder());
    const running = place.run({ connector, options: { retries: 3 }, signal: stop.signal });
    await sleep(300);
    const stoppedAt = performance.now();
    stop.abort(new AbortError('SIGINT'));
    expect((await running).error?.exitCode).toBe(130);
    expect(performance.now() - stoppedAt).toBeLessThan(2000);
  });
});

describe('on stdout, which takes nothing back', () => {
  async function toStdout(
    connector: Source,
    format: 'ndjson' | 'csv' = 'ndjson',
  ): Promise<{ out: string; code: string | undefined }> {
    const stream = new PassThrough();
    const out = text(stream);
    const { error } = await runRows({
      target: new StdoutTarget(stream, format),
      connector,
      options: { retries: 1 },
    });
    stream.end();
    return { out: await out, code: error?.code };
  }

  it('a source is read again while nothing is out', async () => {
    expect(await toStdout(failing([1], KEYLESS, asRow))).toEqual({
      out: ALL.map(([n]) => `{"n":${n}}\n`).join(''),
      code: undefined,
    });
    expect(await toStdout(failing([1], KEYLESS, asRow), 'csv')).toEqual({
      out: ['n', ...ALL.map(([n]) => n), ''].join('\n'),
      code: undefined,
    });
  });

  it('but not after the first byte', async () => {
    const late = new Source(KEYLESS, async function* () {
      yield { n: 1 };
      // Longer than rows may wait for others.
      await sleep(600);
      throw busy();
    });
    expect(await toStdout(late)).toEqual({ out: '{"n":1}\n', code: 'SOURCE_UNAVAILABLE' });
  });

  it('nor while the first batch is on its way', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const target = new WatchedTarget({
      before: (step) => (step === 'write' ? held : undefined),
      capabilities: { transactional: false, batchRows: 2 },
    });
    let reads = 0;
    const connector = new Source(null, async function* () {
      reads += 1;
      yield [{ n: 1 }, { n: 2 }];
      setTimeout(release, 100);
      throw busy();
    });
    const { error } = await runRows({ target, connector, options: { retries: 1 } });
    expect([error?.code, reads, target.rows]).toEqual(['SOURCE_UNAVAILABLE', 1, [{ n: 1 }, { n: 2 }]]);
  });
});

describe('retryDelay', () => {
  it('doubles from a second up to a minute, with a random half', () => {
    for (const [retries, longest] of [1, 2, 4, 8, 16, 32, 60, 60].entries()) {
      for (let i = 0; i < 50; i += 1) {
        const seconds = retryDelay(retries, undefined);
        expect(seconds).toBeGreaterThanOrEqual(longest / 2);
        expect(seconds).toBeLessThanOrEqual(longest);
      }
    }
  });

  it('is never shorter than what the other side asked for', () => {
    expect(retryDelay(0, 300)).toBe(300);
    expect(retryDelay(5, 0.1)).toBeGreaterThanOrEqual(16);
  });
});
