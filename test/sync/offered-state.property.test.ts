import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { op, type State } from '../../src/sdk/operations.js';
import { applyMergePatch } from '../../src/sync/merge-patch.js';
import { OfferedState } from '../../src/sync/offered-state.js';

const states = fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 8 });
const small = fc.dictionary(
  fc.string(),
  fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)),
);

describe('OfferedState', () => {
  it('has the state as it was when it was offered, whatever the connector does to its object', () => {
    fc.assert(
      fc.property(fc.oneof(states, small), (state) => {
        const offered = new OfferedState(null);
        const copy = structuredClone(state);
        offered.offer(op.checkpoint(state));
        for (const key of Object.keys(state)) Reflect.deleteProperty(state, key);
        state['later'] = 1;
        // JSON has no negative zero.
        expect(JSON.parse(offered.text ?? '')).toEqual(JSON.parse(JSON.stringify(copy)));
        expect(offered.hasState).toBe(Object.keys(copy).length > 0);
      }),
    );
  });

  it('has what whole states and patches in their order make of the saved state', () => {
    const offer = fc.record({ state: fc.oneof(states, small), merge: fc.boolean() });
    fc.assert(
      fc.property(states, fc.array(offer, { minLength: 1, maxLength: 6 }), (saved, offers) => {
        const offered = new OfferedState(JSON.stringify(saved));
        let expected: Record<string, unknown> = structuredClone(saved);
        for (const { state, merge } of offers) {
          offered.offer(op.checkpoint(state, { merge }));
          if (merge) applyMergePatch(expected, state);
          else expected = structuredClone(state);
        }
        expect(JSON.parse(offered.text ?? '')).toEqual(JSON.parse(JSON.stringify(expected)));
      }),
    );
  });

  it.each<[string, State]>([
    ['cursor is NaN', { cursor: NaN }],
    ['cursor is a function', { cursor: () => 1 }],
    ['a.at is a Date', { a: { at: new Date(0) } }],
  ])('says where a value is that JSON cannot say: %s', (problem, state) => {
    expect(() => {
      new OfferedState(null).offer(op.checkpoint(state));
    }).toThrow(problem);
  });

  it('keeps integers beyond 2^53 exactly, also beside a patch', () => {
    const offered = new OfferedState('{"a":9007199254740993}');
    offered.offer(op.checkpoint({ b: 9007199254740995n }, { merge: true }));
    offered.offer(op.checkpoint({ c: 1 }, { merge: true }));
    expect(offered.text).toBe('{"a":9007199254740993,"b":9007199254740995,"c":1}');
  });

  it('spends no time that is worth a word on small states', () => {
    const offered = new OfferedState(null);
    for (let i = 0; i < 1000; i += 1) offered.offer(op.checkpoint({ cursor: i }));
    expect([offered.seconds, offered.offers, offered.text]).toEqual([0, 1000, '{"cursor":999}']);
  });
});
