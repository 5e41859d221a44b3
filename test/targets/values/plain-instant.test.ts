import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { plainInstant } from '../../../src/targets/values/plain-instant.js';

const FORM = /^\d{4}-\d\d-\d\dT(?!24)\d\d:\d\d:\d\d(?:\.\d{3})?Z$/;

/** What Date makes of the form; undefined for another, and for days that not every month has. */
function byDate(text: string): number | undefined {
  if (!FORM.test(text) || text.slice(8, 10) > '28') return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
}

test('an instant of the usual form is what Date makes of it', () => {
  const instants = fc.date({
    noInvalidDate: true,
    min: new Date('0000-01-01T00:00:00Z'),
    max: new Date('9999-12-31T23:59:59.999Z'),
  });
  fc.assert(
    fc.property(instants, (date) => {
      const text = date.toISOString();
      for (const each of [text, `${text.slice(0, 19)}Z`]) expect(plainInstant(each)).toBe(byDate(each));
    }),
    { numRuns: 1000 },
  );
});

test('whatever is no such instant is none', () => {
  const changed = fc
    .tuple(
      fc.constantFrom('2026-11-21T07:08:09Z', '2024-02-28T23:59:59.999Z'),
      fc.nat(23),
      fc.constantFrom(...Array.from('0123456789-:.TZt +/;é')),
    )
    .map(([text, at, char]) => text.slice(0, at) + char + text.slice(at + 1));
  fc.assert(
    fc.property(fc.oneof(changed, fc.string()), (text) => {
      expect(plainInstant(text)).toBe(byDate(text));
    }),
    { numRuns: 2000 },
  );
  for (const text of [
    '2026-02-29T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T00:60:00Z',
    '2026-00-01T00:00:00Z',
  ])
    expect(plainInstant(text)).toBeUndefined();
});
