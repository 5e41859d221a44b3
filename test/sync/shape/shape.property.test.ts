import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DatasetShape } from '../../../src/sync/shape/dataset-shape.js';
import type { Row } from '../../../src/sdk/schema.js';
import { KeptChildren, shapeRows, usersShape } from './shaped.js';

/** Names without `_`, so that a flattened name says which objects it came from. */
const anyKey = fc.oneof(
  fc.constantFrom('a', 'b', 'c', 'constructor', '__proto__', 'toString', 'A b'),
  fc.string({ unit: 'grapheme', maxLength: 4 }),
);
const key = anyKey.map((text) => text.replaceAll('_', '').toLowerCase());
const scalar = fc.oneof(fc.integer(), fc.string(), fc.boolean(), fc.double(), fc.bigInt());

const { object } = fc.letrec<{ object: Row; value: unknown; list: unknown[] }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('object'), tie('list')),
  list: fc.array(tie('value'), { maxLength: 3 }),
  object: fc.dictionary(key, tie('value'), { maxKeys: 4, noNullPrototype: true }),
}));

/** The values inside of objects, each with the names that lead to it; lists count as values. */
function leaves(value: Row, above: readonly string[] = []): [string, unknown][] {
  return Object.keys(value).flatMap((name) => {
    const inner = value[name];
    const path = [...above, name];
    return isObject(inner) ? leaves(inner, path) : [[path.join('_'), inner] as [string, unknown]];
  });
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Rows of every child table by its name, counted by hand. */
function countItems(value: Row, table: string, into: Map<string, number>): void {
  for (const [name, inner] of leaves(value)) {
    if (!Array.isArray(inner)) continue;
    const child = `${table}__${name}`;
    into.set(child, (into.get(child) ?? 0) + inner.length);
    for (const item of inner as unknown[]) countItems(isObject(item) ? item : { value: item }, child, into);
  }
}

/** A row whose items have no two columns of one name by chance, such as `a.b` and `a_b`. */
const withoutCollision = object.filter(
  (row) =>
    outcome(() => shapeRows(usersShape({ nested: 'child-tables', maxDepth: 50 }), [{ ...row, id: 1 }])) !==
    undefined,
);

describe('any row', () => {
  it('flattened has the same values under names that lead to them', () => {
    fc.assert(
      fc.property(object, (row) => {
        const shape = usersShape({ nested: 'flatten', maxDepth: 50 });
        expect(Object.entries(shapeRows(shape, [row]).rows[0] as Row)).toEqual(leaves(row));
      }),
    );
  });

  it('has as many child rows as its lists have items', () => {
    fc.assert(
      fc.property(withoutCollision, (row) => {
        const counts = new Map<string, number>();
        countItems({ ...row, id: 1 }, 'users', counts);
        const { children } = shapeRows(usersShape({ nested: 'child-tables', maxDepth: 50 }), [
          { ...row, id: 1 },
        ]);
        expect(new Map(children.calls.map(({ table, rows }) => [table, rows.length]))).toEqual(counts);
      }),
    );
  });

  it('becomes the same whatever rows went before', () => {
    fc.assert(
      fc.property(object, object, (a, b) => {
        const options = { nested: 'flatten', names: 'snake_case' } as const;
        const after = outcome(() => shapeRows(usersShape(options), [a, b]).rows[1]);
        const before = outcome(() => shapeRows(usersShape(options), [b, a]).rows[0]);
        if (after !== undefined && before !== undefined) expect(after).toEqual(before);
        // Names collide in either order or in none.
        expect(after === undefined).toBe(before === undefined);
      }),
    );
  });

  it('is not changed, also deep inside, and neither are keys and patches', () => {
    fc.assert(
      fc.property(object, fc.constantFrom('json', 'flatten', 'child-tables'), (given, nested) => {
        const row = deepFreeze({ ...given, id: 1 });
        const options = { nested, names: 'snake_case', exclude: ['a'], columns: ['b', 'c'] } as const;
        const shape = new DatasetShape(options, 'run').table('users', { columns: [], primaryKey: ['id'] });
        outcome(() => shape.row(row, new KeptChildren(), 1));
        outcome(() => shape.patch(row, new KeptChildren(), 1));
        outcome(() => shape.columnsOf(row));
      }),
    );
  });
});

/** Undefined where names collide or a column is left out, which is tested elsewhere; any other error is one of ours. */
function outcome<Result>(run: () => Result): Result | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) throw error;
    return undefined;
  }
}

/** A frozen object throws a TypeError when it is changed. */
function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null) Object.values(Object.freeze(value)).forEach(deepFreeze);
  return value;
}
