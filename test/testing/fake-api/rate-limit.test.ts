import { describe, expect, it } from '@jest/globals';
import type { FakeRateLimit } from 'connector-host/testing';
import { useApi } from './use-api.js';

const { start } = useApi();

/** Names are lower case, as they are in `Headers`. */
const NAMES = [
  'retry-after',
  'ratelimit',
  'ratelimit-limit',
  'ratelimit-remaining',
  'ratelimit-reset',
  'x-ratelimit-limit',
  'x-ratelimit-remaining',
  'x-ratelimit-reset',
];

/** Status and headers of so many requests. */
async function ask(rateLimit: FakeRateLimit, requests: number): Promise<[number, Record<string, string>][]> {
  const { url } = await start({ routes: { '/items': { rows: 1 } }, rateLimit });
  const found: [number, Record<string, string>][] = [];
  for (let i = 0; i < requests; i += 1) {
    const { status, headers } = await fetch(`${url}/items`);
    found.push([status, Object.fromEntries([...headers].filter(([name]) => NAMES.includes(name)))]);
  }
  return found;
}

const LIMIT = { requests: 1, perSeconds: 30 };

describe('rate limit', () => {
  it('tells nothing, or when to try again', async () => {
    expect(await ask({ ...LIMIT, headers: 'none', status: 403 }, 2)).toEqual([
      [200, {}],
      [403, {}],
    ]);
    expect(await ask({ ...LIMIT, status: 503 }, 2)).toEqual([
      [200, {}],
      [503, { 'retry-after': '30' }],
    ]);
    const [, refused] = await ask({ ...LIMIT, headers: 'retry-after-date' }, 2);
    const date = refused?.[1]['retry-after'] ?? '';
    expect(date).toMatch(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
    expect(Math.abs(Date.parse(date) - Date.now() - 30_000)).toBeLessThan(2000);
  });

  it('tells its state with every answer', async () => {
    expect(await ask({ ...LIMIT, requests: 2, headers: 'ratelimit' }, 3)).toEqual(
      [
        [200, '1'],
        [200, '0'],
        [429, '0'],
      ].map(([status, remaining]) => [
        status,
        { 'ratelimit-limit': '2', 'ratelimit-remaining': remaining, 'ratelimit-reset': '30' },
      ]),
    );
    expect(await ask({ ...LIMIT, headers: 'ratelimit-policy' }, 2)).toEqual([
      [200, { ratelimit: '"default";r=0;t=30' }],
      [429, { ratelimit: '"default";r=0;t=30' }],
    ]);
    const [[, state] = []] = await ask({ ...LIMIT, headers: 'x-ratelimit' }, 1);
    expect(state).toMatchObject({ 'x-ratelimit-limit': '1', 'x-ratelimit-remaining': '0' });
    expect(Math.abs(Number(state?.['x-ratelimit-reset']) - Date.now() / 1000 - 30)).toBeLessThan(2);
  });

  it('lets through again after its stretch, and does not count what it refused', async () => {
    const { url } = await start({
      routes: { '/items': { rows: 1 } },
      rateLimit: { requests: 2, perSeconds: 0.5 },
    });
    const began = performance.now();
    const statuses: number[] = [];
    while (performance.now() - began < 900) {
      statuses.push((await fetch(`${url}/items`)).status);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    expect(statuses.filter((status) => status === 200)).toHaveLength(4);
    expect(statuses.slice(0, 3)).toEqual([200, 200, 429]);
  });
});
