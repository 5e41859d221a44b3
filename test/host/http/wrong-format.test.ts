import { describe, expect, it } from '@jest/globals';
import type { BodyFormat } from '../../../src/sdk/http.js';
import { client, failureOf, serve } from './http-harness.js';

const send = (body: string, type: string): Promise<string> =>
  serve((_request, response) => response.writeHead(200, { 'Content-Type': type }).end(body));

const wrongFormat = (found: string, wanted: string): string =>
  `The response format may be set wrong: the answer calls itself ${found}, and ${wanted} was asked for (response_format, or decode in a connector of your own).`;

describe('an answer in another format', () => {
  it.each<[BodyFormat, string, string, string]>([
    ['csv', 'text/html', 'Log in\nplease\n', 'text/html that is not CSV: "Log in please"'],
    ['ndjson', 'text/html; charset=utf-8', '{}\n', 'text/html; charset=utf-8 that is not NDJSON: "{}"'],
    [
      'csv',
      'text/csv',
      '<!DOCTYPE html>\n<p>Log in\n',
      'text/csv that is not CSV (it is an HTML page): "<!DOCTYPE html> <p>Log in"',
    ],
    ['csv', 'text/plain', ' <Html>\n', 'text/plain that is not CSV (it is an HTML page): "<Html>"'],
    ['ndjson', 'text/plain', '<html>\n', 'text/plain that is not NDJSON (line 1 is not JSON): "<html>"'],
  ])('is refused as %s where it is a page: %s %j', async (decode, type, body, what) => {
    const url = await send(body, type);
    expect(await failureOf(client().get(url, { decode }))).toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      message: `GET ${url} answered 200 with ${what}`,
      action: `Check the address and the credentials: it does not answer with ${decode.toUpperCase()}.`,
    });
  });

  it.each<[BodyFormat, string, string, string]>([
    ['json', 'text/csv; charset=utf-8', 'a,b\n1,2\n', wrongFormat('CSV', 'JSON')],
    ['json', 'application/x-ndjson', '{"a":1}\n{"a":2}\n', wrongFormat('NDJSON', 'JSON')],
    ['json', 'application/jsonl', '{"a":1}\n{"a":2}\n', wrongFormat('NDJSON', 'JSON')],
    ['ndjson', 'application/json', '[\n{"a":1}\n]', wrongFormat('JSON', 'NDJSON')],
    ['csv', 'application/hal+json', '{"a":1}', wrongFormat('JSON', 'CSV')],
    ['csv', 'application/ndjson', '{"a":1}\n', wrongFormat('NDJSON', 'CSV')],
    ['ndjson', 'text/csv', 'a,b\n', wrongFormat('CSV', 'NDJSON')],
  ])('is said to be one, asked for as %s: %s %j', async (decode, type, body, action) => {
    const url = await send(body, type);
    expect(await failureOf(client().get(url, { decode }))).toMatchObject({ code: 'HTTP_REFUSED', action });
  });
});
