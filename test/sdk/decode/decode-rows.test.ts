import { describe, expect, it } from '@jest/globals';
import { stringify } from 'csv-stringify/sync';
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import {
  ConfigError,
  decodeCsv,
  decodeRows,
  TransientError,
  type BodyFormat,
  type Row,
} from '../../../src/sdk/index.js';
import { jsonText } from '../../../src/targets/values/json-text.js';
import { csvTable } from './csv-table.js';

const leaf = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.integer(),
  fc.boolean(),
  fc.constant(null),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }),
);
const table = fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.oneof(leaf, fc.array(leaf))));
const cuts = fc.array(fc.nat(), { maxLength: 20 });

/** How a test writes rows in each format. */
const ENCODE: Record<BodyFormat, (rows: readonly Row[]) => string> = {
  json: (rows) => jsonText(rows) ?? '',
  ndjson: (rows) => rows.map((row) => `${jsonText(row)}\n`).join(''),
  csv: (rows) => stringify([...rows], { header: true }),
};

describe('decodeRows', () => {
  it.each<[BodyFormat, fc.Arbitrary<Row[]>]>([
    ['json', table],
    ['ndjson', table],
    ['csv', csvTable],
  ])('gives the rows of a %s body, wherever it is cut, zipped or not', async (format, rows) => {
    await fc.assert(
      fc.asyncProperty(rows, cuts, fc.boolean(), async (given, at, zipped) => {
        const plain = Buffer.from(ENCODE[format](given));
        const body = zipped ? gzipSync(plain) : plain;
        expect(await read(chunks(body, at), format)).toEqual(given);
      }),
    );
  });

  it.each<BodyFormat>(['json', 'ndjson', 'csv'])('gives %s in pages of 1000', async (format) => {
    const rows = Array.from({ length: 2500 }, (_, id) => ({ id: String(id), name: `ñ ${id}` }));
    const body = Buffer.from(ENCODE[format](rows));
    const sizes: number[] = [];
    for await (const page of decodeRows(body, format)) sizes.push(page.length);
    expect(sizes).toEqual([1000, 1000, 500]);
    expect(await read(body, format)).toEqual(rows);
  });

  it.each<[BodyFormat, string, string, object]>([
    ['json', '[{"a":1},{"secr', 'json: it is cut off or has other text in it', {}],
    ['json', '', 'json: it is cut off or has other text in it', {}],
    ['json', '{"secret":1}', 'json: it is not a list', {}],
    ['json', '[{"a":1},"secret"]', 'json: item 2 is not an object', {}],
    ['json', '[[1]]', 'json: item 1 is not an object', {}],
    ['ndjson', '{"a":1}\n\nsecret', 'ndjson: line 3 is not JSON', { line: 3 }],
    ['ndjson', '{"a":1}\n"secret"\n', 'ndjson: line 2 is not an object', { line: 2 }],
    [
      'csv',
      'a,b\n1,2\nsecret\n',
      'csv: the row that begins at line 3 has 1 fields; the header has 2',
      { line: 3 },
    ],
    ['csv', 'a,b\n1,"secret', 'csv: the row that begins at line 2 never ends its quote', { line: 2 }],
    [
      'csv',
      'a,b\n1,2\n"3\r\n",4\n5,s"ecret\n',
      'csv: the row that begins at line 5 has a quote in the wrong place',
      { line: 5 },
    ],
    ['csv', '\x1f\x8b secret', 'csv: the body begins as gzip does but cannot be unzipped', {}],
  ])('refuses a %s body %j', async (format, text, message, details) => {
    for (const body of [Buffer.from(text, 'latin1'), chunks(Buffer.from(text, 'latin1'), [1, 2, 3])]) {
      const error = await read(body, format).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(ConfigError);
      expect((error as Error).cause).toBeUndefined();
      expect(error).toMatchObject({
        code: 'HTTP_REFUSED',
        message: `the API's answer is not ${message}`,
        details,
      });
    }
  });

  it.each<[BodyFormat, string]>([
    ['json', '[{"a":"é"},\n{"a":"\xff"}]'],
    ['ndjson', '{"a":"é"}\n{"a":"\xff"}\n'],
    ['csv', 'é\n"\xff"\n1\n'],
    ['csv', 'é\n\xe2\x82'],
    ['csv', 'é\n\xe2\x82\n'],
    ['ndjson', '{"a":"é"}\n{"a":"\xed\xa0\x80"}'],
    ['json', '[{"a":"é"},\n{"a":"\xf8\x88\x80\x80\x80"}]'],
  ])('names the line of a %s body %j that is no UTF-8, wherever it is cut', async (format, text) => {
    const body = Buffer.concat(
      Array.from(text, (c) => (c === 'é' ? Buffer.from(c) : Buffer.from(c, 'latin1'))),
    );
    for (let at = 0; at <= body.length; at += 1) {
      const every = Array.from({ length: at }, (_, place) => place);
      for (const places of [[at], [at, at + 1], every]) {
        const error = await read(chunks(body, places), format).catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(ConfigError);
        expect(error).toMatchObject({
          message: `the API's answer is not ${format}: line 2 has bytes that are not valid UTF-8`,
          details: { line: 2 },
        });
      }
    }
  });

  it('keeps U+FFFD and every other character that is there', async () => {
    const text = 'a\n\uFFFD😀é€\n';
    const body = Buffer.from(text);
    for (let at = 0; at <= body.length; at += 1) {
      expect(await read(chunks(body, [at]), 'csv')).toEqual([{ a: '\uFFFD😀é€' }]);
    }
  });

  it.each(['<!DOCTYPE html>\n<p>Log in\n', '\uFEFF <HTML>\n</HTML>', '<!doctype html>\n<a href="x">\n'])(
    'does not take the page %j for CSV',
    async (page) => {
      await expect(read(Buffer.from(page), 'csv')).rejects.toThrow(/^the API's answer is not csv: /);
      expect(() => decodeCsv(page)).toThrow(SyntaxError);
    },
  );

  it.each<BodyFormat>(['ndjson', 'csv'])('refuses a line of %s that never ends', async (format) => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      const chunk = Buffer.alloc(1024 * 1024, 'x');
      for (;;) {
        sent += chunk.length;
        yield chunk;
      }
    }
    await expect(read(endless(), format)).rejects.toThrow('line 1 is longer than 16 MiB');
    expect(sent).toBeLessThanOrEqual(24 * 1024 * 1024);
  });

  it('says that a zipped body broke off', async () => {
    const body = gzipSync('{"a":1}\n'.repeat(1000));
    const error = await read(chunks(body.subarray(0, -8), [10]), 'ndjson').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TransientError);
    expect(error).toMatchObject({ code: 'SOURCE_UNAVAILABLE', message: 'the gzip body broke off' });
  });

  it.each<BodyFormat>(['json', 'ndjson', 'csv'])('throws what reading a %s body throws', async (format) => {
    for (const start of [Buffer.from('x'), gzipSync('a,b\n').subarray(0, 12)]) {
      const failure = Object.assign(new Error('reset'), { code: 'ECONNRESET' });
      async function* broken(): AsyncGenerator<Uint8Array> {
        yield start;
        throw failure;
      }
      await expect(read(broken(), format)).rejects.toBe(failure);
    }
  });

  it.each([false, true])('closes a body that is not read to its end (zipped: %j)', async (zipped) => {
    const lines = Buffer.from('{"a":1}\n'.repeat(3000));
    let closed = false;
    async function* endless(): AsyncGenerator<Uint8Array> {
      try {
        for (;;) yield zipped ? gzipSync(lines) : lines;
      } finally {
        closed = true;
      }
    }
    for await (const page of decodeRows(endless(), 'ndjson')) {
      expect(page).toHaveLength(1000);
      break;
    }
    await new Promise(setImmediate);
    expect(closed).toBe(true);
  });
});

async function read(body: Uint8Array | AsyncIterable<Uint8Array>, format: BodyFormat): Promise<Row[]> {
  const rows: Row[] = [];
  for await (const page of decodeRows(body, format)) rows.push(...page);
  return rows;
}

/** The body cut at the places given, empty parts included. */
async function* chunks(body: Buffer, places: readonly number[]): AsyncGenerator<Uint8Array> {
  const sorted = places.map((place) => place % (body.length + 1)).sort((a, b) => a - b);
  let from = 0;
  for (const to of [...sorted, body.length]) {
    yield body.subarray(from, to);
    from = to;
  }
}
