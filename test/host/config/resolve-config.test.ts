import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { resolveConfig, type ConfigRequest } from '../../../src/host/config/resolve-config.js';
import { Redactor } from '../../../src/host/redactor.js';
import type { ParamDefinition } from '../../../src/sdk/manifest.js';

const PARAMS: readonly ParamDefinition[] = [
  { type: 'SEPARATOR', label: 'Section' },
  { name: 'base_url', type: 'STRING', mandatory: true },
  { name: 'page_size', type: 'INT', defaultValue: 100, minI: 1, maxI: 1000 },
  { name: 'columns', type: 'STRINGS' },
  {
    name: 'auth',
    type: 'SELECT',
    defaultValue: 'none',
    selectChoices: [{ value: 'none' }, { value: 'bearer' }],
  },
  { name: 'api_key', type: 'PASSWORD', mandatory: 'true', visibilityCondition: "model.auth == 'bearer'" },
  { name: 'headers', type: 'MAP' },
];
const BASE = 'base_url=https://api.test';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Options = Partial<Omit<ConfigRequest, 'environment' | 'redactor'>> & { env?: Record<string, string> };

function resolve(
  { env = {}, ...options }: Options,
  redactor = new Redactor(),
): ReturnType<typeof resolveConfig> {
  const environment = new Map(Object.entries(env));
  return resolveConfig({ params: PARAMS, cwd: folder, environment, redactor, ...options });
}

async function file(name: string, text: string): Promise<string> {
  await writeFile(join(folder, name), text);
  return name;
}

/** The only problem of a param of a type given on the command line or, where it is no text, in a file. */
async function problemOf(param: Omit<ParamDefinition, 'name'>, value: unknown): Promise<string> {
  const configFile = await file('value.json', JSON.stringify({ p: value }));
  const given = typeof value === 'string' ? { sets: [`p=${value}`] } : { configFile };
  return resolve({ params: [{ name: 'p', ...param }], ...given }).then(
    ({ config }) => `fine: ${JSON.stringify(config['p'])}`,
    (error: unknown) => (error as Error).message,
  );
}

