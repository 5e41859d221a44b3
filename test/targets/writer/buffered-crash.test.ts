import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { JournalStore } from '../../../src/targets/journal/journal-store.js';
import { RejectedFiles } from '../../../src/targets/rejected/rejected-files.js';
import { rejectedPath } from '../../../src/targets/rejected/rejected-places.js';
import { play as playHere } from '../../fixtures/writer-run.mjs';
import { sampled } from '../../fixtures/sampled.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { startScript, type ChildEnd } from '../journal/fixture.js';

/** As crash.test.ts, with the writer that connectors extend, and an endpoint that sees runs die. */
const newFolder = tempFolders();
const SCRIPT = resolve('test/fixtures/writer-run.mjs');
const ROWS = 23;
const ALL = Array.from({ length: ROWS }, (_, i) => i + 1);
const REFUSED = [8, 14];
const TAKEN = ALL.filter((id) => !REFUSED.includes(id));
/** One request in so many is done and not answered. */
const LOST_EVERY = 6;

type Way = 'rows' | 'requests' | 'nothing';
/** Whether an endpoint refuses a batch that has a bad row as a whole, or says which rows it took. */
type Answers = 'whole' | 'rows';

interface Sizes {
  readonly batchRows: number;
  readonly commitEvery: number;
}

interface Sent {
  readonly ids: readonly number[];
  readonly idempotencyKey: string;
  readonly rowKeys: readonly string[];
}

/** When the endpoint ends the process that asks it: at which request, and whether that one is done. */
interface Kill {
  readonly at: number;
  readonly isDone: boolean;
}

let server: Server;
let sent: Sent[] = [];
let answers: Answers = 'whole';
let requests = 0;
let kill: (Kill & { readonly pid: number }) | undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => answer(JSON.parse(body) as Sent, response));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function answer(batch: Sent, response: ServerResponse): void {
  requests += 1;
  const isLast = kill?.at === requests;
  if (isLast && kill?.isDone === false) {
    process.kill(kill.pid, 'SIGKILL');
    return;
  }
  const refused = batch.ids.flatMap((id, i) => (REFUSED.includes(id) ? [i] : []));
  if (answers === 'rows' || refused.length === 0) sent.push(batch);
  if (isLast && kill) process.kill(kill.pid, 'SIGKILL');
  else if (requests % LOST_EVERY === 0) response.destroy();
  else if (answers === 'whole' && refused.length > 0) response.writeHead(422).end('{}');
  else response.end(JSON.stringify({ refused }));
}

async function play(folder: string, way: Way, run: string, sizes: Sizes, at?: Kill): Promise<ChildEnd> {
  const { port } = server.address() as AddressInfo;
  const plan = { folder, url: `http://127.0.0.1:${port}`, way, run, rows: ROWS, isBuffered: true, ...sizes };
  requests = 0;
  kill = undefined;
  if (!at) return playHere(plan);
  const child = startScript(SCRIPT, plan, {});
  kill = { ...at, pid: child.pid };
  return child.ended;
}

/** What the endpoint did, if it takes each thing that it knows the name of once. */
function applied(way: Way): number[] {
  const byName = new Map<string, number>();
  for (const { ids, idempotencyKey, rowKeys } of sent) {
    for (const [i, id] of ids.entries()) {
      const name = way === 'rows' ? (rowKeys[i] ?? '') : `${idempotencyKey} ${i}`;
      // No two rows have one name.
      expect(byName.get(name) ?? id).toBe(id);
      if (!REFUSED.includes(id)) byName.set(name, id);
    }
  }
  const ids = [...byName.values()].sort((a, b) => a - b);
  return way === 'nothing' ? [...new Set(ids)] : ids;
}

async function expectWhole(folder: string, way: Way): Promise<void> {
  expect(applied(way)).toEqual(TAKEN);
  const saved = await new JournalStore(folder).load('orders');
  expect(JSON.parse(saved?.state ?? '')).toEqual({ done: ROWS });
  const names = (await readdir(folder)).map((name) => name.replace(/^.*\./, ''));
  expect(names.sort()).toEqual(['journal', 'rejected']);
  const pathOf = (pipeline: string): string => rejectedPath(folder, pipeline);
  const store = new RejectedFiles({ pathOf, journalFolder: folder });
  const kept: unknown[] = [];
  for await (const rows of store.rows('orders')) kept.push(...rows.map(({ row }) => row['id']));
  expect(new Set(kept)).toEqual(new Set(REFUSED));
  expect(kept).toHaveLength(REFUSED.length);
}

const WAYS: readonly Way[] = ['rows', 'requests', 'nothing'];
const CASES = WAYS.flatMap((way) => (['whole', 'rows'] as const).map((each) => ({ way, each })));

describe.each(CASES)('an endpoint that deduplicates by $way and refuses by $each', ({ way, each }) => {
  const group = CASES.findIndex((other) => other.way === way && other.each === each);
  const kills = [1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 13, 15].flatMap((at) =>
    [true, false].map((isDone) => ({ at, isDone })),
  );

  it.each(sampled(kills, group, 2 * CASES.length))(
    'killed at request $at (done: $isDone), and once more by the run that follows',
    async ({ at, isDone }) => {
      sent = [];
      answers = each;
      const folder = join(await newFolder(), '.host');
      await play(folder, way, 'killed', { batchRows: 6, commitEvery: 9 }, { at, isDone });
      await play(folder, way, 'again', { batchRows: 2, commitEvery: 5 }, { at: 3, isDone: !isDone });
      expect(await play(folder, way, 'last', { batchRows: 4, commitEvery: 100 })).toEqual({
        status: 'succeeded',
      });
      await expectWhole(folder, way);
    },
  );
});
