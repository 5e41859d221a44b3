import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from '@jest/globals';
import { jsonParserFor } from '../../../src/host/http/parse-json-body.js';
import { parseJson } from '../../../src/sdk/parse-json.js';
import type { BodyFormat } from '../../../src/sdk/http.js';
import { client, failureOf, SECRET, serve } from './http-harness.js';

const send = (body: Buffer | string, type?: string, status = 200): Promise<string> =>
  serve((_request, response) =>
    response.writeHead(status, type === undefined ? {} : { 'Content-Type': type }).end(body),
  );
const JSON_ACTION = 'Check the address and the credentials: it does not answer with JSON.';

describe('decode', () => {
  it.each<[BodyFormat, string, unknown]>([
    ['json', '\uFEFF {"a":[1,9007199254740993,"x"]}', { a: [1, 9007199254740993n, 'x'] }],
    ['json', '"12"', '12'],
    ['json', 'null', null],
    ['ndjson', '{"a":1}\n\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
    ['csv', 'a,b\n1,"x\ny"\n', [{ a: '1', b: 'x\ny' }]],
  ])('reads %s: %j', async (decode, text, value) => {
    for (const body of [Buffer.from(text), gzipSync(text)]) {
      const { data, parseAgain } = await client().get<unknown>(await send(body), { decode });
      expect(data).toEqual(value);
      expect(parseAgain?.()).toEqual(value);
      if (typeof data === 'object' && data !== null) expect(parseAgain?.()).not.toBe(data);
    }
  });

  it.each([
    ['<html>\n <b>Log in</b>', 'text/html', 'text/html that is not JSON: "<html> <b>Log in</b>"'],
    ['no', undefined, 'no content type that is not JSON: "no"'],
    ['', 'application/json', 'an empty body'],
    [' \n', 'application/json', 'an empty body'],
    [`[1, oops ${SECRET}`, 'application/json', 'application/json that is not JSON: "[1, oops ***"'],
    ['{"a":1}}', 'application/json', 'application/json that is not JSON: "{\\"a\\":1}}"'],
  ])('refuses %j as JSON, with what is there', async (body, type, what) => {
    const url = await send(body, type);
    expect(await failureOf(client().get(url, { decode: 'json' }))).toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      message: `GET ${url} answered 200 with ${what}`,
      action: JSON_ACTION,
      details: { status: 200 },
    });
  });

  it('hides a secret before it cuts the text', async () => {
    const url = await send(`<p>${'x'.repeat(190)}${SECRET}</p>`, 'text/html');
    const { message } = await failureOf(client().get(url, { decode: 'json' }));
    expect(message).toContain(`"<p>${'x'.repeat(190)}***</p>"`);
    expect(message).not.toContain(SECRET.slice(0, 5));
  });

  it('names the line of NDJSON and CSV that is wrong', async () => {
    const ndjson = await send('{"a":1}\nnope\n{"a":2}\n', 'application/x-ndjson');
    expect((await failureOf(client().get(ndjson, { decode: 'ndjson' }))).message).toMatch(
      /answered 200 with application\/x-ndjson that is not NDJSON \(.*line 2.*\): "\{/,
    );
    const csv = await send('a,b\n1\n', 'text/csv');
    expect((await failureOf(client().get(csv, { decode: 'csv' }))).message).toMatch(
      /answered 200 with text\/csv that is not CSV \(.*\): "a,b 1"/,
    );
  });

  it.each<[BodyFormat, string]>([
    ['json', '[{"a":1},{"a"'],
    ['json', '[{"a":1'],
    ['json', '["ab'],
    ['json', '[tru'],
    ['json', '[9007199254740993,'],
    ['ndjson', '{"a":1}\n{"a":'],
  ])('asks again for %s that breaks off: %s', async (decode, text) => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      response.end(text);
    });
    expect(await failureOf(client({ retry: { tries: 2 } }).get(url, { decode }))).toMatchObject({
      name: 'TransientError',
      code: 'SOURCE_UNAVAILABLE',
      message: `GET ${url} broke off in the middle of the answer (after 2 tries)`,
    });
    expect(requests).toBe(2);
  });

  it('finds every place where a list of rows can break off', async () => {
    const whole = '[{"a":"x\\u00e9","b":[1.5,-2e3,true,null]},{"a":false}]';
    let length = 0;
    const url = await serve((_request, response) => response.end(whole.slice(0, length)));
    const http = client({ retry: { tries: 1 } });
    for (length = 1; length < whole.length; length += 1) {
      const { name } = await failureOf(http.get(url, { decode: 'json' }));
      expect(`${length} ${name}`).toBe(`${length} TransientError`);
    }
  });
});

describe('jsonParserFor', () => {
  it('gives what parseJson gives', () => {
    const digits = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }).map(String);
    const text = fc
      .array(
        fc.oneof(
          digits,
          fc.string().map((value) => JSON.stringify(value)),
        ),
      )
      .map((all) => `[${all.join(',')}]`);
    fc.assert(
      fc.property(text, (json) => {
        expect(jsonParserFor(Buffer.from(json), json)(json)).toEqual(parseJson(json));
      }),
    );
  });
});

describe('a body of many parts', () => {
  it('is read whole, also beside others, whatever its size', async () => {
    const rowsOf = (n: number, mark: string): object[] =>
      Array.from({ length: n }, (_, id) => ({ id, mark }));
    const url = await serve((request, response) => {
      const [, mark = '', n = ''] = (request.url ?? '').split('/');
      response.end(JSON.stringify(rowsOf(Number(n), mark)));
    });
    const http = client();
    const wanted = [10, 5000, 200_000, 20_000].map((n, i) => [n, 'abcé'[i] ?? ''] as const);
    const answers = await Promise.all(
      wanted.map(([n, mark]) =>
        http.get<object[]>(`${url}/${encodeURIComponent(mark)}/${n}`, { decode: 'json' }),
      ),
    );
    for (const [i, [n, mark]] of wanted.entries()) {
      const rows = rowsOf(n, encodeURIComponent(mark));
      // As text, because comparing so many objects takes long.
      expect(JSON.stringify(answers[i]?.data) === JSON.stringify(rows)).toBe(true);
      expect(JSON.stringify(answers[i]?.parseAgain?.()) === JSON.stringify(rows)).toBe(true);
    }
    const bytes = await http.get<Buffer>(`${url}/x/5000`, { responseType: 'arraybuffer' });
    await http.get(`${url}/y/5000`, { decode: 'json' });
    expect(bytes.data.toString()).toBe(JSON.stringify(rowsOf(5000, 'x')));
    expect(bytes.headers).toHaveProperty('date');
  });
});
