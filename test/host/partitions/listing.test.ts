import { describe, expect, it } from '@jest/globals';
import { selectPartitions } from '../../../src/host/partitions/select-partitions.js';
import { AuthError } from '../../../src/sdk/errors.js';
import { idsOf, partsOf } from './partition-source.js';
import { COUNTRY, DAY, DAY_COUNTRY } from './schemes.js';

const never = <T>(): Promise<T> => new Promise<T>(() => undefined);

describe('a listing', () => {
  it.each<[string, () => unknown]>([
    ['list', () => ['a', 'b', 'c']],
    ['promise of a list', async () => ['a', 'b', 'c']],
    ['set', () => new Set(['a', 'b', 'c'])],
    [
      'generator',
      function* () {
        yield* ['a', 'b', 'c'];
      },
    ],
    [
      'async generator',
      async function* () {
        yield* ['a', 'b', 'c'];
      },
    ],
    [
      'promise of an async generator',
      async () =>
        (async function* () {
          yield* ['a', 'b', 'c'];
        })(),
    ],
    [
      'thenable',
      () => ({
        then: (resolve: (ids: string[]) => void) => resolve(['a', 'b', 'c']),
      }),
    ],
  ])('may be a %s', async (_name, listPartitions) => {
    expect(await idsOf(partsOf({ partitioning: COUNTRY, listPartitions }))).toEqual(['a', 'b', 'c']);
  });

  it('is asked of the instance, with the partitioning', async () => {
    const calls: unknown[] = [];
    const parts = partsOf({
      partitioning: COUNTRY,
      listPartitions(this: unknown, partitioning: unknown) {
        calls.push(this, partitioning);
        return [];
      },
    });
    await idsOf(parts);
    expect(calls).toEqual([parts.connector, COUNTRY]);
    expect(calls[0]).toBe(parts.connector);
  });

  it('gives each id once, and one warning', async () => {
    const listPartitions = (): string[] => ['a', 'b', 'a', 'c', 'b', 'a'];
    const parts = partsOf({ partitioning: COUNTRY, listPartitions });
    expect(await idsOf(parts)).toEqual(['a', 'b', 'c']);
    expect(parts.warnings).toEqual(['listPartitions gave 3 ids again; each partition is taken once']);
  });

  it('is closed when nobody wants more of it', async () => {
    let isClosed = false;
    const listPartitions = async function* (): AsyncGenerator<string> {
      try {
        for (let index = 0; ; index += 1) yield `v${index}`;
      } finally {
        isClosed = true;
      }
    };
    for await (const page of selectPartitions(partsOf({ partitioning: COUNTRY, listPartitions }))) {
      expect(page).toHaveLength(1000);
      break;
    }
    expect(isClosed).toBe(true);
  });

  it('that fails when it is closed is a warning', async () => {
    const listPartitions = function* (): Generator<string> {
      try {
        for (let index = 0; ; index += 1) yield `v${index}`;
      } finally {
        // eslint-disable-next-line no-unsafe-finally -- as an author's own mistake
        throw new Error('late');
      }
    };
    const parts = partsOf({ partitioning: COUNTRY, listPartitions });
    for await (const page of selectPartitions(parts)) {
      expect(page).toHaveLength(1000);
      break;
    }
    expect(parts.warnings).toEqual([expect.stringMatching(/^listPartitions failed: Error: late/)]);
  });

  it('that is slow gives what it has', async () => {
    const listPartitions = async function* (): AsyncGenerator<string> {
      yield 'a';
      await new Promise((resolve) => setTimeout(resolve, 250));
      yield 'b';
      await never();
    };
    const stop = new AbortController();
    for await (const page of selectPartitions(
      partsOf({ partitioning: COUNTRY, listPartitions, signal: stop.signal }),
    )) {
      expect(page).toEqual(['a', 'b']);
      break;
    }
  });
});

