import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonText } from '../../../python-connectors/my-plugin-api-connector/json-text.js';
import {
  keySegment,
  PathTemplate,
} from '../../../python-connectors/my-plugin-api-connector/path-template.js';
import { parseJson } from '../../../src/index.js';

const PLACE = { resource: 'users', table: 't' };
/** Any text, and often what means something in a path. */
const keys = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom('.', '/', '%', '2', 'e', 'E', '\\', ',', '?', '#', ' ') }),
);

describe('a path', () => {
  it('names the row of its key and nothing else, whatever the key is', () => {
    const template = new PathTemplate('/{resource}/{key}/{id}');
    fc.assert(
      fc.property(keys, (id) => {
        fc.pre(keySegment(id) !== undefined);
        const { pathname, search, hash } = new URL(template.fill(PLACE, { id }, ['id']), 'http://h');
        expect([search, hash]).toEqual(['', '']);
        expect(pathname.split('/').map(decodeURIComponent)).toEqual(['', 'users', id, id]);
      }),
    );
  });

  it('is another one for other keys of several columns', () => {
    const template = new PathTemplate('/{key}');
    const pair = fc.tuple(keys, keys);
    fc.assert(
      fc.property(pair, pair, (first, second) => {
        const [one, other] = [first, second].map(([a, b]) => template.fill(PLACE, { a, b }, ['a', 'b']));
        fc.pre([...first, ...second].every((key) => keySegment(key) !== undefined));
        expect(one === other).toBe(first[0] === second[0] && first[1] === second[1]);
      }),
    );
  });
});

describe('a line of NDJSON', () => {
  it('has every value, integers with all their digits', () => {
    const value = fc.oneof(
      fc.jsonValue(),
      fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }),
      fc.bigInt({ min: -(2n ** 70n), max: -(2n ** 53n) }),
    );
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.string().filter((name) => name !== '__proto__'),
          fc.oneof(value, fc.array(value)),
        ),
        (row) => {
          const text = jsonText(row);
          expect(text).not.toContain('\n');
          expect(jsonText(parseJson(text))).toBe(text);
        },
      ),
    );
  });

  it('is that of JSON.stringify where there are no large integers', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => expect(jsonText(value)).toBe(JSON.stringify(value))));
    expect(jsonText({ at: new Date(0), none: undefined, list: [undefined] })).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","list":[null]}',
    );
  });
});
