import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { rm } from 'node:fs/promises';
import type { Row } from '../../../src/sdk/schema.js';
import { tempFolders } from '../../fixtures/temp-folder.js';
import { Endpoint, mirror } from './fixture.js';

const newFolder = tempFolders();
const OPTIONS = { maxDelete: 1, allowEmpty: true, force: true };

const value = fc.oneof(
  // An unsafe integer is a bigint once it was JSON, inside of a value too.
  fc.jsonValue({ maxDepth: 2 }).filter((json) => !/\d{16}/.test(JSON.stringify(json))),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 70n }),
  fc.constantFrom('null', '', '__proto__', "'", '\u2028'),
);
/** What the source has at one time, by id, and the ids that the endpoint refuses then. */
const moment = fc.record({
  rows: fc.dictionary(
    fc.constantFrom('1', '2', '3', '4', '5', '6'),
    fc.record({ a: value, b: value }, { requiredKeys: [] }),
    { maxKeys: 6 },
  ),
  refuses: fc.subarray(['1', '4'], { maxLength: 1 }),
});

const rowsOf = (rows: Record<string, Row>): Row[] =>
  Object.entries(rows).map(([id, row]) => ({ ...row, id }));

test('the endpoint has what the source has, but for what it refused, and nothing is sent twice', async () => {
  const folder = await newFolder();
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { minLength: 1, maxLength: 3 }), async (moments) => {
      await rm(folder, { recursive: true, force: true });
      const endpoint = new Endpoint();
      for (const { rows, refuses } of moments) {
        for (const id of refuses) endpoint.refuses.add(id);
        const before = new Map(endpoint.rows);
        const source = rowsOf(rows);
        await mirror(endpoint, folder, source, { options: OPTIONS, columns: ['id', 'a', 'b'] });
        for (const id of ['1', '2', '3', '4', '5', '6']) {
          const expected = refuses.includes(id) ? before.get(id) : source.find((row) => row['id'] === id);
          expect(withoutNulls(endpoint.rows.get(id))).toEqual(withoutNulls(expected));
        }
        const again = await mirror(endpoint, folder, source.toReversed(), {
          options: OPTIONS,
          columns: ['id', 'a', 'b'],
        });
        expect(again.sent.every((sent) => refuses.some((id) => sent.endsWith(` ${id}`)))).toBe(true);
        endpoint.refuses.clear();
      }
    }),
    { numRuns: 6 },
  );
});

/** A null counts as not given; as text, so that a value is the same whatever made it. */
function withoutNulls(row: Row | undefined): Record<string, string> | undefined {
  if (row === undefined) return undefined;
  const fields = Object.entries(row).filter(([, field]) => field !== null);
  return Object.fromEntries(fields.map(([name, field]) => [name, textOf(field)]));
}

function textOf(field: unknown): string {
  return JSON.stringify(field, (_, part: unknown) => {
    if (typeof part === 'bigint') return `${part}n`;
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part;
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}
