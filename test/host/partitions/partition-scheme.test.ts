import { describe, expect, it } from '@jest/globals';
import { schemeOf } from '../../../src/host/partitions/partition-scheme.js';
import type { PartitioningMode } from '../../../src/sdk/manifest.js';
import type { Partitioning } from '../../../src/sdk/partitioning.js';
import { answering, type Answers } from './partition-source.js';
import { BERLIN_HOUR, COUNTRY, DAY_COUNTRY } from './schemes.js';

const LABEL = 'connector "my-plugin-events"';

function scheme(mode: PartitioningMode, answers: Answers, dimensions?: unknown): ReturnType<typeof schemeOf> {
  return schemeOf(answering(answers), mode, dimensions as Partitioning['dimensions'] | undefined, LABEL);
}

const returning = (value: unknown): Answers => ({ getPartitioning: () => value as Partitioning });
const value = (name: unknown): unknown => ({ name, type: 'value' });
const time = (params: unknown): unknown => ({ name: 'day', type: 'time', params });

describe('the scheme of a source', () => {
  it.each<[PartitioningMode, unknown, unknown, unknown]>([
    ['NOT_PARTITIONABLE', DAY_COUNTRY, undefined, null],
    ['CODE_DEFINED_LISTABLE', DAY_COUNTRY, undefined, { partitioning: DAY_COUNTRY, isListable: true }],
    [
      'CODE_DEFINED_UNLISTABLE',
      Promise.resolve(BERLIN_HOUR),
      undefined,
      { partitioning: BERLIN_HOUR, isListable: false },
    ],
    ['USER_DEFINED_LISTABLE', undefined, COUNTRY.dimensions, { partitioning: COUNTRY, isListable: true }],
    ['USER_DEFINED_UNLISTABLE', undefined, COUNTRY.dimensions, { partitioning: COUNTRY, isListable: false }],
    ['USER_DEFINED_LISTABLE', DAY_COUNTRY, undefined, null],
    ['USER_DEFINED_UNLISTABLE', DAY_COUNTRY, undefined, null],
  ])('that is %s', async (mode, returned, dimensions, expected) => {
    expect(await scheme(mode, returning(returned), dimensions)).toEqual(expected);
  });

  it('has what is known of a partitioning, and nothing else', async () => {
    const given = {
      note: 1,
      dimensions: [
        { name: 'jour', type: 'time', params: { period: 'DAY', timeZone: null, x: 1 } },
        { name: 'état-2', type: 'value', params: {} },
      ],
    };
    expect(await scheme('CODE_DEFINED_LISTABLE', returning(given))).toEqual({
      isListable: true,
      partitioning: {
        dimensions: [
          { name: 'jour', type: 'time', params: { period: 'DAY' } },
          { name: 'état-2', type: 'value' },
        ],
      },
    });
  });

  it.each<[PartitioningMode, string]>([
    ['NOT_PARTITIONABLE', `${LABEL} has no partitions, so it takes no dimensions`],
    [
      'CODE_DEFINED_LISTABLE',
      `${LABEL} defines the dimensions of its partitions by itself, so it takes no dimensions`,
    ],
    [
      'CODE_DEFINED_UNLISTABLE',
      `${LABEL} defines the dimensions of its partitions by itself, so it takes no dimensions`,
    ],
  ])('that is %s is not the user’s to define', async (mode, message) => {
    await expect(scheme(mode, returning(DAY_COUNTRY), COUNTRY.dimensions)).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'PARTITIONS_UNSUPPORTED',
      message,
    });
  });

  const WRONG: [unknown, string][] = [
    [undefined, 'it has no list "dimensions"'],
    [null, 'it has no list "dimensions"'],
    [{}, 'it has no list "dimensions"'],
    [{ dimensions: 'day' }, 'it has no list "dimensions"'],
    [{ dimensions: [] }, 'it has no dimension'],
    [{ dimensions: ['day'] }, 'dimension 1 is no object'],
    [{ dimensions: [value('a'), null] }, 'dimension 2 is no object'],
    [{ dimensions: [value('')] }, 'dimension 1 has no name'],
    [{ dimensions: [value(1)] }, 'dimension 1 has no name'],
    ...['a/b', 'a=b', '..', 'a b', '2a', 'a"b', '-a', 'a\n', 'a|b', 'a:b'].map((name): [unknown, string] => [
      { dimensions: [value(name)] },
      `dimension 1 is named ${JSON.stringify(name)}: a name has letters, digits, "_" and "-", and begins with a letter or "_"`,
    ]),
    [{ dimensions: [value('é'.repeat(32))] }, 'dimension 1 has a name of 64 bytes, and 63 are allowed'],
    [
      { dimensions: [value('_Partition')] },
      'dimension 1 is named "_Partition", as the column of whole ids is',
    ],
    [{ dimensions: [value('a'), value('A')] }, 'two dimensions are named "A"'],
    [
      { dimensions: [{ name: 'a', type: 'Value' }] },
      'dimension 1 ("a") is of the type "Value", and there are "time" and "value" (did you mean "value"?)',
    ],
    [
      { dimensions: [{ name: 'a' }] },
      'dimension 1 ("a") is of the type undefined, and there are "time" and "value"',
    ],
    [
      { dimensions: [time(undefined)] },
      'dimension 1 ("day") has the period undefined, and there are YEAR, MONTH, DAY, HOUR',
    ],
    [
      { dimensions: [time({ period: 'day' })] },
      'dimension 1 ("day") has the period "day", and there are YEAR, MONTH, DAY, HOUR (did you mean "DAY"?)',
    ],
    [
      { dimensions: [time({ period: 'DAY', timeZone: 'Europe/Atlantis' })] },
      'dimension 1 ("day") has the time zone "Europe/Atlantis", which is no name such as Europe/Berlin',
    ],
    [
      { dimensions: [time({ period: 'DAY', timeZone: 1 })] },
      'dimension 1 ("day") has the time zone number, which is no name such as Europe/Berlin',
    ],
    [
      { dimensions: [value('a/b'), value(2)] },
      '2 problems:\n  - dimension 1 is named "a/b": a name has letters, digits, "_" and "-", and begins with a letter or "_"\n  - dimension 2 has no name',
    ],
  ];

  it.each(WRONG)('that getPartitioning returns as %j is none', async (returned, problem) => {
    await expect(scheme('CODE_DEFINED_LISTABLE', returning(returned))).rejects.toMatchObject({
      name: 'ConnectorError',
      code: 'PARTITIONING_INVALID',
      message: `getPartitioning of ${LABEL} returned no partitioning: ${problem}`,
    });
  });

  it('that a user defines wrongly is the user’s to correct', async () => {
    await expect(scheme('USER_DEFINED_LISTABLE', {}, [])).rejects.toMatchObject({
      name: 'ConfigError',
      code: 'CLI_USAGE',
      message: 'the dimensions are wrong: it has no dimension',
    });
  });

  it('is not known when getPartitioning throws', async () => {
    const getPartitioning = (): never => {
      throw new TypeError('no');
    };
    await expect(scheme('CODE_DEFINED_UNLISTABLE', { getPartitioning })).rejects.toMatchObject({
      name: 'ConnectorError',
      code: 'PARTITIONING_INVALID',
      message: expect.stringMatching(
        /^getPartitioning of connector "my-plugin-events" failed: TypeError: no \(.*partition-scheme\.test\.ts:\d+\)$/,
      ),
    });
  });
});
