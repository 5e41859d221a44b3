import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readPath } from '../../src/sdk/read-path.js';

const ANSWER = {
  '@odata.nextLink': 'next',
  'a.b': { c: 1 },
  a: { b: { c: 2 }, 'x-y': 3 },
  $values: [4],
  hits: { hits: [{ _source: { id: 1 } }, { _source: { id: 9007199254740993n } }, { id: 3 }, null] },
  edges: [{ node: { id: 1 } }, { node: { id: 2 } }],
  groups: [{ rows: [{ id: 1 }, { id: 2 }] }, { rows: [{ id: 3 }] }],
  'two words': { deep: 5 },
  none: null,
};

describe('readPath', () => {
  it.each<[string, unknown]>([
    ['', ANSWER],
    ['  ', ANSWER],
    ['a.b.c', 2],
    ['a.x-y', 3],
    ['$values', [4]],
    ['$values.0', 4],
    ['@odata.nextLink', 'next'],
    ['"@odata.nextLink"', 'next'],
    ['"a.b".c', 1],
    ['a.b', { c: 1 }],
    ['two words.deep', 5],
    ['none', null],
    ['none.more', undefined],
    ['nothing', undefined],
    ['a.toString', undefined],
    ['edges.length', 2],
    ['edges[].node', [{ id: 1 }, { id: 2 }]],
    ['edges[-1].node.id', 2],
    ['edges[0]', { node: { id: 1 } }],
    ['hits.hits[]._source', [{ id: 1 }, { id: 9007199254740993n }, undefined, undefined]],
    ['hits.hits[]', ANSWER.hits.hits],
    ['groups[].rows[]', [{ id: 1 }, { id: 2 }, { id: 3 }]],
    ['groups[].rows[].id', [1, 2, 3]],
    ['a[].b', ANSWER.a],
    ['a[*].b', ANSWER.a],
    ['edges[*].node', [{ id: 1 }, { id: 2 }]],
    ['hits.hits[*]._source', [{ id: 1 }, { id: 9007199254740993n }, undefined, undefined]],
    ['hits.hits[:3]."_source"', [{ id: 1 }, { id: 9007199254740993n }, undefined]],
    ['hits.hits[?id==`3`]._source', [undefined]],
    ['groups[*].rows[]', [{ id: 1 }, { id: 2 }, { id: 3 }]],
    ['nothing || edges[].node', [{ id: 1 }, { id: 2 }]],
    ['groups[*].rows | []', [{ id: 1 }, { id: 2 }, { id: 3 }]],
    ['length(edges)', 2],
    ['edges[?node.id==`2`].node.id | [0]', 2],
  ])('reads %j', (path, expected) => {
    expect(readPath(path, ANSWER)).toEqual(expected);
  });

  it.each(['a[', 'a..[0]', '[', 'a | '])('refuses %j', (path) => {
    expect(() => readPath(path, ANSWER)).toThrow(SyntaxError);
  });

  it('says what an expression cannot take', () => {
    expect(() => readPath('length(none)', ANSWER)).toThrow('"length(none)" cannot be applied to the answer');
    expect(() => readPath('nosuch(a)', ANSWER)).toThrow('"nosuch(a)" is no path');
  });

  it('reads any name in quotes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer(), (name, value) => {
        expect(readPath(JSON.stringify(name), { [name]: value })).toBe(value);
      }),
    );
  });
});