describe('a wrong listing', () => {
  const invalid = (message: unknown) => ({ name: 'ConnectorError', code: 'PARTITIONING_INVALID', message });

  it.each<[string, typeof DAY, () => unknown, string]>([
    ['null', DAY, () => null, 'listPartitions returned nothing to iterate over'],
    ['nothing', DAY, () => undefined, 'listPartitions returned nothing to iterate over'],
    ['a text', COUNTRY, () => 'abc', 'listPartitions returned nothing to iterate over'],
    ['an object', DAY, () => ({}), 'listPartitions returned nothing to iterate over'],
    ['a promise of nothing', DAY, async () => undefined, 'listPartitions returned nothing to iterate over'],
    [
      'null in it',
      COUNTRY,
      () => ['a', null],
      'listPartitions gave, at position 2, null in the place of an id',
    ],
    [
      'a hole in it',
      COUNTRY,
      () => ['a', 'b', undefined],
      'listPartitions gave, at position 3, a value of the type undefined in the place of an id',
    ],
    [
      'a number in it',
      COUNTRY,
      () => [1],
      'listPartitions gave, at position 1, a value of the type number in the place of an id',
    ],
    [
      'a Date in it',
      DAY,
      () => [new Date()],
      'listPartitions gave, at position 1, a value of the type object in the place of an id',
    ],
    [
      'an empty id',
      COUNTRY,
      () => ['a', ''],
      'listPartitions gave, at position 2, what is no id: the value of dimension "country" is empty',
    ],
    [
      'too few values',
      DAY_COUNTRY,
      () => ['2026-11-21'],
      'listPartitions gave, at position 1, what is no id: 1 value stands where the dimensions are day|country',
    ],
    [
      'the separator in a value',
      DAY_COUNTRY,
      () => ['2026-11-21|a|b'],
      'listPartitions gave, at position 1, what is no id: 3 values stand where the dimensions are day|country',
    ],
    [
      'a day that is none',
      DAY,
      () => ['2026-02-28', '2026-02-29'],
      'listPartitions gave, at position 2, what is no id: "2026-02-29" of dimension "day" does not exist',
    ],
    [
      'a control character',
      COUNTRY,
      () => ['a\u0000'],
      'listPartitions gave, at position 1, what is no id: the value of dimension "country" has a control character or half of a character',
    ],
    [
      'an iterator that gives nothing',
      COUNTRY,
      () => ({ [Symbol.iterator]: () => ({ next: () => undefined }) }),
      'listPartitions gave, at position 1, nothing',
    ],
    [
      'an async iterator that gives nothing',
      COUNTRY,
      () => ({ [Symbol.asyncIterator]: () => ({ next: () => undefined }) }),
      'listPartitions gave, at position 1, nothing',
    ],
  ])('with %s', async (_name, partitioning, listPartitions, message) => {
    for (const selection of ['all', 'latest']) {
      const parts = partsOf({ partitioning, listPartitions, isListable: true, selection });
      await expect(idsOf(parts)).rejects.toMatchObject(invalid(message));
    }
  });

  it.each<[string, () => unknown]>([
    [
      'at once',
      () => {
        throw new Error('gone');
      },
    ],
    ['as a promise', () => Promise.reject(new Error('gone'))],
    [
      'half-way',
      function* () {
        yield 'a';
        throw new Error('gone');
      },
    ],
    [
      'half-way and later',
      async function* () {
        yield 'a';
        await new Promise(setImmediate);
        throw new Error('gone');
      },
    ],
    [
      'when it is begun',
      () => ({
        [Symbol.iterator]() {
          throw new Error('gone');
        },
      }),
    ],
  ])('that throws %s is a failure of the connector', async (_name, listPartitions) => {
    const parts = partsOf({ partitioning: COUNTRY, listPartitions });
    await expect(idsOf(parts)).rejects.toMatchObject(
      invalid(expect.stringMatching(/^listPartitions failed: Error: gone \(.*listing\.test\.ts:\d+\)$/)),
    );
  });

  it('that is refused stays what it is', async () => {
    const listPartitions = (): never => {
      throw new AuthError('the token has expired');
    };
    await expect(idsOf(partsOf({ partitioning: COUNTRY, listPartitions }))).rejects.toMatchObject({
      name: 'AuthError',
      message: 'the token has expired',
    });
  });

  it.each<[string, string, () => unknown]>([
    [
      'repeats itself',
      'all',
      function* () {
        for (;;) yield 'a';
      },
    ],
    [
      'repeats itself and is async',
      'latest',
      async function* () {
        for (;;) yield 'a';
      },
    ],
    ['never answers', 'all', () => never()],
    [
      'never goes on',
      'all',
      async function* () {
        yield 'a';
        await never();
      },
    ],
  ])('that %s ends with the run', async (_name, selection, listPartitions) => {
    const stop = new AbortController();
    const failure = idsOf(partsOf({ partitioning: COUNTRY, listPartitions, selection, signal: stop.signal }));
    const timer = setTimeout(() => stop.abort(new Error('stopped')), 20);
    await expect(failure).rejects.toThrow('stopped');
    clearTimeout(timer);
  });
});
