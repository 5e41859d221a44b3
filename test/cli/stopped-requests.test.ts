import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RestApiConfig } from '../../python-connectors/my-plugin-rest-api/rest-api-config.js';
import { startFakeApi, type FakeApi, type FakeRoute, type Fault } from '../../src/testing/index.js';
import { startHost } from '../helpers/run-host.js';
import { inTempFolder, readFiles } from '../helpers/temp-plugin.js';

const ROOT = resolve(__dirname, '../..');
const FAULTS: Readonly<Record<string, Fault>> = {
  hang: 'hang',
  trickle: { fault: 'trickle', ms: 100 },
  retry: { status: 500, times: Infinity },
  wait: { status: 429, headers: { 'Retry-After': '30' } },
};

let api: FakeApi;
beforeAll(async () => {
  const routes = Object.entries(FAULTS).map(([path, fault]): [string, FakeRoute] => [
    `/${path}`,
    // What is on the way when the signal comes is the second page.
    { rows: 20, paging: { type: 'page', first: 0 }, faults: { 2: fault } },
  ]);
  api = await startFakeApi({
    routes: {
      ...Object.fromEntries(routes),
      '/token': { rows: 1, faults: () => 'hang' },
    },
  });
});
afterAll(() => api.close());

describe('Ctrl-C ends a run within a second, with nothing written', () => {
  it.each<[string, string, RestApiConfig]>([
    ['no answer comes', '/hang', {}],
    ['an answer comes a byte at a time', '/trickle', {}],
    ['a request waits for its next try', '/retry', {}],
    ['a request waits as long as the API asks', '/wait', {}],
    [
      'no token comes',
      '/token',
      { auth_type: 'oauth2_client_credentials', client_id: 'me', client_secret: 'confidential' },
    ],
  ])('while %s', async (_what, path, more) => {
    const config = {
      base_url: api.url,
      endpoint: path,
      pagination_type: 'page',
      page_size: 10,
      token_url: `${api.url}/token`,
      ...more,
    };
    await inTempFolder({ 'rows.csv': 'id\n0\n', 'config.json': config }, async (cwd) => {
      const filesBefore = await readFiles(cwd);
      const args = [
        'run',
        'my-plugin-rest-api',
        '--plugin',
        ROOT,
        '--config',
        'config.json',
        '--to',
        'rows.csv',
      ];
      const host = startHost(args, { cwd });
      const wanted = path === '/token' ? 1 : 2;
      while (api.requests.filter((request) => request.path === path).length < wanted) await sleep(20);
      // The first bytes have come, or the wait has begun.
      await sleep(200);
      const stoppedAt = performance.now();
      host.process.kill('SIGINT');
      const { exitCode, stderr, stdout } = await host.ended;
      // A second for the run, and some time for a busy machine to notice that the process has ended.
      expect(performance.now() - stoppedAt).toBeLessThan(2000);
      expect(exitCode).toBe(130);
      expect(stderr).toContain('error: stopped by SIGINT\n');
      expect(stderr.match(/^error: /gm)).toHaveLength(1);
      expect(stdout).toBe('');
      expect(await readFiles(cwd)).toEqual(filesBefore);
    });
  });
});

function sleep(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
