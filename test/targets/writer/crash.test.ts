import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readdir, utimes } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import { KILL_POINTS, type KillPoint } from '../../../src/targets/kill-point.js';
import { RejectedFiles } from '../../../src/targets/rejected/rejected-files.js';
import { rejectedPath } from '../../../src/targets/rejected/rejected-places.js';
import { play as playHere } from '../../fixtures/writer-run.mjs';
import { EVERY_CRASH, sampled } from '../../fixtures/sampled.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { pointsOf, startScript, type ChildEnd, type StartedChild } from '../journal/fixture.js';

const newFolder = tempFolders();
const SCRIPT = resolve('test/fixtures/writer-run.mjs');
const ROWS = 23;
const ALL = Array.from({ length: ROWS }, (_, i) => i + 1);
/** The row that the endpoint refuses. */
const REFUSED = 8;

/** How an endpoint knows what it got before: by row, by request, or not at all. */
type Way = 'rows' | 'requests' | 'nothing';
const WAYS: readonly Way[] = ['rows', 'requests', 'nothing'];

interface Sent {
  readonly ids: readonly number[];
  readonly idempotencyKey: string;
  readonly rowKeys: readonly string[];
}

let server: Server;
let sent: Sent[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      sent.push(JSON.parse(body) as Sent);
      response.end('{}');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

interface Sizes {
  readonly batchRows: number;
  readonly commitEvery: number;
}

/** Sizes of the killed run, and of those that follow it. */
const FIRST: Sizes = { batchRows: 2, commitEvery: 9 };
const NEXT: Sizes = { batchRows: 5, commitEvery: 5 };
const LAST: Sizes = { batchRows: 3, commitEvery: 100 };

function start(
  folder: string,
  way: Way,
  run: string,
  sizes: Sizes,
  at: { readonly killAt?: string; readonly stopAt?: string } = {},
): StartedChild {
  return startScript(SCRIPT, planOf(folder, way, run, sizes), at);
}

/** To its end; in this process where nothing kills it. */
function play(folder: string, way: Way, run: string, sizes: Sizes, killAt?: string): Promise<ChildEnd> {
  if (killAt === undefined) return playHere(planOf(folder, way, run, sizes));
  return start(folder, way, run, sizes, { killAt }).ended;
}

function planOf(folder: string, way: Way, run: string, sizes: Sizes): object {
  const { port } = server.address() as AddressInfo;
  return { folder, url: `http://127.0.0.1:${port}`, way, run, rows: ROWS, refuses: REFUSED, ...sizes };
}

/** What the endpoint did, if it takes each thing that it knows the name of once. */
function applied(way: Way): number[] {
  const byName = new Map<string, number>();
  for (const { ids, idempotencyKey, rowKeys } of sent) {
    for (const [i, id] of ids.entries()) {
      const name = way === 'rows' ? (rowKeys[i] ?? '') : `${idempotencyKey} ${i}`;
      const before = byName.get(name);
      // No two rows have one name.
      if (before !== undefined) expect(id).toBe(before);
      byName.set(name, id);
    }
  }
  return [...byName.values()].sort((a, b) => a - b);
}

async function expectWhole(folder: string, way: Way): Promise<void> {
  const ids = applied(way);
  if (way === 'nothing') expect([...new Set(ids)]).toEqual(ALL);
  else expect(ids).toEqual(ALL);
  const saved = await new JournalStore(folder).load('orders');
  expect(JSON.parse(saved?.state ?? '')).toEqual({ done: ROWS });
  const names = (await readdir(folder)).map((name) => name.replace(/^.*\./, ''));
  expect(names.sort()).toEqual(['journal', 'rejected']);
  const store = new RejectedFiles({
    pathOf: (pipeline) => rejectedPath(folder, pipeline),
    journalFolder: undefined,
  });
  const kept: unknown[] = [];
  for await (const rows of store.rows('orders')) kept.push(...rows.map(({ row }) => row['id']));
  expect(kept).toEqual([REFUSED]);
}

/** Points that were reached, over all tests. */
const reached = new Set<KillPoint>();

describe.each(WAYS)('an endpoint that deduplicates by: %s', (way) => {
  const common = [
    ...pointsOf(KILL_POINTS, 'rejected.', 'journal.', 'writer.'),
    'journal.after-commit-sync:2',
    'writer.after-flush:2',
  ];
  const own = [
    ...pointsOf(KILL_POINTS, 'sends.'),
    'sends.before-note:3',
    'sends.after-note:4',
    'sends.after-answer:3',
    'sends.after-answer:7',
    'sends.before-clear:2',
  ];
  const points = sampled(common, WAYS.indexOf(way), 2 * WAYS.length);

  it.each(way === 'requests' ? [...points, ...sampled(own, 0, 2)] : points)(
    'killed at %s: the next run sends what is missing',
    async (killAt) => {
      sent = [];
      const folder = join(await newFolder(), '.host');
      const { status } = await play(folder, way, 'killed', FIRST, killAt);
      if (status === 'killed') reached.add(killAt.split(':')[0] as KillPoint);
      expect(await play(folder, way, 'next', NEXT)).toEqual({ status: 'succeeded' });
      await expectWhole(folder, way);
    },
  );
});

describe('an endpoint that deduplicates by requests', () => {
  const first = ['sends.after-note:4', 'sends.after-answer:6'] as const;
  const second = [
    ...pointsOf(KILL_POINTS, 'claim.', 'sends.'),
    'journal.after-commit-sync',
    'sends.after-clear:2',
  ];
  const cases = second.flatMap((point) => first.map((from) => [point, from] as const));

  it.each(sampled(cases, 0, 5))(
    'killed at %s while it takes over from one that was killed at %s',
    async (killAt, from) => {
      sent = [];
      const folder = join(await newFolder(), '.host');
      await play(folder, 'requests', 'killed', FIRST, from);
      const { status } = await play(folder, 'requests', 'second', NEXT, killAt);
      if (status === 'killed') reached.add(killAt.split(':')[0] as KillPoint);
      expect(await play(folder, 'requests', 'third', LAST)).toEqual({ status: 'succeeded' });
      await expectWhole(folder, 'requests');
    },
  );

  it.each(['sends.before-note:3', 'sends.after-note:3', 'sends.after-answer:4'])(
    'a run that stands still at %s sends nothing twice when it wakes up',
    async (stopAt) => {
      sent = [];
      const folder = join(await newFolder(), '.host');
      const zombie = start(folder, 'requests', 'zombie', FIRST, { stopAt });
      expect(await zombie.stopped()).toBe(true);
      const old = new Date(Date.now() - 31_000);
      for (const name of await readdir(folder)) await utimes(join(folder, name), old, old);
      expect(await play(folder, 'requests', 'taker', NEXT)).toEqual({ status: 'succeeded' });
      zombie.continue();
      expect(await zombie.ended).toMatchObject({ status: 'failed', code: 'PIPELINE_FENCED' });
      await expectWhole(folder, 'requests');
    },
  );
});

// Everyday runs play a part of them.
if (EVERY_CRASH) {
  it('every point was reached', () => {
    const points = pointsOf(KILL_POINTS, 'sends.', 'rejected.', 'writer.');
    expect(points.filter((point) => !reached.has(point))).toEqual([
      'rejected.before-drop',
      'rejected.after-drop',
    ]);
  });
}
