import { describe, expect, it } from '@jest/globals';
import type { ConfigError } from 'connector-host';
import {
  ConnectorError,
  createCursor,
  type Cursor,
  type CursorFormat,
  type CursorOptions,
  type CursorType,
  type CursorValue,
  type Row,
  type State,
} from 'connector-host';

const NOW = Date.UTC(2026, 10, 27, 12, 0, 0, 250);
const at = (value: unknown, id = 0): Row => ({ id, at: value });
const create = (options: Partial<CursorOptions> = {}): Cursor =>
  createCursor({ field: 'at', state: {}, now: () => NOW, ...options });

/** One complete read of these rows; the state as a database gives it back. */
function readAll(
  rows: readonly Row[],
  options: Partial<CursorOptions> = {},
): { fresh: readonly Row[]; state: State } {
  const cursor = create(options);
  const fresh = cursor.take(rows);
  return { fresh, state: JSON.parse(JSON.stringify(cursor.complete())) as State };
}

/** The lower bound after a read of one row. */
function boundAfter(value: unknown, options: Partial<CursorOptions> = {}): CursorValue | undefined {
  const { state } = readAll([at(value)], options);
  return create({ ...options, state }).lowerBound;
}

function failureOf(act: () => unknown): ConfigError | ConnectorError {
  try {
    act();
  } catch (error) {
    return error as ConfigError;
  }
  throw new Error('it did not fail');
}

describe('the lower bound', () => {
  it.each<[unknown, CursorType?]>([
    ['2026-11-27T10:00:00.123456+02:00'],
    ['2026-11-27 08:00'],
    ['2026-11-27'],
    [1_700_000_000],
    [9_007_199_254_740_993n],
    ['9007199254740993'],
    ['1700000000.123456', 'epochSeconds'],
    ['01HQ', 'text'],
    [5, 'text'],
  ])('is the value %p as it was given', (value, type = 'auto') => {
    expect(boundAfter(value, { type })).toBe(value);
  });

  it.each<[unknown, number, CursorValue, CursorType?]>([
    ['2026-11-27T10:00:00.123456+02:00', 60, '2026-11-27T07:59:00.123456Z'],
    ['2026-11-27T10:00:00Z', 0.000001, '2026-11-27T09:59:59.999999Z'],
    ['2026-11-27 10:00', 1, '2026-11-27 09:59:59'],
    ['2026-11-27', 1, '2026-11-26'],
    [1_700_000_000, 3600, 1_699_996_400, 'epochSeconds'],
    ['1700000000.25', 0.5, '1699999999.75', 'epochSeconds'],
    [1_700_000_000_123, 1.5, 1_699_999_998_623, 'epochMilliseconds'],
    [1, 2.5, '-1.5', 'epochSeconds'],
  ])('of %p, %p seconds back, is %p', (value, lookBackSeconds, bound, type = 'auto') => {
    expect(boundAfter(value, { lookBackSeconds, type })).toBe(bound);
  });

  it.each<[unknown, CursorFormat, CursorValue, CursorType?]>([
    ['2026-11-27T10:00:00.9+02:00', 'iso', '2026-11-27T10:00:00.9+02:00'],
    // Farthest west it is still the day before.
    ['2026-11-27T10:00:00.9+02:00', 'date', '2026-11-26'],
    ['2026-11-27T12:00:00Z', 'date', '2026-11-27'],
    ['2026-11-27T01:00:00', 'date', '2026-11-27'],
    ['2026-11-27', 'date', '2026-11-27'],
    ['2026-11-27T10:00:00.9+02:00', 'epochSeconds', 1_795_766_400],
    ['2026-11-27T10:00:00.9999+02:00', 'epochMilliseconds', 1_795_766_400_999],
    ['1969-12-31T23:59:59.5Z', 'epochSeconds', -1],
    [1_795_766_400.5, 'iso', '2026-11-27T08:00:00.5Z', 'epochSeconds'],
    [1_795_766_400_999, 'epochSeconds', 1_795_766_400, 'epochMilliseconds'],
    [1_795_766_400, 'epochMilliseconds', 1_795_766_400_000, 'epochSeconds'],
    [1_795_766_400, 'date', '2026-11-26', 'epochSeconds'],
  ])('of %p as %s is %p', (value, format, bound, type = 'auto') => {
    expect(boundAfter(value, { format, type })).toBe(bound);
  });

  it('begins at the start, and looks back no further', () => {
    const options = { start: '2026-11-27T08:00:00Z', lookBackSeconds: 3600 };
    expect(create(options).lowerBound).toBe('2026-11-27T08:00:00Z');
    const { fresh, state } = readAll([at('2026-11-27T07:59:59Z', 1), at('2026-11-27T08:10:00Z', 2)], options);
    expect(fresh).toEqual([at('2026-11-27T08:10:00Z', 2)]);
    expect(create({ ...options, state }).lowerBound).toBe('2026-11-27T08:00:00Z');
  });

  it('takes a start in ISO 8601 where values count', () => {
    expect(create({ start: '2023-11-14T22:13:20Z', type: 'epochSeconds' }).lowerBound).toBe(1_700_000_000);
    expect(create({ start: '2023-11-14', type: 'epochMilliseconds' }).lowerBound).toBe(1_699_920_000_000);
    expect(create({ start: '1700000000', type: 'epochSeconds' }).lowerBound).toBe('1700000000');
  });

  it('never goes back, also when lower values come alone', () => {
    const { state } = readAll([at(7), at(9), at(8)]);
    expect(readAll([at(3)], { state })).toEqual({ fresh: [], state });
  });

  it('is that of a value deep in the row', () => {
    const cursor = create({ field: 'meta.at' });
    cursor.take([{ meta: { at: 5 } }]);
    expect(cursor.complete().value).toBe(5);
  });

  it('is that of a Date, as text', () => {
    expect(boundAfter(new Date(0))).toBe('1970-01-01T00:00:00.000Z');
  });
});

