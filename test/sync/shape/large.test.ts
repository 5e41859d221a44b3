import { describe, expect, it } from '@jest/globals';
import type { Row } from '../../../src/sdk/schema.js';
import { shapeRows, usersShape } from './shaped.js';

function nest(levels: number, wrap: (inner: unknown) => unknown): unknown {
  let value: unknown = 'end';
  for (let i = 0; i < levels; i += 1) value = wrap(value);
  return value;
}

describe('large data', () => {
  it.each([1_000, 200_000])(
    'may be nested %i levels deep: what lies deeper than is opened stays as it is',
    (levels) => {
      const row = { id: 1, o: nest(levels, (o) => ({ o })), l: nest(levels, (item) => [item]) };
      const flat = shapeRows(usersShape({ nested: 'flatten' }), [row]).rows[0] as Row;
      expect(Object.keys(flat)).toEqual(['id', 'o_o_o_o', 'l']);
      expect(flat.o_o_o_o).toBe((row as { o: { o: { o: { o: unknown } } } }).o.o.o.o);
      const { children } = shapeRows(usersShape({ nested: 'child-tables', maxDepth: 100 }), [row]);
      expect(children.calls).toHaveLength(100);
      expect(children.rows('users__l__value')).toEqual([{ _parent_id: 1, _l_index: 0, _index: 0 }]);
    },
  );

  it('may have 5,000 columns, in any order, in objects and in items', () => {
    const names = Array.from({ length: 5_000 }, (_, i) => `c${i}`);
    const wide = Object.fromEntries(names.map((name, i) => [name, i]));
    const reversed = Object.fromEntries(Object.entries(wide).toReversed());
    const shape = usersShape({ nested: 'child-tables', names: 'snake_case' });
    const { rows, children } = shapeRows(shape, [
      { id: 1, o: wide, l: [wide, reversed] },
      { id: 2, o: reversed, l: [] },
    ]);
    const expected = Object.fromEntries(names.map((name, i) => [`o_${name}`, i]));
    expect(rows).toEqual([
      { id: 1, ...expected },
      { id: 2, ...expected },
    ]);
    expect(children.rows('users__l')).toEqual([
      { _parent_id: 1, _index: 0, ...wide },
      { _parent_id: 1, _index: 1, ...wide },
    ]);
  });

  it('may refer to itself', () => {
    const row: Row = { id: 1 };
    row.self = row;
    row.list = [row];
    const { rows } = shapeRows(usersShape({ nested: 'child-tables', maxDepth: 2 }), [row]);
    expect(rows).toEqual([
      { id: 1, self_id: 1, self_self_id: 1, self_self_self: row, self_self_list: row.list },
    ]);
  });
});
