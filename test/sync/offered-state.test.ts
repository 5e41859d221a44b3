import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from '../../src/sdk/parse-json.js';
import { op, type State } from '../../src/sdk/operations.js';
import { applyMergePatch } from '../../src/sync/merge-patch.js';
import { OfferedState, stateOf } from '../../src/sync/offered-state.js';

const offer = (offered: OfferedState, state: unknown, merge = false): void =>
  offered.offer(op.checkpoint(state as State, { merge }));

function failureOf(state: unknown, merge = false): unknown {
  try {
    offer(new OfferedState(null), state, merge);
    return undefined;
  } catch (error) {
    const { name, code, message } = error as { name: string; code: string; message: string };
    return [name, code, message];
  }
}

describe('OfferedState', () => {
  it('is what was saved until something is offered', () => {
    const offered = new OfferedState('{"cursor":1}');
    expect([offered.text, offered.offers, offered.hasState]).toEqual(['{"cursor":1}', 0, true]);
    expect([new OfferedState(null).text, new OfferedState(null).hasState]).toEqual([null, false]);
    expect(new OfferedState('{}').hasState).toBe(false);
  });

  it('copies a state when it is offered', () => {
    const offered = new OfferedState(null);
    const state = { cursor: 1, pages: [1], deep: { a: 1 } };
    offer(offered, state);
    state.cursor = 2;
    state.pages.push(2);
    state.deep.a = 2;
    expect([offered.text, offered.offers]).toEqual(['{"cursor":1,"pages":[1],"deep":{"a":1}}', 1]);
  });

  it('copies a patch when it is offered', () => {
    const offered = new OfferedState('{"kept":true}');
    const patch = { list: [{ a: 1 }], deep: { a: { b: 1 } } };
    offer(offered, patch, true);
    patch.list[0] = { a: 2 };
    patch.list.push({ a: 3 });
    patch.deep.a.b = 2;
    expect(offered.text).toBe('{"kept":true,"list":[{"a":1}],"deep":{"a":{"b":1}}}');
  });

  it('merges patches into what was saved, into a whole state and into nothing', () => {
    const offered = new OfferedState(null);
    offer(offered, { a: { x: 1 } }, true);
    expect(offered.text).toBe('{"a":{"x":1}}');
    offer(offered, { b: 1 });
    expect(offered.text).toBe('{"b":1}');
    offer(offered, { a: { y: 1 }, b: null }, true);
    expect(offered.text).toBe('{"a":{"y":1}}');
    // Asking for the text in between changes nothing.
    offer(offered, { a: { z: 2 } }, true);
    expect([offered.text, offered.text, offered.offers]).toEqual([
      '{"a":{"y":1,"z":2}}',
      '{"a":{"y":1,"z":2}}',
      4,
    ]);
  });

  it('keeps integers beyond 2^53 as they are', () => {
    const offered = new OfferedState('{"saved":9007199254740993}');
    offer(offered, { more: { id: 2n ** 63n } }, true);
    expect(offered.text).toBe('{"saved":9007199254740993,"more":{"id":9223372036854775808}}');
    expect(stateOf(offered.text)).toEqual({ saved: 2n ** 53n + 1n, more: { id: 2n ** 63n } });
    offer(offered, { id: -(2n ** 60n), small: 7n });
    expect(stateOf(offered.text)).toEqual({ id: -(2n ** 60n), small: 7 });
  });

  it('leaves out what is undefined', () => {
    const offered = new OfferedState(null);
    offer(offered, { a: 1, b: undefined });
    expect(offered.text).toBe('{"a":1}');
    offer(offered, { a: undefined, c: { d: undefined } }, true);
    expect(offered.text).toBe('{"c":{}}');
  });

  it.each([false, true])('takes a key named __proto__ as any other (merge: %s)', (merge) => {
    const offered = new OfferedState(null);
    offer(offered, JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": 2}}'), merge);
    expect(offered.text).toBe('{"__proto__":{"polluted":1},"constructor":{"prototype":2}}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    offer(offered, JSON.parse('{"__proto__": {"more": 2}}'), true);
    expect(offered.text).toBe('{"__proto__":{"polluted":1,"more":2},"constructor":{"prototype":2}}');
    expect(Object.keys(stateOf(offered.text))).toContain('__proto__');
  });

  const circular: Record<string, unknown> = { list: [] };
  (circular['list'] as unknown[]).push({ again: circular });
  const deep = (levels: number): Record<string, unknown> => {
    let value: Record<string, unknown> = {};
    for (let i = 0; i < levels; i += 1) value = { a: value };
    return value;
  };

  it.each<[string, unknown, string | RegExp]>([
    ['null', null, 'it is null, not an object'],
    ['undefined', undefined, 'it is undefined, not an object'],
    ['text', 'cursor', 'it is string, not an object'],
    ['a number', 7, 'it is number, not an object'],
    ['a list', [1], 'it is a list, not an object'],
    ['a function', () => 1, 'it is function, not an object'],
    ['a Map', new Map([['a', 1]]), 'it is a Map'],
    ['a Date', { at: { seen: new Date(0) } }, 'at.seen is a Date'],
    ['a Set in a list', { lists: [[], [new Set()]] }, 'lists[1][0] is a Set'],
    ['bytes', { raw: new Uint8Array(2) }, 'raw is a Uint8Array'],
    ['NaN', { a: [0, Number.NaN] }, 'a[1] is NaN'],
    ['an infinity', { a: { b: Number.NEGATIVE_INFINITY } }, 'a.b is -Infinity'],
    ['a function within', { a: { next: () => 1 } }, 'a.next is a function'],
    ['a symbol', { a: Symbol('s') }, 'a is a symbol'],
    ['an object that contains itself', circular, 'list[0].again contains itself'],
    ['1,000 levels', deep(1000), /^(a\.){30}\.\.\. is nested more than 500 levels deep$/],
  ])('refuses %s, and says where', (_name, state, problem) => {
    for (const merge of [false, true]) {
      const sentence = typeof problem === 'string' ? `: ${problem}` : problem.source.slice(1);
      expect(failureOf(state, merge)).toEqual([
        'ConnectorError',
        'STATE_INVALID',
        typeof problem === 'string'
          ? `a checkpoint has a state that is not JSON${sentence}`
          : expect.stringMatching(new RegExp(`^a checkpoint has a state that is not JSON: ${sentence}`)),
      ]);
    }
  });

  it('takes one object in two places, and 500 levels', () => {
    const shared = { a: 1 };
    expect(failureOf({ x: shared, y: [shared, shared] })).toBeUndefined();
    expect(failureOf(deep(500))).toBeUndefined();
  });

  it('leaves the state before it where a patch is refused', () => {
    const offered = new OfferedState('{"a":1}');
    expect(() => offer(offered, { b: 2, c: Number.NaN }, true)).toThrow('c is NaN');
    expect(offered.text).toBe('{"a":1}');
  });

  it('takes 10 MB', () => {
    const offered = new OfferedState(null);
    const pages = Object.fromEntries(
      Array.from({ length: 100 }, (_, n) => [`page${n}`, 'x'.repeat(100_000)]),
    );
    offer(offered, pages);
    expect(offered.text?.length).toBeGreaterThan(10_000_000);
    expect(stateOf(offered.text)).toEqual(pages);
  });

  it('changes one of 100,000 cursors without copying the others', () => {
    const cursors = Object.fromEntries(Array.from({ length: 100_000 }, (_, n) => [`user${n}`, `at${n}`]));
    const offered = new OfferedState(JSON.stringify({ cursors }));
    for (let n = 0; n < 100_000; n += 1) offer(offered, { cursors: { [`user${n}`]: `later${n}` } }, true);
    // A copy of all of them takes tens of milliseconds: 100,000 of those would take an hour.
    expect(offered.seconds).toBeLessThan(10);
    const state = stateOf(offered.text) as { cursors: Record<string, string> };
    expect(Object.keys(state.cursors)).toHaveLength(100_000);
    expect(state.cursors['user99999']).toBe('later99999');
  });
});

describe('applyMergePatch', () => {
  // The examples of RFC 7396, appendix A, whose target and patch are objects: others are no states.
  it.each<[object, object, object]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('%j with %j is %j', (target, patch, result) => {
    const changed = structuredClone(target) as Record<string, unknown>;
    const before = JSON.stringify(patch);
    applyMergePatch(changed, patch as Record<string, unknown>);
    expect(changed).toEqual(result);
    expect(JSON.stringify(patch)).toBe(before);
  });

  it('does what the pseudocode of the RFC does, for any states and patches', () => {
    const json = fc.dictionary(
      fc.constantFrom('a', 'b', 'c', '__proto__'),
      fc.letrec((tie) => ({
        value: fc.oneof(
          { maxDepth: 3 },
          fc.constantFrom(null, 1, 'x', true),
          fc.array(tie('value'), { maxLength: 2 }),
          fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__'), tie('value'), { maxKeys: 3 }),
        ),
      })).value,
    );
    fc.assert(
      fc.property(json, fc.array(json, { maxLength: 4 }), (state, patches) => {
        const offered = new OfferedState(JSON.stringify(state));
        let expected: unknown = state;
        for (const patch of patches) {
          offer(offered, patch, true);
          expected = mergePatch(expected, patch);
        }
        expect(parseJson(offered.text ?? '')).toEqual(parseJson(JSON.stringify(expected)));
      }),
      { numRuns: 500 },
    );
  });
});

/** RFC 7396, section 2, on entries, so that no key is special. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const isObject = typeof target === 'object' && target !== null && !Array.isArray(target);
  const result = new Map<string, unknown>(isObject ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, mergePatch(result.get(name), value));
  }
  return Object.fromEntries(result);
}