describe('the upper bound', () => {
  it('is the moment of the read, in the form of the values', () => {
    const boundOf = (options: Partial<CursorOptions>): unknown => create(options).upperBound;
    expect(boundOf({ type: 'timestamp' })).toBe('2026-11-27T12:00:00.25Z');
    expect(boundOf({ start: '2026-01-01 00:00' })).toBe('2026-11-27 12:00:00.25');
    expect(boundOf({ type: 'epochMilliseconds' })).toBe(NOW);
    expect(boundOf({ type: 'timestamp', format: 'epochSeconds' })).toBe(Math.floor(NOW / 1000));
    expect(boundOf({ type: 'number' })).toBeUndefined();
    expect(boundOf({})).toBeUndefined();
    expect(boundOf({ type: 'number', upper: 9n })).toBe(9n);
  });

  it('holds the cursor, and rows beyond it come once', () => {
    const rows = [at('2026-11-27T11:00:00Z', 1), at('9999-12-31T00:00:00Z', 2)];
    const { fresh, state } = readAll(rows);
    expect(fresh).toEqual(rows);
    expect(create({ state }).lowerBound).toBe('2026-11-27T11:00:00Z');
    const next = at('2026-11-27T11:30:00Z', 3);
    expect(readAll([...rows, next], { state }).fresh).toEqual([next]);
  });

  it('may be given for ids', () => {
    const { fresh, state } = readAll([at(5), at(8)], { upper: 7 });
    expect(fresh).toHaveLength(2);
    expect(create({ state }).lowerBound).toBe(5);
  });
});

