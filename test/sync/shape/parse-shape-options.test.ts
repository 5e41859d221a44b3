import { describe, expect, it } from '@jest/globals';
import { DatasetShape } from '../../../src/sync/shape/dataset-shape.js';
import { parseShapeOptions, type ShapeTexts } from '../../../src/sync/shape/parse-shape-options.js';
import { isIdentity, type ShapeOptions } from '../../../src/sync/shape/shape-options.js';

describe('option texts', () => {
  it('become options', () => {
    expect(
      parseShapeOptions({
        nested: 'child-tables',
        maxDepth: '2',
        names: 'snake_case',
        rename: ['a=b', 'users.c=d e, x\\=\\,y=z\\\\'],
        tables: 'users, orders',
        columns: ['users.a,users.b', 'orders.c'],
        exclude: 'a,a',
        hashColumns: 'users.email',
        hashSalt: 'pepper',
        parseTimestamps: 'at',
      }),
    ).toEqual({
      nested: 'child-tables',
      maxDepth: 2,
      names: 'snake_case',
      rename: new Map([
        ['a', 'b'],
        ['users.c', 'd e'],
        ['x=,y', 'z\\'],
      ]),
      tables: ['users', 'orders'],
      columns: ['users.a', 'users.b', 'orders.c'],
      exclude: ['a'],
      hashColumns: ['users.email'],
      hashSalt: 'pepper',
      parseTimestamps: ['at'],
    });
  });

  it('change nothing where there are none', () => {
    expect(isIdentity(parseShapeOptions({}))).toBe(true);
  });

  it.each<[ShapeTexts, string]>([
    [{ nested: 'flat' }, '--nested must be one of json, flatten, child-tables (got "flat")'],
    [{ names: 'camel' }, '--names must be one of keep, snake_case (got "camel")'],
    [{ maxDepth: '-1' }, '--max-depth must be an integer from 0 to 100 (got "-1")'],
    [{ maxDepth: '1.5' }, '--max-depth must be an integer from 0 to 100 (got "1.5")'],
    [{ maxDepth: '101' }, '--max-depth must be an integer from 0 to 100 (got "101")'],
    [{ maxDepth: '' }, '--max-depth must be an integer from 0 to 100 (got "")'],
    [{ rename: 'a' }, '--rename "a" is not of the form name=new-name'],
    [{ rename: 'a=' }, '--rename "a=" is not of the form name=new-name'],
    [{ rename: '=b' }, '--rename "=b" is not of the form name=new-name'],
    [{ rename: 'a=b=c' }, '--rename "a=b=c" is not of the form name=new-name'],
    [{ rename: ['a=b', 'a=c'] }, '--rename gives "a" two names'],
    [{ tables: '' }, '--tables has an empty name; names are joined by commas'],
    [{ columns: 'a,,b' }, '--columns has an empty name; names are joined by commas'],
    [{ exclude: 'a,' }, '--exclude has an empty name; names are joined by commas'],
    [{ hashColumns: ' ' }, '--hash-columns has an empty name; names are joined by commas'],
    [{ parseTimestamps: ',' }, '--parse-timestamps has an empty name; names are joined by commas'],
  ])('%j is refused', (texts, message) => {
    expect(() => parseShapeOptions(texts)).toThrow(expect.objectContaining({ code: 'CLI_USAGE', message }));
  });

  it('are refused all at once', () => {
    expect(() => parseShapeOptions({ nested: 'x', names: 'y', rename: 'z' })).toThrow(/^3 problems:/);
  });
});

describe('options that change nothing', () => {
  it.each<[ShapeOptions, boolean]>([
    [{}, true],
    [{ nested: 'json', names: 'keep', rename: new Map(), tables: [], columns: [] }, true],
    [{ nested: 'flatten', maxDepth: 0 }, true],
    [{ hashSalt: 'unused' }, true],
    [{ nested: 'flatten' }, false],
    [{ nested: 'child-tables' }, false],
    [{ names: 'snake_case' }, false],
    [{ rename: new Map([['a', 'b']]) }, false],
    [{ tables: ['a'] }, false],
    [{ columns: ['a'] }, false],
    [{ exclude: ['a'] }, false],
    [{ hashColumns: ['a'], hashSalt: 's' }, false],
    [{ parseTimestamps: ['a'] }, false],
  ])('%j: %s', (options, expected) => {
    expect(new DatasetShape(options, 'run').isIdentity).toBe(expected);
  });
});
