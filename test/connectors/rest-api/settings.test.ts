import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import RestApiConnector from '../../../python-connectors/my-plugin-rest-api/connector.js';
import type { RestApiConfig } from '../../../python-connectors/my-plugin-rest-api/rest-api-config.js';
import type { ConfigError, ConnectorManifest } from '../../../src/index.js';
import { fakeContext } from '../fake-context.js';

function problemsOf(config: RestApiConfig): readonly string[] {
  try {
    new RestApiConnector(config, fakeContext());
  } catch (error) {
    const { details, message, ...rest } = error as ConfigError;
    expect(rest).toMatchObject({ name: 'ConfigError', code: 'CONFIG_INVALID' });
    const { problems = [] } = details;
    for (const problem of problems) expect(message).toContain(problem);
    return problems;
  }
  return [];
}

const FOLDER = resolve(__dirname, '../../../python-connectors/my-plugin-rest-api');
const BASE = { base_url: 'http://api.example', endpoint: 'items' };
const CLIENT = { auth_type: 'oauth2_client_credentials', token_url: 'http://x/t', client_id: 'a' } as const;
const WHOLE_URL =
  'param "endpoint" is put behind "base_url", so it must not be a whole URL: set base_url to the first part of it, and endpoint to the rest';
const BAD_ORIGIN = 'param "allowed_origins" must hold origins, for example https://files.example.com';
const BAD_TOKEN = 'param "auth_token" has a line break or another character that cannot stand in a header';
const INCREMENTAL = { incremental_field: 'updated_at', incremental_param: 'since' };
const NOT_JSON = 'param "body" must be a JSON object';

