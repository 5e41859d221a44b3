import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, readdir, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startHost, type HostResult } from '../helpers/run-host.js';
import { WarmHost } from '../helpers/warm-host.js';
import { connectorCode, pluginFiles, writeFiles } from '../helpers/temp-plugin.js';

const TOKEN = 'swordfish-4711';
const PARAMS = [
  { name: 'url', type: 'STRING', mandatory: true },
  { name: 'token', type: 'PASSWORD' },
];

/** Reads `/users` page by page, by the host's own HTTP client. */
const USERS = `import { Connector } from 'connector-host';
import type { ReadRequest, Row } from 'connector-host';
import { WarmHost } from '../helpers/warm-host.js';

export default class extends Connector<{ url: string; token?: string }> {
  getReadSchema() {
    return { columns: [{ name: 'id', type: 'int' as const }], primaryKey: ['id'] };
  }
  async *generateRows({ recordsLimit }: ReadRequest) {
    let left = recordsLimit < 0 ? Infinity : recordsLimit;
    for (let page = 1; left > 0; page += 1) {
      const { data } = await this.context.http.get<Row[]>(this.config.url, {
        params: { page },
        headers: { authorization: 'Bearer ' + this.config.token },
      });
      if (data.length === 0) return;
      console.log('page', page);
      yield data.slice(0, left);
      left -= data.length;
    }
  }
}
`;

const FILES = pluginFiles('shop', {
  'shop-users': { manifest: { params: PARAMS }, code: USERS },
  'shop-odd': {
    code: connectorCode(`  getReadSchema() {
    const columns = [{ name: 'id', type: 'int' as const }, { name: 'nmae', type: 'string' as const }];
    return { columns, primaryKey: ['id'] };
  }
  *generateRows() {
    yield [{ id: 1, 'na\\u001bme': 'a' }];
    yield [{ id: 1, 'na\\u001bme': 'a' }, { id: 2 }, { id: 3 }];
  }`),
  },
  'shop-warns': {
    manifest: {
      params: [
        { name: 'mode', type: 'STRING' },
        { name: 'size', type: 'INT', visibilityCondition: "model.mode == 'pages'" },
      ],
    },
    code: connectorCode(`  *generateRows() {
    this.context.logger.warn('there is only one page');
    yield [1, 2, 3, 4].map((id) => ({ id }));
  }`),
  },
  'shop-hangs': {
    code: connectorCode(`  async *generateRows() {
    console.log('reading');
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  }`),
  },
});

