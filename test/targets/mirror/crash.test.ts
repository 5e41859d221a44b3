import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, resolve } from 'node:path';
import { play as playHere } from '../../fixtures/mirror-run.mjs';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { startScript, type ChildEnd } from '../journal/fixture.js';

const newFolder = tempFolders();
const SCRIPT = resolve('test/fixtures/mirror-run.mjs');

interface Item {
  readonly id: number;
  readonly name: string;
}

interface Sent {
  readonly operation: 'insert' | 'upsert' | 'delete';
  readonly rows: readonly Item[];
  readonly rowKeys: readonly string[];
}

/** An endpoint that takes each row that it knows the name of once. */
let server: Server;
let names = new Set<string>();
let items = new Map<number, string>();
/** What came, by operation and id, also what it knew already. */
let came: string[] = [];

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request.on('data', (data: Buffer) => (body += data.toString()));
    request.on('end', () => {
      take(JSON.parse(body) as Sent);
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

function take({ operation, rows, rowKeys }: Sent): void {
  for (const [i, { id, name }] of rows.entries()) {
    came.push(`${operation} ${id}`);
    const rowKey = rowKeys[i] ?? '';
    if (names.has(rowKey)) continue;
    names.add(rowKey);
    if (operation === 'insert') expect(items.has(id)).toBe(false);
    if (operation === 'delete') items.delete(id);
    else items.set(id, name);
  }
}

function play(folder: string, run: string, rows: readonly Item[], killAt?: string): Promise<ChildEnd> {
  const { port } = server.address() as AddressInfo;
  const plan = { folder, url: `http://127.0.0.1:${port}`, run, rows };
  return killAt === undefined ? playHere(plan) : startScript(SCRIPT, plan, { killAt }).ended;
}

const item = (id: number, name = 'a'): Item => ({ id, name });
const BEFORE = Array.from({ length: 20 }, (_, i) => item(i + 1));
/** Two are gone, one changed, two are new. */
const AFTER = [...BEFORE.slice(2, 19), item(20, 'b'), item(21), item(22)];
const ALL = ['delete 1', 'delete 2', 'insert 21', 'insert 22', 'upsert 20'];

it.each([
  ['ledger.before-commit:1', ALL],
  ['ledger.after-commit:1', ALL.slice(2)],
  ['ledger.before-commit:2', ALL.slice(2)],
  ['ledger.before-commit:3', ALL.slice(4)],
  ['journal.before-commit', []],
  ['journal.after-commit-sync', []],
] as const)(
  'killed at %s: the next run sends what is not in the ledger, under the same names',
  async (killAt, again) => {
    names = new Set();
    items = new Map();
    const folder = join(await newFolder(), '.host');
    expect(await play(folder, 'first', BEFORE)).toEqual({ status: 'succeeded' });
    expect(await play(folder, 'killed', AFTER, killAt)).toEqual({ status: 'killed' });
    came = [];
    expect(await play(folder, 'next', AFTER)).toEqual({ status: 'succeeded' });
    expect(came).toEqual(again);
    expect([...items].sort(([a], [b]) => a - b)).toEqual(AFTER.map(({ id, name }) => [id, name]));
    expect(names.size).toBe(BEFORE.length + ALL.length);
  },
);
