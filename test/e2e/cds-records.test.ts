import { describe, expect, it } from '@jest/globals';
import { API_KEY } from '../../python-connectors/my-plugin-cds-records/fixtures/api.js';
import { serveJson, type JsonRequest } from '../helpers/serve-json.js';
import { tempFolders } from '../fixtures/temp-folder.js';
import { kill, rowsOf, Warehouse } from './warehouse.js';

const ID = 'my-plugin-cds-records';
const tempFolder = tempFolders();

interface CdsRecord {
  readonly record_id: string;
  readonly amount: number;
  readonly tags: readonly string[];
  readonly at: string;
}

const records = (from: number, to: number): CdsRecord[] =>
  Array.from({ length: to - from }, (_, i) => ({
    record_id: `r${String(from + i).padStart(4, '0')}`,
    amount: (from + i) / 4,
    tags: (from + i) % 2 === 0 ? ['even'] : [],
    at: '2026-11-21T07:00:00Z',
  }));

/** An API of records whose cursor is the number of records before a page. */
async function serveRecords(
  given: readonly CdsRecord[],
  onRequest: (request: JsonRequest) => Promise<'answer' | 'silence'> = async () => 'answer',
): Promise<{ readonly url: string; readonly requests: JsonRequest[]; readonly all: CdsRecord[] }> {
  const all = [...given];
  const { url, requests } = await serveJson(async (request) => {
    if ((await onRequest(request)) === 'silence') return undefined;
    if (request.path !== '/cds_data' || request.headers.api_key !== API_KEY) return { status: 401, json: {} };
    const begin = Number(request.query.get('cursor') ?? 0);
    const end = begin + Number(request.query.get('page_size'));
    return {
      json: { cds_records: all.slice(begin, end), next_cursor: end < all.length ? String(end) : null },
    };
  });
  return { url, requests, all };
}

const warehouseOf = (folder: string, url: string, ...more: readonly string[]): Warehouse =>
  new Warehouse(folder, ID, '--set', `base_url=${url}`, '--set', `api_key=${API_KEY}`, ...more);

describe('host run my-plugin-cds-records', () => {
  it('fills cds_records; a second run reads only the last page and what is new', async () => {
    const { url, requests, all } = await serveRecords(records(0, 250));
    const warehouse = warehouseOf(await tempFolder(), url);
    expect((await warehouse.run()).exitCode).toBe(0);
    expect(requests.map(({ query }) => query.toString())).toEqual([
      'page_size=100',
      'cursor=100&page_size=100',
      'cursor=200&page_size=100',
    ]);
    const table = {
      columns: [
        ['record_id', 'VARCHAR'],
        ['amount', 'DOUBLE'],
        ['tags', 'JSON'],
        ['at', 'VARCHAR'],
      ],
      key: ['record_id'],
      rows: all,
    };
    expect(await warehouse.tables()).toEqual({ cds_records: table });
    expect(await warehouse.states()).toEqual({ [ID]: { next_cursor: '200' } });

    requests.length = 0;
    all.push(...records(250, 310));
    expect((await warehouse.run()).exitCode).toBe(0);
    expect(requests.map(({ query }) => query.get('cursor'))).toEqual(['200', '300']);
    expect(await warehouse.tables()).toEqual({ cds_records: { ...table, rows: all } });
    expect(await warehouse.states()).toEqual({ [ID]: { next_cursor: '300' } });
  });

  it.each([1, 2, 5])('leaves nothing to see of a kill at request %d', async (fatal) => {
    let onFatal: () => void = () => undefined;
    const { url, all } = await serveRecords(records(0, 90), async ({ number }) => {
      if (number !== fatal) return 'answer';
      onFatal();
      return 'silence';
    });
    const warehouse = warehouseOf(await tempFolder(), url, '--set', 'page_size=20');
    const reached = new Promise<void>((resolve) => (onFatal = resolve));
    const run = warehouse.start();
    await reached;
    await kill(run);
    expect((await warehouse.run()).exitCode).toBe(0);
    expect(rowsOf(await warehouse.tables())).toEqual({ cds_records: all });
    expect(await warehouse.states()).toEqual({ [ID]: { next_cursor: '80' } });
  });

  it('goes on after what was committed before a kill, and neither loses nor doubles a record', async () => {
    let onFatal: () => void = () => undefined;
    let isFatal = true;
    const { url, all, requests } = await serveRecords(records(0, 700), async ({ number }) => {
      if (number !== 8 || !isFatal) return 'answer';
      onFatal();
      return 'silence';
    });
    const warehouse = warehouseOf(await tempFolder(), url, '--set', 'page_size=70');
    const reached = new Promise<void>((resolve) => (onFatal = resolve));
    // A commit is due with each page, and few pages are read ahead of it.
    const run = warehouse.start('--commit-every', '70');
    await reached;
    await kill(run);
    expect(await warehouse.commits()).toBeGreaterThan(0);
    const { next_cursor: cursor } = (await warehouse.states())[ID] as { next_cursor: string };
    const committed = rowsOf(await warehouse.tables()).cds_records ?? [];
    expect(committed).toEqual(all.slice(0, committed.length));
    expect(Number(cursor)).toBeLessThanOrEqual(committed.length);
    isFatal = false;
    requests.length = 0;
    expect((await warehouse.run()).exitCode).toBe(0);
    expect(requests[0]?.query.get('cursor')).toBe(cursor);
    expect(rowsOf(await warehouse.tables())).toEqual({ cds_records: all });
    expect(await warehouse.states()).toEqual({ [ID]: { next_cursor: '630' } });
    expect(await warehouse.runs()).toEqual(['lost', 'succeeded']);
  });

  it('says what a wrong key means, and leaves no file behind', async () => {
    const { url } = await serveRecords(records(0, 5));
    const warehouse = new Warehouse(
      await tempFolder(),
      ID,
      '--set',
      `base_url=${url}`,
      '--set',
      'api_key=wrong',
    );
    const { exitCode, stderr } = await warehouse.run();
    expect(exitCode).toBe(4);
    expect(stderr).toMatch(/AuthError|AUTH/);
  });
});