describe('rows that are known', () => {
  const key = ['id'];

  it('are known by their content, whatever the order of its keys and the type of its integers', () => {
    const row = {
      at: 1,
      a: { x: 5, y: [1, null] },
      b: undefined,
      c: 7,
      d: new Date(0),
      e: new Uint8Array([1]),
    };
    const same = {
      c: 7n,
      a: { y: [1n, null], x: 5n },
      f: null,
      at: 1n,
      d: new Date(0),
      e: new Uint8Array([1]),
    };
    const { state } = readAll([row]);
    expect(readAll([same], { state }).fresh).toEqual([]);
    for (const change of [
      { c: 8 },
      { c: '7' },
      { a: { x: 5, y: [null, 1] } },
      { d: new Date(1) },
      { f: false },
    ]) {
      expect(readAll([{ ...row, ...change }], { state }).fresh).toHaveLength(1);
    }
    expect(readAll([{ ...row, e: new Uint8Array([2]) }], { state }).fresh).toHaveLength(1);
  });

  it('are counted where they have no key', () => {
    const { state } = readAll([at(1), at(1)]);
    expect(readAll([at(1), at(1), at(1)], { state }).fresh).toEqual([at(1)]);
  });

  it('are what a key had last: a change back at the same value is one', () => {
    const [first, other] = [
      { id: 1, at: 1, name: 'first' },
      { id: 1, at: 1, name: 'other' },
    ];
    const afterFirst = readAll([first], { key });
    const afterOther = readAll([other], { key, state: afterFirst.state });
    expect(afterOther.fresh).toEqual([other]);
    expect(readAll([first], { key, state: afterOther.state }).fresh).toEqual([first]);
  });

  it('stay known when a read brings nothing, and when an ordered one breaks off before them', () => {
    const options = { lookBackSeconds: 10, order: 'asc', type: 'epochSeconds' } as const;
    const rows = [at(1, 1), at(5, 2), at(9, 3)];
    const { state } = readAll(rows, options);
    expect(readAll([], { ...options, state }).state).toEqual(state);
    const broken = create({ ...options, state });
    expect(broken.take(rows.slice(0, 1))).toEqual([]);
    const offered = broken.checkpoint();
    expect(readAll(rows, { ...options, state: offered as State }).fresh).toEqual([]);
  });

  it('are what a merge patch of the state says, with nothing left of the state before', () => {
    const { state } = readAll([at(1)], { type: 'epochSeconds', lookBackSeconds: 10 });
    expect(Object.keys(state)).toEqual(Object.keys(readAll([at(1)]).state));
    expect(readAll([at(1)]).state).toMatchObject({ value: 1, from: null });
    expect(readAll([]).state).toEqual({ value: null, from: null, seen: [] });
  });

  it('limit the look-back where there is no key, as rows below would come twice', () => {
    const rows = [at(1, 1), at(50, 2), at(100, 3)];
    const type = 'epochSeconds';
    let { state } = readAll(rows, { type, lookBackSeconds: 10 });
    for (const lookBackSeconds of [200, 0, 200]) {
      const next = readAll(rows, { type, lookBackSeconds, state });
      expect(next.fresh).toEqual([]);
      state = next.state;
    }
    expect(readAll(rows, { type, lookBackSeconds: 200, state: { value: 100 }, key }).fresh).toEqual(rows);
  });
});

describe('more rows than can be remembered', () => {
  const many = Array.from({ length: 10_001 }, (_, id) => at(5, id));

  it('are read again and merged where they have a key', () => {
    const { state } = readAll(many, { key: ['id'] });
    expect((state.seen as unknown[]).length).toBe(10_000);
    expect(readAll(many, { key: ['id'], state }).fresh).toHaveLength(1);
  });

  it('are an error where they have none', () => {
    expect(readAll(many.slice(1)).fresh).toHaveLength(10_000);
    const error = failureOf(() => readAll(many));
    expect(error).toMatchObject({ name: 'ConfigError', code: 'CURSOR_FAILED', details: { column: 'at' } });
    expect(error.message).toContain('more than 10000 rows');
  });

  it('are no matter once the cursor is past them, and no state is offered before', () => {
    const cursor = create({ maxSeen: 2, order: 'asc' });
    cursor.take([at(1, 1), at(2, 2), at(2, 3)]);
    expect(cursor.checkpoint()).toBeDefined();
    cursor.take([at(2, 4), at(2, 5), at(2, 6), at(2, 7)]);
    expect(cursor.checkpoint()).toBeUndefined();
    cursor.take([at(3, 8)]);
    expect(cursor.checkpoint()).toMatchObject({ value: 3 });
    expect(create({ maxSeen: 2, state: cursor.complete() }).take([at(3, 8), at(3, 9)])).toEqual([at(3, 9)]);
  });

  it('keep the highest ones, in whatever order they come', () => {
    const rows = Array.from({ length: 500 }, (_, i) => at((i * 37) % 500, i));
    const { state } = readAll(rows, { maxSeen: 20, type: 'epochSeconds', lookBackSeconds: 9 });
    expect((state.seen as unknown[]).length).toBe(10);
    expect(
      failureOf(() => readAll(rows, { maxSeen: 20, type: 'epochSeconds', lookBackSeconds: 20 })).message,
    ).toContain('more than 20 rows');
  });
});