describe('my-plugin-rest-api: what is wrong with a config', () => {
  it.each<[string, RestApiConfig, string]>([
    ['no base URL', { base_url: ' ' }, 'param "base_url" is missing'],
    ['no URL', { base_url: 'api' }, 'param "base_url" must be a URL, for example https://api.example.com/v1'],
    ['another protocol', { base_url: 'ftp://x' }, 'param "base_url" must begin with http:// or https://'],
    [
      'a query in the base',
      { base_url: 'http://x/?a=1' },
      'param "base_url" must not have a query or fragment; "endpoint" and "query" may',
    ],
    ['no endpoint', { endpoint: null }, 'param "endpoint" is missing'],
    ['a whole URL for an endpoint', { endpoint: ' https://api.example/v1/items' }, WHOLE_URL],
    ['page size 0', { page_size: 0 }, 'param "page_size" must be an integer of at least 1 (got 0)'],
    ['bearer', { auth_type: 'bearer' }, 'param "auth_token" is missing; auth_type bearer needs it'],
    ['api_key', { auth_type: 'api_key' }, 'param "auth_token" is missing; auth_type api_key needs it'],
    [
      'no user',
      { auth_type: 'basic', auth_token: 'x' },
      'param "auth_user" is missing; auth_type basic needs it',
    ],
    [
      'no password',
      { auth_type: 'basic', auth_user: 'x' },
      'param "auth_token" is missing; auth_type basic needs it',
    ],
    ['a token of two lines', { auth_type: 'bearer', auth_token: 'a\nb' }, BAD_TOKEN],
    ['a cookie of two lines', { auth_type: 'api_key', api_key_in: 'cookie', auth_token: 'a\nb' }, BAD_TOKEN],
    [
      'no name of a header',
      { auth_type: 'api_key', auth_token: 'x', api_key_header: 'a b' },
      'param "api_key_header" is not the name of a header',
    ],
    ...(['header', 'query', 'cookie'] as const).map((place): [string, RestApiConfig, string] => [
      `no name of a key in the ${place}`,
      { auth_type: 'api_key', auth_token: 'x', api_key_in: place, api_key_header: '' },
      `param "api_key_header" is empty; the key needs the name of a ${place === 'query' ? 'parameter of the query' : place}`,
    ]),
    [
      'no name of a cookie',
      { auth_type: 'api_key', auth_token: 'x', api_key_in: 'cookie', api_key_header: 'a=b' },
      'param "api_key_header" is not the name of a cookie',
    ],
    [
      'credentials twice',
      { base_url: 'http://ann:pw@x', auth_type: 'bearer', auth_token: 'x' },
      'param "base_url" must not have credentials when "auth_type" is bearer',
    ],
    ['no secret', CLIENT, 'param "client_secret" is missing; auth_type oauth2_client_credentials needs it'],
    [
      'a token URL that is none',
      { ...CLIENT, client_secret: 'x', token_url: '/token' },
      'param "token_url" must be a URL that begins with http:// or https://',
    ],
    [
      'a header that is none',
      { headers: [{ key: 'a b' }] },
      'param "headers": the key of pair 1 is not the name of a header',
    ],
    [
      'a whole header as the name of one',
      { headers: [{ key: 'A', value: 'b' }, { key: 'Authorization: Bearer s3cr3t' }] },
      'param "headers": the key of pair 2 is not the name of a header',
    ],
    [
      'a header of two lines',
      { headers: [{ key: 'A', value: 'a\nb' }] },
      'param "headers": the value of A has a character that cannot stand in a header',
    ],
    ...['__proto__', 'constructor', 'prototype'].flatMap((key): [string, RestApiConfig, string][] => [
      [
        `${key} in the query`,
        { query: [{ key, value: 'x' }] },
        `param "query": a parameter named ${key} is sent only where "endpoint" has it in its query`,
      ],
      [
        `${key} as a header`,
        { headers: [{ key, value: 'x' }] },
        `param "headers": a header named ${key} is never sent`,
      ],
    ]),
    ['a body that is no JSON', { method: 'POST', body: '{"a": ' }, NOT_JSON],
    ['a body that is a list', { method: 'POST', body: '[1]' }, NOT_JSON],
    ['an origin with a path', { allowed_origins: ['https://x.example/v1'] }, BAD_ORIGIN],
    ['an origin without a scheme', { allowed_origins: ['x.example'] }, BAD_ORIGIN],
    ['a path that is none', { data_path: 'a[' }, 'param "data_path" is neither a dotted path nor JMESPath'],
    [
      'a record path that is none',
      { record_path: ']' },
      'param "record_path" is neither a dotted path nor JMESPath',
    ],
    [
      'a total path that is none',
      { total_path: 'a[' },
      'param "total_path" is neither a dotted path nor JMESPath',
    ],
    [
      'a function that JMESPath does not have',
      { data_path: 'items[?contains(name, `"none("`) && starts(name, \'lower(\')]' },
      'param "data_path" calls starts(), which JMESPath does not have',
    ],
    [
      'such a function in a cursor path',
      { pagination_type: 'cursor', cursor_path: 'last(items).id' },
      'param "cursor_path" calls last(), which JMESPath does not have',
    ],
    [
      'no cursor path',
      { pagination_type: 'cursor' },
      'param "cursor_path" is missing; pagination_type cursor needs it',
    ],
    [
      'no next URL path',
      { pagination_type: 'next_url', next_url_path: ' ' },
      'param "next_url_path" is missing; pagination_type next_url needs it',
    ],
    [
      'a success as the end',
      { end_status: [404, 200] },
      'param "end_status" must hold 204 or statuses from 400 to 599 but 401 and 429 (got 200)',
    ],
    [
      'too many requests as the end',
      { end_status: [429] },
      'param "end_status" must hold 204 or statuses from 400 to 599 but 401 and 429 (got 429)',
    ],
  ])('%s', (_what, config, problem) => {
    expect(problemsOf({ ...BASE, ...config })).toEqual([problem]);
  });

  it.each<[string, RestApiConfig, string]>([
    [
      'no parameter',
      { incremental_param: ' ' },
      'param "incremental_param" is missing; incremental_field needs it',
    ],
    [
      'a field that is no path',
      { incremental_field: 'a[' },
      'param "incremental_field" is neither a dotted path nor JMESPath',
    ],
    [
      'a parameter that the query has',
      { query: [{ key: 'since', value: '1' }] },
      'param "incremental_param" is "since", which "query" has too: set incremental_start instead',
    ],
    [
      'a parameter that the endpoint has',
      { endpoint: 'items?a=1&since=1' },
      'param "incremental_param" is "since", which "endpoint" has too: set incremental_start instead',
    ],
    [
      'the parameter of the page',
      { pagination_type: 'page', page_param: 'since' },
      'param "incremental_param" is "since", which carries the page already',
    ],
    [
      'the parameter of the page size',
      { pagination_type: 'link', page_size_param: 'since' },
      'param "incremental_param" is "since", which carries the page already',
    ],
    [
      'a parameter that is never sent',
      { incremental_param: 'constructor' },
      'param "incremental_param" is constructor, which is never sent',
    ],
    [
      'a place in the body that is none',
      { method: 'POST', body: { filter: [] }, incremental_param: 'filter.since' },
      'param "incremental_param" leads through something else than an object of "body"',
    ],
    [
      'a negative look-back',
      { look_back_seconds: -1 },
      'param "look_back_seconds" must be a number of at least 0 (got -1)',
    ],
    [
      'a look-back of numbers',
      { incremental_type: 'number', look_back_seconds: 1 },
      'param "look_back_seconds" is for moments, and incremental_type is number',
    ],
    [
      'a format of texts',
      { incremental_type: 'text', incremental_format: 'date' },
      'param "incremental_format" is for moments, and incremental_type is text',
    ],
    [
      'a start that is no timestamp',
      { incremental_type: 'timestamp', incremental_start: 'yesterday' },
      'param "incremental_start" does not go with incremental_type timestamp: the start of the cursor is not a date or time of ISO 8601',
    ],
    [
      'a start that is nothing',
      { incremental_start: 'yesterday' },
      'param "incremental_start" does not go with incremental_type auto: the start of the cursor is not a number or a date or time of ISO 8601',
    ],
  ])('of incremental reads: %s', (_what, config, problem) => {
    expect(problemsOf({ ...BASE, ...INCREMENTAL, ...config })).toEqual([problem]);
  });

  it('takes incremental reads with everything that they may have', () => {
    const all: RestApiConfig = {
      incremental_start: '2026-01-01',
      incremental_order: 'asc',
      look_back_seconds: 0.5,
      incremental_type: 'epoch_seconds',
      incremental_format: 'iso',
    };
    expect(problemsOf({ ...BASE, ...INCREMENTAL, ...all })).toEqual([]);
    expect(problemsOf({ ...BASE, ...all })).toEqual([]);
  });

  it.each([
    'sort_by(items, &id)',
    "items[?starts_with(name, 'x(')]",
    'max_by(items, &to_number(id)).id',
    '"a (b)"',
    'not_null(items, `[]`)',
  ])('takes the path %s', (data_path) => {
    expect(problemsOf({ ...BASE, data_path })).toEqual([]);
  });

  it('takes an endpoint that holds a URL further on', () => {
    expect(problemsOf({ ...BASE, endpoint: 'proxy/https://x.example?to=http://y' })).toEqual([]);
  });

  it('lists everything at once', () => {
    const config: RestApiConfig = {
      base_url: 'x',
      endpoint: '',
      auth_type: 'oauth2_refresh_token',
      headers: [{ key: '' }, { key: 'A', value: '\n' }],
      method: 'POST',
      body: 'x',
      pagination_type: 'cursor',
      has_more_path: '[',
      page_size: 1.5,
      data_path: '[',
      allowed_origins: ['x'],
      end_status: [302],
    };
    const named = problemsOf(config).map((problem) => /param "(\w+)"/.exec(problem)?.[1]);
    expect(named.sort()).toEqual(
      [
        ...[
          'allowed_origins',
          'base_url',
          'body',
          'client_id',
          'cursor_path',
          'data_path',
          'end_status',
          'endpoint',
        ],
        ...['has_more_path', 'headers', 'headers', 'page_size', 'refresh_token', 'token_url'],
      ].sort(),
    );
  });

  it('shows no value of a secret', () => {
    const secret = 's3cr3t\nvalue';
    const problems = problemsOf({
      ...BASE,
      base_url: `http://u:${secret}@x:a`,
      auth_type: 'bearer',
      auth_token: secret,
      headers: [{ key: 'A', value: secret }],
      body: secret,
    });
    expect(problems).toHaveLength(4);
    expect(problems.join()).not.toContain('s3cr3t');
  });

  it('takes what was cleared for what was not given', () => {
    const names = ['method', 'query', 'headers', 'body', 'timeout_seconds', 'allowed_origins', 'auth_type'];
    const others = ['response_format', 'data_path', 'empty_if_missing', 'primary_key', 'pagination_type'];
    const paging = ['page_size', 'page_size_param', 'page_param', 'first_page', 'end_status', 'on_repeat'];
    const incremental = ['incremental_start', 'incremental_order', 'look_back_seconds', 'incremental_type'];
    const cleared = Object.fromEntries(
      [...names, ...others, ...paging, ...incremental].map((name) => [name, null]),
    );
    expect(problemsOf({ ...BASE, ...cleared })).toEqual([]);
  });
});

describe('the README of my-plugin-rest-api', () => {
  it('names every param with its type and default, in the order of connector.json', async () => {
    const { params = [] } = JSON.parse(
      await readFile(join(FOLDER, 'connector.json'), 'utf8'),
    ) as ConnectorManifest;
    const readme = await readFile(join(FOLDER, 'README.md'), 'utf8');
    const rows = [...readme.matchAll(/^\| `(\w+)` +\| (\w+) +\| (\S*) +\|/gm)].map((row) => row.slice(1));
    const declared = params
      .filter(({ name }) => name !== undefined)
      .map(({ name, type, defaultValue }) => [
        name,
        type,
        defaultValue === undefined ? '' : JSON.stringify(defaultValue).replaceAll('"', ''),
      ]);
    expect(rows.map(([name, type, value]) => [name, type, value?.replaceAll('`', '')])).toEqual(declared);
  });
});
