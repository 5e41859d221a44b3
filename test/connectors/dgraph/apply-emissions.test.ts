import { describe, expect, it } from '@jest/globals';
import { op, type Emission } from '../../../src/index.js';
import { applyEmissions, rowsOf } from './apply-emissions.js';

const KEYS = { a: ['id'], b: ['id'] };

describe('applyEmissions', () => {
  it('applies operations in order', async () => {
    const applied = await applyEmissions(
      [
        op.upsert('a', [
          { id: 1, x: 1, y: 1 },
          { id: 2, x: 2 },
          { id: 3, x: 3 },
        ]),
        op.upsert('a', { id: 1, x: 10 }),
        op.update('a', [
          { id: 2, y: 20 },
          { id: 9, y: 90 },
        ]),
        op.delete('a', { id: 3 }),
        op.upsert('b', [
          { id: 1, of: 'p' },
          { id: 2, of: 'q' },
        ]),
        op.deleteWhere('b', { of: 'p' }),
      ],
      KEYS,
    );
    expect(rowsOf(applied, 'a')).toEqual([
      { id: 1, x: 10 },
      { id: 2, x: 2, y: 20 },
    ]);
    expect(rowsOf(applied, 'b', ['of'])).toEqual([{ id: 2 }]);
  });

  it('commits at checkpoints, and at a normal end with the state offered last', async () => {
    const emissions = [
      op.upsert('a', { id: 1 }),
      op.checkpoint({ x: 1, y: { z: 1, w: 2 } }),
      op.truncate('a'),
      op.upsert('a', { id: 2 }),
      op.checkpoint({ x: null, y: { z: 3 } }, { merge: true }),
      op.upsert('a', { id: 3 }),
    ];
    const whole = await applyEmissions(emissions, KEYS);
    expect([rowsOf(whole, 'a'), whole.state, whole.isComplete]).toEqual([
      [{ id: 2 }, { id: 3 }],
      { y: { z: 3, w: 2 } },
      true,
    ]);
    for (const [crashAfter, ids, state] of [
      [0, [], {}],
      [1, [], {}],
      [4, [1], { x: 1, y: { z: 1, w: 2 } }],
      [6, [2], { y: { z: 3, w: 2 } }],
    ] as const) {
      const crashed = await applyEmissions(emissions, KEYS, { crashAfter });
      expect([rowsOf(crashed, 'a').map(({ id }) => id), crashed.state]).toEqual([ids, state]);
      expect(crashed.isComplete).toBe(false);
    }
  });

  it.each<[string, Emission]>([
    ['a plain row', { id: 1 }],
    ['another table', op.upsert('c', { id: 1 })],
    ['a row without its key', op.upsert('a', { id: null })],
  ])('refuses %s', async (_what, emission) => {
    await expect(applyEmissions([emission], KEYS)).rejects.toThrow();
  });
});