describe('resolveConfig', () => {
  it('takes defaults, then the file, then --set, the last of them', async () => {
    const configFile = await file(
      'a.json',
      '{ "base_url": "https://file.test", page_size: 20, "columns": ["a"], // c\n}',
    );
    expect(await resolve({ configFile, sets: ['page_size=30', 'page_size=40'] })).toEqual({
      config: { base_url: 'https://file.test', page_size: 40, columns: ['a'], auth: 'none' },
      pluginConfig: {},
      hidden: ['api_key'],
      warnings: [],
    });
  });

  it('reads YAML, and environment variables by the type', async () => {
    const configFile = await file(
      'a.yaml',
      'base_url: https://${env:HOST}\npage_size: ${env:SIZE}\ncolumns: ${env:COLUMNS}\nheaders:\n  B: 1\n  A: x${env:HOST}\n',
    );
    const { config } = await resolve({ configFile, env: { HOST: 'api.test', SIZE: '7', COLUMNS: 'a, b' } });
    expect(config).toEqual({
      base_url: 'https://api.test',
      page_size: 7,
      columns: ['a', 'b'],
      auth: 'none',
      headers: [
        { key: 'B', value: 1 },
        { key: 'A', value: 'xapi.test' },
      ],
    });
  });

  it('fills in --set without letting a variable change its shape', async () => {
    const env = { LIST: 'a,b', QUOTED: '","x":"' };
    const { config } = await resolve({
      env,
      sets: [BASE, 'columns=${env:LIST}', 'headers={"A":"${env:QUOTED}"}'],
    });
    expect(config).toMatchObject({ columns: ['a', 'b'], headers: [{ key: 'A', value: '","x":"' }] });
    const other = await resolve({
      env,
      sets: [BASE, 'columns=${env:LIST},c', 'headers=A=${env:LIST},B=$${env:X}'],
    });
    expect(other.config).toMatchObject({
      columns: ['a,b', 'c'],
      headers: [
        { key: 'A', value: 'a,b' },
        { key: 'B', value: '${env:X}' },
      ],
    });
  });

  it('takes the text of a file, and a literal @', async () => {
    await file('token.txt', 'tok=en ${env:X}\n\n');
    await file('columns.txt', '["a","b"]\n');
    const sets = [BASE, 'auth=bearer', 'api_key=@token.txt', 'columns=@columns.txt'];
    expect((await resolve({ sets })).config).toMatchObject({
      api_key: 'tok=en ${env:X}\n',
      columns: ['a', 'b'],
    });
    expect((await resolve({ sets: ['base_url=@@x'] })).config).toMatchObject({ base_url: '@x' });
    await expect(resolve({ sets: [BASE, 'auth=bearer', 'api_key=@none.txt'] })).rejects.toMatchObject({
      code: 'CONFIG_FILE_UNREADABLE',
      message: 'the file named after "@" for param "api_key" does not exist; @@ begins a value with @',
    });
  });

  it.each([
    ['a password', 'pw=@hunter2secret', [{ name: 'pw', type: 'PASSWORD' }], []],
    ['a password of the plugin', 'plugin.pw=@hunter2secret', [], [{ name: 'pw', type: 'PASSWORD' }]],
    ['a mistyped name', 'pww=@hunter2secret', [{ name: 'pw', type: 'PASSWORD' }], []],
  ] as const)('never shows the text after @ of %s', async (_what, set, params, pluginParams) => {
    const message = await resolve({ params, pluginParams, sets: [set] }).then(String, String);
    expect(message).toContain(
      `the file named after "@" for param "${set.split('=')[0]}" does not exist; @@ begins a value with @`,
    );
    expect(message).not.toContain('hunter2');
  });

  it('names the file that does not exist of a param that is no password', async () => {
    await expect(resolve({ sets: ['base_url=@none.txt'] })).rejects.toMatchObject({
      message: 'param "base_url": file none.txt does not exist; @@ begins a value with @',
    });
  });

  it.each(['{"pw":"hunter2secret"}', ' {pw: hunter2secret}'])(
    'never shows params given as a config file: %s',
    async (configFile) => {
      const error = await resolve({ configFile }).then(
        () => undefined,
        (failure: unknown) => failure as Error,
      );
      expect(error).toMatchObject({
        code: 'CONFIG_FILE_UNREADABLE',
        message: 'the config file is named by text that begins with {: params, not a file',
      });
      expect(inspect(error)).not.toContain('hunter2');
    },
  );

  it('gives plugin. names to the plugin, unless the connector declares them', async () => {
    const pluginParams = [
      { name: 'user_agent', type: 'STRING', defaultValue: 'host' },
      { name: 'limit', type: 'INT', mandatory: true },
    ];
    const configFile = await file('plugin.json', '{"plugin.limit": 5, "base_url": "x"}');
    expect(await resolve({ pluginParams, configFile, sets: ['plugin.user_agent=me'] })).toMatchObject({
      config: { base_url: 'x' },
      pluginConfig: { user_agent: 'me', limit: 5 },
    });
    const params = [{ name: 'plugin.limit', type: 'STRING' }];
    await expect(
      resolve({ params, pluginParams, sets: ['plugin.limit=1', 'plugin.user_agnt=x'] }),
    ).rejects.toMatchObject({
      message:
        '2 problems:\n  - unknown param "plugin.user_agnt" (did you mean "plugin.user_agent"?)' +
        '\n  - param "plugin.limit" is mandatory but has no value',
    });
  });

  it('names every problem at once', async () => {
    const sets = [
      'page_size=ten',
      'colums=a',
      'auth=bearer',
      'auth_type=x',
      'novalue',
      'headers=${env:NONE}',
      'page_size',
    ];
    const problems = [
      '--set number 5 is not of the form name=value',
      '--set page_size is not of the form name=value',
      'unknown param "colums" (did you mean "columns"?)',
      'unknown param "auth_type"',
      'param "headers" refers to the environment variable NONE, which is not set',
      'param "base_url" is mandatory but has no value',
      'param "api_key" is mandatory but has no value',
      'param "page_size" must be an integer (got "ten")',
    ];
    await expect(resolve({ sets, connector: 'my-plugin-x' })).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'CONFIG_INVALID',
      message: ['8 problems:', ...problems].join('\n  - '),
      details: { connector: 'my-plugin-x', problems },
    });
  });

  it.each<[string[], string, string]>([
    [[BASE, '=x'], 'CLI_USAGE', '--to-set number 2 is not of the form name=value'],
    [
      [BASE, 'columns=${env:NONE}'],
      'ENV_MISSING',
      'param "columns" refers to the environment variable NONE, which is not set',
    ],
    [
      ['base_url=${env:NIL}/${env:NONE}', BASE.replace('base_url', 'columns') + '${env:NIL}'],
      'ENV_MISSING',
      '3 problems:' +
        '\n  - param "base_url" refers to the environment variable NIL, which is not set' +
        '\n  - param "base_url" refers to the environment variable NONE, which is not set' +
        '\n  - param "columns" refers to the environment variable NIL, which is not set',
    ],
    [[BASE, 'page_size=0'], 'CONFIG_INVALID', 'param "page_size" must be at least 1 (got 0)'],
  ])('gives problems of one kind their own code: %j', async (sets, code, message) => {
    await expect(resolve({ sets, setOption: '--to-set' })).rejects.toMatchObject({ code, message });
  });

  it.each<[string, string, string, string]>([
    ['none.json', '', 'CONFIG_FILE_UNREADABLE', 'config file none.json does not exist'],
    [
      'b.json',
      '{\n"a" 1}',
      'CONFIG_FILE_INVALID',
      "config file b.json is not JSON: unexpected character '1' at 2:5",
    ],
    [
      'b.json',
      '[1]',
      'CONFIG_FILE_INVALID',
      'config file b.json must hold an object of parameters (got a list)',
    ],
    ['b.yml', '', 'CONFIG_FILE_INVALID', 'config file b.yml must hold an object of parameters (got null)'],
    [
      'b.yml',
      'a: 1\n\tb: hunter22',
      'CONFIG_FILE_INVALID',
      'config file b.yml is not YAML: tab as indent at 2:1',
    ],
    [
      'b.yml',
      'api_key: *hunter22',
      'CONFIG_FILE_INVALID',
      'config file b.yml is not YAML that can be used: an alias (*name) has no anchor, or there are too many',
    ],
    [
      'b.yml',
      'columns: &all\n  - more: *all',
      'CONFIG_FILE_INVALID',
      'config file b.yml is not YAML that can be used: an alias (*name) stands inside of what it names',
    ],
  ])('refuses the config file %s: %j', async (name, text, code, message) => {
    if (text !== '' || name !== 'none.json') await file(name, text);
    await expect(resolve({ configFile: name })).rejects.toMatchObject({
      code,
      message,
      details: { file: name },
    });
  });

  it('says that a config file which is a folder cannot be read', async () => {
    await mkdir(join(folder, 'dir.json'));
    await expect(resolve({ configFile: 'dir.json' })).rejects.toMatchObject({
      code: 'CONFIG_FILE_UNREADABLE',
      message: 'config file dir.json cannot be read (EISDIR)',
    });
  });

  it('never shows a secret, and makes it known also when it fails', async () => {
    const redactor = new Redactor();
    await file('secret.txt', 'from-a-file');
    const configFile = await file(
      's.json',
      '{"p1": 12345678, "p2": ["in-a-list"], "p3": "x${env:TOKEN}", oops',
    );
    const sets = [
      'p4=from-set',
      'p5=@secret.txt',
      'n=@secret.txt',
      'm=${env:TOKEN}',
      'u=https://ann:pass-of-ann@h',
    ];
    const params = ['p1', 'p2', 'p3', 'p4', 'p5'].map((name) => ({ name, type: 'PASSWORD' }));
    const others = [...['n', 'm'].map((name) => ({ name, type: 'INT' })), { name: 'u', type: 'INT' }];
    const request = {
      params: [...params, ...others, { name: 'd', type: 'PASSWORD', defaultValue: 'by-default' }],
      sets,
    };
    const env = { TOKEN: 'from-env' };
    await expect(resolve({ ...request, configFile, env }, redactor)).rejects.toMatchObject({
      code: 'CONFIG_FILE_INVALID',
    });
    expect(redactor.redact('from-set from-a-file from-env by-default pass-of-ann')).toBe(
      '*** *** from-env *** ***',
    );
    await file('s.json', '{"p1": 12345678, "p2": ["in-a-list"], "p3": "x${env:TOKEN}"}');
    await expect(resolve({ ...request, configFile, env }, redactor)).rejects.toMatchObject({
      message: [
        '5 problems:',
        'param "p1" must be text (got a number)',
        'param "p2" must be text (got a list)',
        'param "n" must be an integer (got text)',
        'param "m" must be an integer (got text)',
        'param "u" must be an integer (got "https://ann:pass-of-ann@h")',
      ].join('\n  - '),
    });
    expect(redactor.redact('12345678 in-a-list xfrom-env from-env')).toBe('*** *** *** ***');
  });

  it('warns of a secret that is too short to hide everywhere', async () => {
    const { warnings } = await resolve({ sets: [BASE, 'auth=bearer', 'api_key=abc'] });
    expect(warnings).toEqual([
      'param "api_key": a secret of fewer than 6 characters is hidden only where it stands as a whole value',
    ]);
  });

  it('takes the shown one of two params of one name, and keeps what is hidden', async () => {
    const params: ParamDefinition[] = [
      { name: 'mode', type: 'STRING', defaultValue: 'number' },
      {
        name: 'value',
        type: 'INT',
        mandatory: true,
        defaultValue: 1,
        visibilityCondition: "model.mode == 'number'",
      },
      { name: 'value', type: 'STRINGS', visibilityCondition: "model.mode == 'texts'" },
      { name: 'never', type: 'STRING', mandatory: true, visibilityCondition: false },
    ];
    expect(await resolve({ params })).toMatchObject({
      config: { mode: 'number', value: 1 },
      hidden: ['never'],
    });
    expect((await resolve({ params, sets: ['value=5', 'never=x'] })).config).toEqual({
      mode: 'number',
      value: 5,
      never: 'x',
    });
    expect((await resolve({ params, sets: ['mode=texts', 'value=5'] })).config).toEqual({
      mode: 'texts',
      value: ['5'],
    });
    expect(await resolve({ params, sets: ['mode=none'] })).toMatchObject({
      config: { mode: 'none', value: 1 },
      hidden: ['value', 'never'],
    });
    await expect(resolve({ params, sets: ['value='] })).rejects.toMatchObject({
      message: 'param "value" is mandatory but has no value',
    });
  });

  it('warns of a param that is set, but hidden by its condition', async () => {
    const params: ParamDefinition[] = [
      { name: 'paging', type: 'STRING', defaultValue: 'none' },
      {
        name: 'page_param',
        type: 'STRING',
        defaultValue: 'page',
        visibilityCondition: "model.paging == 'page'",
      },
      { name: 'size', type: 'INT', defaultValue: '100', visibilityCondition: "model.paging == 'page'" },
      { name: 'size', type: 'INT', visibilityCondition: "model.paging == 'offset'" },
    ];
    const warningsOf = async (...sets: string[]): Promise<readonly string[]> =>
      (await resolve({ params, pluginParams: params, sets })).warnings;
    const hidden = (name: string, conditions: string): string =>
      `param "${name}" is set, but its visibilityCondition hides it, so it may have no effect: ${conditions} does not hold`;
    const [page, offset] = ["model.paging == 'page'", "model.paging == 'offset'"];
    expect(await warningsOf('page_param=p', 'size=5')).toEqual([
      hidden('page_param', page),
      hidden('size', `${page} or ${offset}`),
    ]);
    expect(await warningsOf('plugin.page_param=p')).toEqual([hidden('plugin.page_param', page)]);
    expect(await warningsOf('paging=page', 'page_param=p', 'size=5')).toEqual([]);
    expect(await warningsOf('paging=offset', 'size=5')).toEqual([]);
    // What a form writes down although nobody chose it.
    expect(await warningsOf('page_param=page', 'size=100')).toEqual([]);
    expect(await warningsOf('page_param=', 'size=')).toEqual([]);
  });

  it.each<[Omit<ParamDefinition, 'name'>, unknown]>([
    [{ type: 'INT', defaultValue: '100' }, 100],
    [{ type: 'INT', defaultValue: '' }, undefined],
    [{ type: 'STRING', defaultValue: 5 }, '5'],
    [{ type: 'BOOLEAN', defaultValue: 'false' }, false],
    [{ type: 'SELECT', defaultValue: '1', selectChoices: [{ value: 1 }] }, 1],
    [{ type: 'MAP', defaultValue: { a: 1 } }, [{ key: 'a', value: 1 }]],
    [{ type: 'PRESET', defaultValue: '{}' }, '{}'],
  ])('reads a default as manifests write it: %j', async (param, expected) => {
    const { config } = await resolve({ params: [{ name: 'p', ...param }] });
    expect(config).toEqual(expected === undefined ? {} : { p: expected });
  });

  it('says that a default is wrong', async () => {
    const params = [{ name: 'p', type: 'INT', defaultValue: 'ten' }];
    await expect(resolve({ params })).rejects.toMatchObject({
      message: 'the default of param "p" must be an integer (got "ten")',
    });
  });

  it('refuses names of the object prototype like any other', async () => {
    const configFile = await file('proto.json', '{"__proto__": {"page_size": 1}, "constructor": 1}');
    await expect(resolve({ configFile, sets: [BASE, 'toString=x'] })).rejects.toMatchObject({
      message:
        '3 problems:\n  - unknown param "__proto__"\n  - unknown param "constructor"\n  - unknown param "toString"',
    });
    await expect(
      resolve({ params: [{ name: 'constructor', type: 'STRING', mandatory: true }] }),
    ).rejects.toMatchObject({
      message: 'param "constructor" is mandatory but has no value',
    });
  });

  const choices = { selectChoices: [{ value: 'a' }, { value: 1 }, { value: null }] };
  it.each<[Omit<ParamDefinition, 'name'>, unknown, string]>([
    [{ type: 'STRING' }, 5, 'param "p" must be text (got 5)'],
    [{ type: 'TEXTAREA' }, ['x'], 'param "p" must be text (got a list)'],
    [{ type: 'INT' }, 1.5, 'param "p" must be an integer (got 1.5)'],
    [{ type: 'INT' }, '1e3', 'param "p" must be an integer (got "1e3")'],
    [{ type: 'INT' }, 2 ** 60, 'param "p" must be at most 9007199254740991 (got 1152921504606847000)'],
    [{ type: 'INT', minI: 1 }, -1.5, 'param "p" must be an integer (got -1.5)'],
    [{ type: 'INT', maxI: 10 }, 11, 'param "p" must be at most 10 (got 11)'],
    [{ type: 'INTS', minI: 1 }, [1, 0], 'item 2 of param "p" must be at least 1 (got 0)'],
    [{ type: 'DOUBLE', minD: 0, maxD: 1 }, 1.5, 'param "p" must be at most 1 (got 1.5)'],
    [{ type: 'DOUBLE' }, 'x', 'param "p" must be a number (got "x")'],
    [{ type: 'DOUBLE' }, 1.5, 'fine: 1.5'],
    [{ type: 'DOUBLES' }, 5, 'param "p" must be a list (got 5)'],
    [{ type: 'BOOLEAN' }, 'maybe', 'param "p" must be true or false (got "maybe")'],
    [{ type: 'BOOLEAN' }, 1, 'param "p" must be true or false (got 1)'],
    [{ type: 'STRINGS' }, ['a', null], 'item 2 of param "p" must be text (got null)'],
    [{ type: 'SELECT', ...choices }, 'b', 'param "p" must be one of "a", 1, null (got "b")'],
    [{ type: 'SELECT', ...choices }, '1', 'fine: 1'],
    [{ type: 'SELECT', ...choices }, '', 'fine: null'],
    [{ type: 'SELECT' }, 'anything', 'fine: "anything"'],
    [{ type: 'SELECT' }, ['x'], 'param "p" must be a single value (got a list)'],
    [
      { type: 'MULTISELECT', ...choices },
      'a,1,c',
      'item 3 of param "p" must be one of "a", 1, null (got "c")',
    ],
    [{ type: 'MULTISELECT', ...choices }, [], 'fine: []'],
    [
      { type: 'DATE' },
      '2026-02-30',
      'param "p" must be a date (2026-11-21) or a date and time (2026-11-21T07:00:00Z) (got "2026-02-30")',
    ],
    [{ type: 'DATE' }, '2026-11-21T07:00:00+01:00', 'fine: "2026-11-21T07:00:00+01:00"'],
    [
      { type: 'MAP' },
      'x',
      'param "p" must be an object, or a list of {"key", "value"} or {"from", "to"} pairs (got "x")',
    ],
    [{ type: 'MAP' }, [{ from: 'a' }], 'fine: [{"key":"a","value":null}]'],
    [
      { type: 'KEY_VALUE_LIST' },
      [{ key: 'a', value: 1 }, { k: 1 }],
      'item 2 of param "p" must be an object, or a list of {"key", "value"} or {"from", "to"} pairs (got an object)',
    ],
    [{ type: 'OBJECT_LIST' }, [{}, 1], 'item 2 of param "p" must be an object (got 1)'],
    [{ type: 'ARRAY' }, 'x', 'param "p" must be a list (got "x")'],
    [{ type: 'PRESET' }, 'x', 'fine: "x"'],
    [{ type: 'COLUMNS' }, [{ a: 1 }], 'fine: [{"a":1}]'],
    [{ type: 'STRING', mandatory: true }, '', 'param "p" is mandatory but has no value'],
    [{ type: 'STRINGS', mandatory: true }, [], 'param "p" is mandatory but has no value'],
    [{ type: 'STRING', mandatory: true }, null, 'param "p" is mandatory but has no value'],
    [{ type: 'STRING', mandatory: 'false' }, null, 'fine: null'],
    [{ type: 'STRING' }, 'y'.repeat(61), `fine: "${'y'.repeat(61)}"`],
    [{ type: 'INT' }, 'y'.repeat(61), `param "p" must be an integer (got "${'y'.repeat(60)}...")`],
  ])('%j given as %j: %s', async (param, value, expected) => {
    expect(await problemOf(param, value)).toBe(expected);
  });
});
