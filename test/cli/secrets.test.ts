import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { readHistory, type History } from '../helpers/read-history.js';
import { oneAhead } from '../helpers/run-host.js';
import { SECRET, SECRET_FORMS, SECRET_PART, USER } from '../helpers/secret-forms.js';
import { connectorCode, inTempFolder, pluginFiles, readFiles, type Files } from '../helpers/temp-plugin.js';
import { WarmHost } from '../helpers/warm-host.js';

const warmHost = new WarmHost();
const URL_SECRET = encodeURIComponent(SECRET);

const PARAMS = [
  { name: 'password', type: 'PASSWORD' },
  { name: 'url', type: 'STRING' },
  { name: 'size', type: 'INT' },
];

/** The text of the secret as code sees it. */
const PASSWORD = '(this.config as { password: string }).password';
const ADDRESS = '(this.config as { url: string }).url';

const CONNECTORS: Readonly<Record<string, string>> = {
  'leak-message': `  *generateRows() { throw new Error('login as ${USER} with ' + ${PASSWORD} + ' failed'); }`,
  'leak-encoded': `  *generateRows() {
    const password = ${PASSWORD};
    throw new Error([
      encodeURIComponent(password),
      new URLSearchParams({ password }).toString(),
      JSON.stringify({ password }),
      Buffer.from(password).toString('base64'),
      Buffer.from('${USER}:' + password).toString('base64'),
    ].join(' '), { cause: new Error(password) });
  }`,
  'leak-name': `  *generateRows() { const error = new Error('odd'); error.name = ${PASSWORD}; throw error; }`,
  'leak-thrown': `  *generateRows() { throw ${PASSWORD}; }`,
  'leak-constructor': `  constructor(config: { password: string }, context: never) {
    super(config as never, context);
    throw new TypeError('bad login ' + config.password);
  }
  *generateRows() {}`,
  'leak-log': `  async *generateRows() {
    const { logger } = this.context;
    for (const level of ['debug', 'info', 'warn', 'error'] as const) logger[level](level + ' ' + ${PASSWORD});
    throw new Error('logged');
  }`,
  'leak-row': `  getReadSchema() { return { columns: [{ name: 'id', type: 'int' as const }] }; }
  *generateRows() { yield { id: ${PASSWORD} }; }`,
  'leak-http': `  async *generateRows() {
    const auth = { username: '${USER}', password: ${PASSWORD} };
    const params = { token: ${PASSWORD} };
    const headers = { 'x-key': encodeURIComponent(${PASSWORD}) };
    yield await this.context.http.get(${ADDRESS}, { auth, params, headers }) as never;
  }`,
  'leak-axios': `  async *generateRows() {
    const { default: axios } = await import('axios');
    yield (await axios.post(${ADDRESS}, { password: ${PASSWORD} }, {
      headers: { authorization: 'Basic ' + Buffer.from('${USER}:' + ${PASSWORD}).toString('base64') },
    })) as never;
  }`,
  'leak-url': `  async *generateRows() { yield (await this.context.http.get(${ADDRESS})) as never; }`,
  'leak-writer': `  *generateRows() { yield { id: 1 }; }
  getWriter() {
    return { writeRow: () => { throw new Error('no write with ' + ${PASSWORD}); }, async close() {} };
  }`,
};

const FILES: Files = {
  ...pluginFiles(
    'leak',
    Object.fromEntries(
      Object.entries(CONNECTORS).map(([id, members]) => [
        id,
        { manifest: { params: PARAMS, writable: id === 'leak-writer' }, code: connectorCode(members) },
      ]),
    ),
  ),
  'secret.txt': `${SECRET}\n`,
  'config.json': { password: SECRET },
  'env.json': { password: '${env:LEAK_PASSWORD}' },
  'broken.json': `{ "password": ${JSON.stringify(SECRET)} oops }`,
  'broken.yaml': `password: "${SECRET}\n  - [`,
  'list.json': { password: [SECRET] },
  'wrong.json': { pasword: SECRET },
};

