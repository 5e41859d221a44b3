import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inUtc, instantOf } from '../../../python-connectors/my-plugin-dgraph/instant.js';
import { schemaTypes } from '../../../python-connectors/my-plugin-dgraph/schema-types.js';
import { INPUT_SCHEMA, NODE_TYPES } from '../../helpers/dgraph-schema.js';

describe('schemaTypes', () => {
  const namesIn = (text: string): Record<string, readonly string[]> =>
    Object.fromEntries(schemaTypes(text).map(({ name, fields }) => [name, fields]));

  it.each<[string, string, Record<string, string[]>]>([
    ['a type on one line', 'type A { b: C d: [E!]! }', { A: ['b', 'd'] }],
    ['commas', 'type A {b:C,d:E}', { A: ['b', 'd'] }],
    ['arguments', 'type A { b(c: Int = 1, d: [E] = []): F! g: H }', { A: ['b', 'g'] }],
    ['directives', 'type A @a(b: { c: "}" }) { d: E @f(g: ":", h: [i]) j: K }', { A: ['d', 'j'] }],
    ['descriptions', '"A { x: y }" type A { """b: "c" }""" d: E "f: g" h: I }', { A: ['d', 'h'] }],
    ['comments', 'type A { # b: C }\n d: E\n}\n# type F { g: H }', { A: ['d'] }],
    ['interfaces', 'interface A { b: C } type D implements A & E { b: C f: G }', { A: ['b'], D: ['b', 'f'] }],
    ['an extended type', 'type A { b: C } extend type A { d: E }', { A: ['b', 'd'] }],
    [
      'other definitions',
      'enum A { b } input C { d: E } union F = A | C scalar G type H { i: J }',
      { H: ['i'] },
    ],
    ['a directive of its own', 'directive @a(b: C) on OBJECT type D { e: F }', { D: ['e'] }],
    [
      'fields with names of keywords',
      'type A { type: B input: C enum: D }',
      { A: ['type', 'input', 'enum'] },
    ],
    ['a type without fields', 'type A type B { c: D }', { A: [], B: ['c'] }],
    ['operations', 'type Query { a: B } type Mutation { c: D } type Subscription { e: F }', {}],
    ['nothing', '', {}],
  ])('reads %s', (_what, text, types) => expect(namesIn(text)).toEqual(types));

  it('reads the schema of the test server', () => {
    expect(schemaTypes(INPUT_SCHEMA).map(({ name }) => name)).toEqual([...NODE_TYPES]);
    expect(namesIn(INPUT_SCHEMA).Review).toEqual([
      'id',
      'rating',
      'comment',
      'createdAt',
      'product',
      'author',
    ]);
  });
});

describe('instantOf', () => {
  it('sorts as the times do, with nanoseconds', () => {
    const sorted = [
      '1969-12-31T23:59:59.5Z',
      '2026-01-01T00:00:00Z',
      '2026-01-01T00:00:00.000000001Z',
      '2026-01-01T00:00:00.1Z',
      '2026-01-01T00:00:00.12Z',
      '2026-01-01T02:00:00.5+01:00',
    ].map((text) => instantOf(text) as bigint);
    expect([...sorted].sort((a, b) => (a < b ? -1 : 1))).toEqual(sorted);
    expect(new Set(sorted).size).toBe(6);
  });

  it.each(['yesterday', '2026-01-01', '2026-13-01T00:00:00Z', '2026-01-01T00:00:00', 5, null, undefined])(
    'is undefined for %p',
    (value) => expect(instantOf(value)).toBeUndefined(),
  );
});

describe('inUtc', () => {
  it.each([
    ['2026-01-01T00:30:00.25+01:00', '2025-12-31T23:30:00.25Z'],
    ['2026-01-01T00:00:00-05:30', '2026-01-01T05:30:00Z'],
    ['2026-01-01T00:00:00.123456789Z', '2026-01-01T00:00:00.123456789Z'],
    ['no time', 'no time'],
  ])('%s is %s', (given, utc) => expect(inUtc(given)).toBe(utc));

  it('never changes the instant', () => {
    fc.assert(
      fc.property(
        fc.date({ noInvalidDate: true, min: new Date('1900-01-01'), max: new Date('2100-01-01') }),
        fc.integer({ min: -840, max: 840 }),
        (date, offset) => {
          const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 23);
          const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) =>
            String(part).padStart(2, '0'),
          );
          const text = `${local}${offset < 0 ? '-' : '+'}${hours}:${minutes}`;
          expect(instantOf(inUtc(text))).toBe(BigInt(date.getTime()) * 1_000_000n);
          expect(instantOf(text)).toBe(BigInt(date.getTime()) * 1_000_000n);
        },
      ),
    );
  });
});
