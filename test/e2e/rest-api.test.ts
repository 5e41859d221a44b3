import { describe, expect, it } from '@jest/globals';
import { serveJson } from '../helpers/serve-json.js';
import { tempFolders } from '../fixtures/temp-folder.js';
import { kill, rowsOf, Warehouse } from './warehouse.js';

const ID = 'my-plugin-rest-api';
const PAGE = 10;
const tempFolder = tempFolders();

interface Item {
  readonly id: number;
  readonly name: string;
  readonly updated_at: string;
}

/** Three items share each time, so that a cursor lies among equals. */
const at = (tick: number): string =>
  new Date(Date.UTC(2026, 0, 1) + Math.floor(tick / 3) * 1000).toISOString();
const item = (id: number, tick = id, name = `item ${id}`): Item => ({ id, name, updated_at: at(tick) });
const items = (from: number, to: number): Item[] =>
  Array.from({ length: to - from }, (_, i) => item(from + i));

/** An API of `/items?since=&offset=`, in the order of `updated_at`, that a test changes and makes wait. */
class MutableApi {
  readonly requests: URLSearchParams[] = [];
  /** Called before each answer; false: there is none. */
  onRequest: (number: number) => boolean | Promise<boolean> = () => true;
  url = '';
  readonly #items = new Map<number, Item>();

  async start(): Promise<this> {
    const { url } = await serveJson(async ({ query }) => {
      this.requests.push(query);
      if (!(await this.onRequest(this.requests.length))) return undefined;
      const since = query.get('since') ?? '';
      const begin = Number(query.get('offset') ?? 0);
      const found = this.rows
        .filter(({ updated_at: time }) => time >= since)
        .sort((a, b) => (a.updated_at === b.updated_at ? a.id - b.id : a.updated_at < b.updated_at ? -1 : 1));
      return { json: found.slice(begin, begin + PAGE) };
    });
    this.url = url;
    return this;
  }

  get rows(): Item[] {
    return [...this.#items.values()].sort((a, b) => a.id - b.id);
  }

  put(...changed: readonly Item[]): void {
    for (const one of changed) this.#items.set(one.id, one);
  }

  /** Starts a run and kills it at a request, which is not answered. */
  async killAt(warehouse: Warehouse, fatal: number, ...more: readonly string[]): Promise<void> {
    const before = this.onRequest;
    this.requests.length = 0;
    const reached = new Promise<void>((resolve) => {
      this.onRequest = async (number) => {
        if (number !== fatal) return before(number);
        resolve();
        return false;
      };
    });
    const run = warehouse.start(...more);
    await reached;
    await kill(run);
    this.onRequest = before;
    this.requests.length = 0;
  }
}

function warehouseOf(folder: string, { url }: MutableApi, ...more: readonly string[]): Warehouse {
  const given = {
    base_url: url,
    endpoint: 'items',
    pagination_type: 'offset',
    page_size: String(PAGE),
    incremental_field: 'updated_at',
    incremental_param: 'since',
    incremental_order: 'asc',
  };
  const sets = Object.entries(given).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  return new Warehouse(folder, ID, ...sets, ...more);
}

const KEYED = ['--set', 'primary_key=id'];

async function stored(warehouse: Warehouse): Promise<unknown[]> {
  const rows = [...(rowsOf(await warehouse.tables()).rest_api ?? [])] as unknown as Item[];
  return rows.sort((a, b) => a.id - b.id);
}

describe('host run my-plugin-rest-api, incremental', () => {
  it('with a key: reads what is new, and takes changed rows over', async () => {
    const api = await new MutableApi().start();
    api.put(...items(0, 35));
    const warehouse = warehouseOf(await tempFolder(), api, ...KEYED);
    expect((await warehouse.run()).exitCode).toBe(0);
    expect(await stored(warehouse)).toEqual(api.rows);
    expect((await warehouse.tables()).rest_api?.key).toEqual(['id']);

    api.requests.length = 0;
    api.put(item(3, 60, 'changed'), ...items(35, 40));
    const { exitCode } = await warehouse.run();
    expect(exitCode).toBe(0);
    expect(api.requests[0]?.get('since')).toBe(at(34));
    expect(await stored(warehouse)).toEqual(api.rows);

    const { stdout } = await warehouse.run('--json');
    expect(JSON.parse(stdout)).toMatchObject({ status: 'succeeded', rowsWritten: 0 });
    expect(await stored(warehouse)).toEqual(api.rows);
  });

  it('without a key: adds each row once, whatever shares the time of the cursor', async () => {
    const api = await new MutableApi().start();
    api.put(...items(0, 31));
    const warehouse = warehouseOf(await tempFolder(), api);
    for (const upTo of [32, 33, 33, 47]) {
      expect((await warehouse.run()).exitCode).toBe(0);
      expect(await stored(warehouse)).toEqual(api.rows);
      api.put(...items(0, upTo));
    }
    expect((await warehouse.run()).exitCode).toBe(0);
    expect(await stored(warehouse)).toEqual(api.rows);
    expect((await warehouse.tables()).rest_api?.key).toEqual([]);
  });

  it.each([
    ['with a key', KEYED],
    ['without a key', []],
  ])('%s: kills anywhere leave the table that the source has', async (_what, given) => {
    const api = await new MutableApi().start();
    api.put(...items(0, 85));
    const warehouse = warehouseOf(await tempFolder(), api, ...given);
    await api.killAt(warehouse, 2);
    // A commit is due with each page, and few pages are read ahead of it.
    await api.killAt(warehouse, 7, '--commit-every', String(PAGE));
    expect(await warehouse.commits()).toBeGreaterThan(0);
    const committed = await stored(warehouse);
    expect(committed.length).toBeGreaterThan(0);
    expect(committed).toEqual(api.rows.slice(0, committed.length));
    api.put(...items(85, 100), ...(given.length > 0 ? [item(0, 200, 'changed')] : []));
    await api.killAt(warehouse, 3);
    expect(api.rows.length).toBeGreaterThan((await stored(warehouse)).length);
    expect((await warehouse.run()).exitCode).toBe(0);
    expect(await stored(warehouse)).toEqual(api.rows);
    expect(await warehouse.runs()).toEqual(['lost', 'lost', 'lost', 'succeeded']);
  });
});