let server: Server;
let origin: string;
beforeAll(async () => {
  // An API that repeats whatever it was sent.
  server = createServer((request, response) => {
    const status = Number(request.url?.slice(1, 4));
    response.writeHead(status, { 'x-echo': encodeURI(request.url ?? '') });
    response.end(JSON.stringify({ headers: request.headers, url: request.url }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  origin = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

/** A run that must fail without a word of the secret. */
interface Leak {
  readonly id: string;
  /** How the secret is given, as the name of the case says it. */
  readonly given: string;
  readonly args: () => readonly string[];
  readonly exitCode: number;
  /** Text that shows that the failure is the one meant. */
  readonly says: RegExp;
}

const SET = ['--set', `password=${SECRET}`];
const WAYS: Readonly<Record<string, readonly string[]>> = {
  '--set': SET,
  'a config file': ['--config', 'config.json'],
  'name=@FILE': ['--set', 'password=@secret.txt'],
  '${env:} in a config file': ['--config', 'env.json'],
  '${env:} in --set': ['--set', 'password=${env:LEAK_PASSWORD}'],
};

const leak = (id: string, says: RegExp, exitCode = 3): Leak => ({
  id,
  given: '--set',
  args: () => SET,
  exitCode,
  says,
});
const http = (id: string, status: number, exitCode: number, credentials = ''): Leak => ({
  id,
  given: `--set, answered ${status}${credentials === '' ? '' : ' at a URL with credentials'}`,
  args: () => [...SET, '--set', `url=http://${credentials}${origin}/${status}/${URL_SECRET}`],
  exitCode,
  says: new RegExp(`answered ${status} `),
});
const config = (given: string, args: readonly string[], says: RegExp): Leak => ({
  id: 'leak-message',
  given,
  args: () => args,
  exitCode: 2,
  says,
});

const LEAKS: readonly Leak[] = [
  ...Object.entries(WAYS).map(([given, args]) => ({
    ...leak('leak-message', /login as ada with \*\*\* failed/),
    given,
    args: () => args,
  })),
  leak('leak-encoded', /Error: \*\*\*/),
  leak('leak-name', /the connector failed: \*\*\*: odd/),
  leak('leak-thrown', /it threw the text "\*\*\*"/),
  leak('leak-constructor', /bad login \*\*\*/),
  leak('leak-log', /warning: warn \*\*\*[^]*error: error \*\*\*[^]*logged/),
  leak('leak-row', /column "id"/, 5),
  ...[401, 404, 500].map((status) => http('leak-http', status, status === 401 ? 4 : status === 404 ? 2 : 75)),
  ...[403, 400, 503].map((status) =>
    http('leak-axios', status, status === 403 ? 4 : status === 400 ? 2 : 75),
  ),
  ...[401, 500].map((status) => http('leak-url', status, status === 401 ? 4 : 75, `${USER}:${URL_SECRET}@`)),
  {
    ...leak('leak-url', /nothing listens at that address/, 75),
    given: 'a URL that nobody answers',
    args: () => ['--set', `url=http://${USER}:${URL_SECRET}@127.0.0.1:9/x`],
  },
  {
    ...leak('leak-url', /is not a URL|failed/, 2),
    given: 'a text that is no URL',
    args: () => [...SET, '--set', `url=http://${USER}:${URL_SECRET}@127.0.0.1:port/`],
  },
  {
    ...leak('leak-writer', /no write with \*\*\*/),
    given: '--to-set',
    args: () => ['--to', 'leak-writer', '--to-set', `password=${SECRET}`],
  },
  config(
    '--to with a URL',
    ['--to', `mysql://${USER}:${URL_SECRET}@localhost/db`],
    /is neither a target nor a connector/,
  ),
  config('a config file that is no JSON', ['--config', 'broken.json'], /is not JSON/),
  config('a config file that is no YAML', ['--config', 'broken.yaml'], /is not YAML/),
  config('a config file, as a list', ['--config', 'list.json'], /param "password" must be text/),
  config('a config file, under wrong names', ['--config', 'wrong.json'], /unknown param "pasword"/),
  config('--set beside a wrong type', [...SET, '--set', `size=${SECRET}`], /param "size" must be an integer/),
  config('--set without a name', ['--set', SECRET_PART], /--set number 1 is not of the form name=value/),
  config('a mistyped option', [`--sett=password=${SECRET}`], /unknown option '--sett'/),
];

describe('a failing run shows the secret in no form', () => {
  const outcomeOf = oneAhead(LEAKS, ({ id, args }) =>
    inTempFolder(FILES, async (cwd) => {
      const to = args().includes('--to') ? [] : ['--to', 'rows.csv'];
      const command = ['run', id, ...to, ...args(), '--retries', '0', '--verbose', '--json'];
      const result = await warmHost.run(command, { cwd, env: { LEAK_PASSWORD: SECRET } });
      const files = await readFiles(cwd);
      const written = Object.entries(files).filter(([file]) => !(file in FILES));
      return { ...result, written: JSON.stringify(written) };
    }),
  );

  it.each(LEAKS)('$id, given by $given', async (expected) => {
    const { exitCode, stdout, stderr, written } = await outcomeOf(expected);
    expect(stderr).toMatch(expected.says);
    expect(exitCode).toBe(expected.exitCode);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 'failed',
      code: expect.any(String),
      message: expect.any(String),
    });
    const everything = [stdout, stderr, written].join('\n');
    expect(SECRET_FORMS.filter((form) => everything.includes(form))).toEqual([]);
  });
});

it.each(['leak-message', 'leak-encoded', 'leak-thrown'])(
  'the record of a failed run has it in no form: %s',
  (id) =>
    inTempFolder(FILES, async (cwd) => {
      const args = [
        'run',
        id,
        '--to',
        'rows.duckdb',
        '--retries',
        '0',
        '--set',
        'password=${env:LEAK_PASSWORD}',
      ];
      const { exitCode } = await warmHost.run(args, { cwd, env: { LEAK_PASSWORD: SECRET } });
      expect(exitCode).toBe(3);
      const { runs, messages } = (await readHistory(join(cwd, 'rows.duckdb'))) as History;
      expect(runs).toEqual(['failed CONNECTOR_FAILED']);
      expect(messages).toEqual([expect.stringContaining('***')]);
      expect(SECRET_FORMS.filter((form) => messages.join().includes(form))).toEqual([]);
    }),
);