describe('what a cursor refuses', () => {
  it.each<[Partial<Record<keyof CursorOptions, unknown>>, string]>([
    [{ field: ' ' }, 'field'],
    [{ state: undefined }, 'state'],
    [{ state: null }, 'state'],
    [{ key: 'id' }, 'key'],
    [{ order: 'desc' }, 'order'],
    [{ type: 'date' }, 'type'],
    [{ format: 'toString' }, 'format'],
    [{ lookBackSeconds: -1 }, 'lookBackSeconds'],
    [{ lookBackSeconds: NaN }, 'lookBackSeconds'],
    [{ maxSeen: 0 }, 'maxSeen'],
  ])('the options %p', (options, name) => {
    const error = failureOf(() => create(options as Partial<CursorOptions>));
    expect(error).toBeInstanceOf(ConnectorError);
    expect(error.message).toContain(`createCursor: the option "${name}" must be`);
  });

  it('a field that is no path', () => {
    expect(failureOf(() => create({ field: 'a[' }))).toMatchObject({
      name: 'ConfigError',
      code: 'CONFIG_INVALID',
    });
  });

  it.each<[State]>([
    [{ value: {} }],
    [{ value: true }],
    [{ value: 'yesterday' }],
    [{ value: { integer: 'x' } }],
    [{ value: 1, from: [] }],
    [{ value: 1, seen: 'x' }],
    [{ value: 1, seen: ['short'] }],
    [{ value: 1, seen: [null] }],
  ])('the state %p', (state) => {
    expect(failureOf(() => create({ state }))).toMatchObject({ name: 'ConfigError', code: 'CURSOR_FAILED' });
  });

  it.each<[Partial<CursorOptions>, unknown, RegExp]>([
    [{}, undefined, /^row 2 has nothing at "at"/],
    [{}, null, /^row 2 has null at "at"/],
    [{}, true, /^row 2 has a boolean at "at" that is not a number$/],
    [{}, '12a', /^row 2 has a string at "at" that is not a number$/],
    [{ type: 'epochSeconds' }, [], /^row 2 has a list at "at" that is not a number of seconds$/],
    [{ type: 'text' }, '', /^row 2 has a string at "at" that is not a text$/],
    [{ order: 'asc' }, 4, /^row 2 has a lower "at" than the row before it$/],
  ])('with %p the value %p', (options, value, message) => {
    const error = failureOf(() => create(options).take([at(5), at(value)]));
    expect(error).toMatchObject({
      name: 'ConfigError',
      code: 'CURSOR_FAILED',
      details: { column: 'at', row: 2 },
    });
    expect(error.message).toMatch(message);
  });

  it('text of which nobody said what it is', () => {
    expect(failureOf(() => create().take([at('01HQ')])).message).toBe(
      'row 1 has a string at "at" that is not a number or a date or time of ISO 8601',
    );
  });

  it.each<[Partial<CursorOptions>]>([[{ lookBackSeconds: 1 }], [{ format: 'date' }]])(
    'numbers that are no moments, with %p',
    (options) => {
      expect(failureOf(() => create(options).take([at(5)])).message).toContain('needs moments');
      expect(failureOf(() => create({ ...options, type: 'text' })).message).toContain('needs moments');
    },
  );

  it('a moment that no date can hold', () => {
    const options = { type: 'epochSeconds', format: 'iso' } as const;
    expect(failureOf(() => create({ ...options, start: 1e20 })).message).toContain(
      'cannot be written as iso',
    );
  });

  it('says what to do in the words of the caller', () => {
    const error = failureOf(() => create({ advise: (problem) => `see ${problem}` }).take([at(null)]));
    expect(error.action).toBe('see no-value');
    expect(failureOf(() => create().take([at(null)])).action).toContain('Correct the field');
  });
});
