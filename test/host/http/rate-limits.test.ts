import { describe, expect, it } from '@jest/globals';
import { rateLimitState } from '../../../src/host/http/rate-limit-headers.js';
import { RateLimiter, sharedRateLimiter } from '../../../src/host/http/rate-limiter.js';
import { client, factory, failureOf, serve } from './http-harness.js';

const never = new AbortController().signal;

describe('rateLimitState', () => {
  const now = 1_800_000_000_000;
  it.each([
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '7' }, 0, 7],
    [{ 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '1800000009' }, 3, 9],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1800000002500' }, 0, 2.5],
    [{ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '1700000000' }, 0, 0],
    [{ 'x-rate-limit-remaining': '1', 'x-rate-limit-reset': '2' }, 1, 2],
    [{ 'ratelimit-remaining': '0' }, 0, undefined],
    [{ 'ratelimit-reset': '4' }, undefined, 4],
    [{ ratelimit: 'limit=100, remaining=0, reset=5' }, 0, 5],
    [{ ratelimit: '"default";r=0;t=30' }, 0, 30],
    [{ ratelimit: '"burst";r=0;t=2, "daily";r=0;t=60, "month";r=9;t=900' }, 0, 60],
    [{ ratelimit: '"burst";r=5;t=2' }, 5, 2],
    [{ ratelimit: 'nonsense' }, undefined, undefined],
  ])('reads %j', (headers, remaining, resetSeconds) =>
    expect(rateLimitState(headers, now)).toEqual({ remaining, resetSeconds }),
  );

  it('finds nothing where there is nothing', () =>
    expect(rateLimitState({ 'content-type': 'text/plain' })).toBeUndefined());
});

describe('a limit that the API tells of', () => {
  it('holds the next request of the client back until there are requests again', async () => {
    const times: number[] = [];
    const url = await serve((_request, response) => {
      times.push(performance.now());
      response.writeHead(200, { RateLimit: '"default";r=0;t=1' }).end('1');
    });
    const lines: string[] = [];
    const http = client({}, { lines });
    await http.get(url);
    await http.get(url);
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(980);
    expect(lines).toContain("the API's rate limit is used up; the next request waits 1.0 s");
  });

  it('holds nothing back for longer than retries may wait', async () => {
    const url = await serve((_request, response) =>
      response.writeHead(200, { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '3600' }).end('1'),
    );
    const http = client();
    await http.get(url);
    expect((await http.get(url)).data).toBe(1);
  });

  it.each([
    [429, { 'RateLimit-Reset': '3600' }],
    [503, { 'X-RateLimit-Reset': '3600' }],
    [403, { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '3600' }],
    [403, { 'Retry-After': '3600' }],
  ])('says with %i and %j how long to wait', async (status, headers) => {
    const url = await serve((_request, response) => response.writeHead(status, headers).end());
    expect(await failureOf(client().get(url))).toMatchObject({
      name: 'TransientError',
      retryAfter: 3600,
      details: { status },
    });
  });
});

describe('RateLimiter', () => {
  it('lets no more begin in any stretch, in the order in which they asked', async () => {
    const limiter = new RateLimiter({ requests: 3, perSeconds: 0.1 });
    const starts: number[] = [];
    const order: number[] = [];
    await Promise.all(
      Array.from({ length: 10 }, async (_, i) => {
        await limiter.take(never);
        starts.push(performance.now());
        order.push(i);
      }),
    );
    expect(order).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (let i = 3; i < starts.length; i += 1) {
      // The clock is read after the limiter reads it: the earlier of the two by more where the machine is busy.
      expect((starts[i] ?? 0) - (starts[i - 3] ?? 0)).toBeGreaterThan(90);
    }
  });

  it('lets go of one that is aborted, and the others move up', async () => {
    const limiter = new RateLimiter({ requests: 1, perSeconds: 0.4 });
    await limiter.take(never);
    const stop = new AbortController();
    const aborted = limiter.take(stop.signal);
    const next = limiter.take(never);
    const begun = performance.now();
    stop.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    await next;
    // Twice 400 where nobody moves up.
    expect(performance.now() - begun).toBeLessThan(750);
    await expect(limiter.take(stop.signal)).rejects.toThrow('enough');
  });

  it('is one for all clients of a connector with the same limit', () => {
    const limit = { requests: 2, perSeconds: 1 };
    const limiter = sharedRateLimiter('a', limit);
    expect(sharedRateLimiter('a', { ...limit })).toBe(limiter);
    expect(sharedRateLimiter('b', limit)).not.toBe(limiter);
    expect(sharedRateLimiter('a', { requests: 3, perSeconds: 1 })).not.toBe(limiter);
  });

  it('spaces the requests of clients of two runs', async () => {
    const times: number[] = [];
    const url = await serve((_request, response) => {
      times.push(performance.now());
      response.end('1');
    });
    const rateLimit = { requests: 1, perSeconds: 0.1 };
    const clients = [factory({ connectorId: 'spaced' }), factory({ connectorId: 'spaced' })];
    await Promise.all(clients.map((create) => create({ rateLimit }).get(url)));
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(80);
  });
});