let cwd: string;
let server: Server;
let url: string;
beforeAll(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), 'connector-host-test-')));
  await writeFiles(cwd, FILES);
  server = createServer(({ url: path = '', headers }, response) => {
    const isKnown = headers.authorization === `Bearer ${TOKEN}`;
    const page = Number(new URL(path, 'http://127.0.0.1').searchParams.get('page'));
    const rows = [1, 2, 3, 4].map((n) => ({ id: page * 4 + n, name: `user ${n}` }));
    response.writeHead(isKnown ? 200 : 401, { 'content-type': 'application/json' });
    response.end(JSON.stringify(isKnown ? rows : { message: `no such token: ${headers.authorization}` }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/users`;
});
afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await rm(cwd, { recursive: true });
});

const warmHost = new WarmHost();
const check = (...args: string[]): Promise<HostResult> => warmHost.run(['check', ...args], { cwd });

describe('host check', () => {
  it('says of a good connector what was seen, and leaves nothing behind', async () => {
    const { stdout, stderr, exitCode } = await check(
      'shop-users',
      '--set',
      `url=${url}`,
      '--set',
      `token=${TOKEN}`,
    );
    expect(stdout.replaceAll(/\d\.\d\d s/g, 'N s'))
      .toBe(`✓ manifest    connector.json is valid and the class loads; it can be read; 2 parameters
✓ config      all values are valid, and the constructor takes them
✓ connection  the first rows came after N s
✓ first page  4 rows with 2 columns: id, name
✓ schema      1 declared column holds for 8 rows; inferred besides: name string
✓ key         id: in each of 8 rows, and no two are the same
✓ limit       asked for 3 rows, it yielded 3
✓ pages       page 2 (4 rows) differs from page 1 (4 rows)
✓ stop        the generator ended N s after it was stopped
9 ok
`);
    // What the connector prints is not mixed with what the host says.
    expect(stderr).toMatch(/^(page \d\n)+$/);
    expect(exitCode).toBe(0);
    expect((await readdir(cwd)).sort()).toEqual(['plugin.json', 'python-connectors']);
  });

  it('says of a bad one how to mend it, and has the exit code of the first failure', async () => {
    const { stdout, stderr, exitCode } = await check('shop-odd');
    expect(stdout.replaceAll(/\d\.\d\d s/g, 'N s'))
      .toBe(`✓ manifest    connector.json is valid and the class loads; it can be read; 0 parameters
✓ config      all values are valid, and the constructor takes them
✓ connection  the first rows came after N s
✓ first page  1 row with 2 columns: id, na\\x1bme
! schema      declared, but not seen in 4 rows: nmae; inferred besides: na\\x1bme string
              Correct the names in getReadSchema, or leave the columns out.
✗ key         1 row of 4 has the key (id) of an earlier row: first rows 1 and 2 of pages 1 and 2
              Where pages overlap, correct the paging; else choose as primary key the columns that together identify a row, in getReadSchema or in the parameter that it comes from. (SCHEMA_INVALID)
! limit       asked for 3 rows, it yielded 4: the host cuts them, but 1 row of the source's work is for nothing
              Ask the API for no more than recordsLimit rows: every preview and every --limit reads so.
✓ pages       page 2 (3 rows) differs from page 1 (1 row)
✓ stop        the generator ended N s after it was stopped
6 ok, 2 warnings, 1 failed
`);
    expect(stderr).toBe('');
    expect(exitCode).toBe(3);
  });

  it('says each warning that was logged once, as a line of its own', async () => {
    const { stdout, stderr, exitCode } = await check('shop-warns', '--set', 'size=5');
    const lines = stdout.split('\n').filter((line) => !line.startsWith('✓'));
    expect(lines).toEqual([
      '! log         param "size" is set, but its visibilityCondition hides it, so it may have no effect: model.mode == \'pages\' does not hold',
      '! log         there is only one page',
      expect.stringMatching(/^! limit /),
      expect.stringMatching(/^ +Ask the API/),
      '- pages       all rows came in one page',
      '7 ok, 3 warnings, 1 skipped',
      '',
    ]);
    expect(stderr).toBe('');
    expect(exitCode).toBe(0);
    const json = await check('shop-warns', '--json');
    expect(JSON.parse(json.stdout)).toMatchObject({ status: 'warning', counts: { warning: 2 } });
  });

  it('--quiet shows failures only, --verbose the stack of the first', async () => {
    const quiet = await check('shop-odd', '--quiet');
    expect(quiet.stdout).toMatch(/^✗ key .+\n {14}Where pages .+\n$/);
    const { stderr } = await check('shop-odd', '--verbose');
    expect(stderr).toMatch(
      /^error: 1 row of 4 has the key[^]+SCHEMA_INVALID, see [^]+ConnectorError: [^]+ at /,
    );
  });

  it('--json prints one object, without secrets', async () => {
    const refused = await check('shop-users', '--set', `url=${url}`, '--set', 'token=trout-1234', '--json');
    const report = JSON.parse(refused.stdout) as { checks: { name: string }[] };
    expect(report).toMatchObject({
      connector: 'shop-users',
      status: 'failed',
      counts: { ok: 2, warning: 0, failed: 1, skipped: 6 },
    });
    expect(report.checks[2]).toEqual({
      name: 'connection',
      status: 'failed',
      seen: expect.stringContaining('/users answered 401 Unauthorized'),
      action: 'Check the credentials and what they are allowed to do.',
      code: 'AUTH_FAILED',
    });
    expect(refused.stdout + refused.stderr).not.toContain('trout');
    expect(refused.exitCode).toBe(4);
  });

  it('lists all problems of a config below each other', async () => {
    const { stdout, exitCode } = await check('shop-users', '--set', 'urll=x');
    expect(stdout).toContain(`✗ config      2 problems:
                - unknown param "urll" (did you mean "url"?)
                - param "url" is mandatory but has no value
              Correct the parameters named; \`host describe <connector>\` lists them all. (CONFIG_INVALID)
- connection  "config" failed
`);
    expect(exitCode).toBe(2);
  });

  it('takes no connector that is not there, and no wrong limit', async () => {
    expect(await check('shop-user')).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('there is no connector "shop-user" (did you mean "shop-users"?)'),
    });
    expect(await check('shop-odd', '--limit', '0')).toMatchObject({
      exitCode: 2,
      stdout: '',
      stderr: expect.stringContaining('--limit must be an integer of at least 1 (got "0")'),
    });
  });

  it('is stopped by a signal', async () => {
    const host = startHost(['check', 'shop-hangs'], { cwd });
    await host.until('stderr', /reading/);
    host.process.kill('SIGTERM');
    const { exitCode, stderr } = await host.ended;
    expect(exitCode).toBe(143);
    expect(stderr).toContain('stopped by SIGTERM');
  });

  it('has an example in its help', async () => {
    expect((await check('--help')).stdout).toContain(
      'Example:\n  $ host check my-plugin-rest-api --config countries.json --json',
    );
  });
});
