import { describe, expect, it } from '@jest/globals';
import { checkConnector, statuses, type Checked } from './check-connector.js';

const DIMENSIONS = `{ dimensions: [
    { name: 'day', type: 'time', params: { period: 'DAY' } },
    { name: 'country', type: 'value' },
  ] }`;

/** The methods of a connector with three partitions, of 4 rows each. */
const METHODS = {
  getPartitioning: `getPartitioning() { return ${DIMENSIONS} as never; }`,
  listPartitions: `*listPartitions() { yield '2026-11-21|FR'; yield '2026-11-21|IT'; yield '2026-11-22|FR'; }`,
  partitionExists: `partitionExists(_partitioning: object, id: string) { return id.startsWith('2026-11-2'); }`,
  generateRows: `*generateRows({ partitionId }: { partitionId: string | null }) {
    const [day = '', country = ''] = String(partitionId).split('|');
    for (let id = 1; id <= 4; id += 1) yield { id, day, country };
  }`,
};

function partitioned(
  changed: Partial<Record<keyof typeof METHODS, string>> = {},
  mode = 'CODE_DEFINED_LISTABLE',
) {
  const members = Object.values({ ...METHODS, ...changed }).filter((text) => text !== '');
  return { members: members.map((text) => `  ${text}`).join('\n'), manifest: { partitioningMode: mode } };
}

const rows = (text: string): Checked =>
  partitioned({ generateRows: `*generateRows({ partitionId }: { partitionId: string | null }) { ${text} }` });

describe('a connector with partitions', () => {
  it('passes the checks of its own too', async () => {
    const outcome = await checkConnector(partitioned());
    expect(outcome.report.checks.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'manifest ok',
      'config ok',
      'partition ok',
      'connection ok',
      'first page ok',
      'schema ok',
      'key ok',
      'limit ok',
      'pages skipped',
      'stop ok',
      'listing ok',
      'own values ok',
    ]);
    const { partition, listing, 'own values': own } = outcome.results;
    expect(partition.seen).toBe('the source is cut by day:DAY,country; looked at: 2026-11-21|FR');
    expect(listing.seen).toBe(
      '3 ids that are listed fit the dimensions, each once; partitionExists knows the first',
    );
    expect(own.seen).toBe('country: the value of the partition in each of 4 rows');
  });

  it('is looked at in the partition that was chosen', async () => {
    const { results } = await checkConnector({ ...partitioned(), partition: '2026-11-22|FR' });
    expect(results.partition.seen).toBe('the source is cut by day:DAY,country; looked at: 2026-11-22|FR');
  });

  it('may have more partitions than are looked at, an endless number too', async () => {
    const { results } = await checkConnector(
      partitioned({
        listPartitions: `*listPartitions() { for (let n = 0; ; n += 1) yield '2026-11-21|' + n; }`,
        partitionExists: '',
      }),
    );
    expect(results.listing).toMatchObject({
      status: 'ok',
      seen: 'the first 1000 ids that are listed fit the dimensions, each once',
    });
  });

  it('may be unable to list them', async () => {
    const unlistable = partitioned({ listPartitions: '' }, 'CODE_DEFINED_UNLISTABLE');
    const chosen = await checkConnector({ ...unlistable, partition: '2026-11-22|IT' });
    expect(statuses(chosen)).toBe('ok ok ok ok ok ok ok ok skipped ok ok');
    expect(chosen.results.listing).toBeUndefined();
    const unchosen = await checkConnector(unlistable);
    expect(statuses(unchosen)).toBe('ok ok failed skipped skipped skipped skipped skipped skipped skipped');
    expect(unchosen.results.partition.code).toBe('PARTITION_UNSELECTED');
  });

  it('has no such checks where its user gives no dimensions', async () => {
    const byUser = partitioned({ getPartitioning: '', listPartitions: '' }, 'USER_DEFINED_UNLISTABLE');
    const whole = await checkConnector(byUser);
    expect(whole.report.checks.map(({ name }) => name)).toEqual(
      expect.not.arrayContaining(['partition', 'listing', 'own values']),
    );
    const dimensions = [{ name: 'country', type: 'value' }] as const;
    const cut = await checkConnector({ ...byUser, dimensions, partition: '2026-11-21' });
    expect(cut.results.partition.seen).toBe('the source is cut by country; looked at: 2026-11-21');
  });

  it('may have no column that is named like a dimension of values', async () => {
    const { results } = await checkConnector(rows("yield { id: 1, day: 'any', of: partitionId };"));
    expect(results['own values']).toMatchObject({
      status: 'skipped',
      seen: 'no column is named like a dimension of values: country',
    });
  });

  it('may write values otherwise than as text, and have columns in some rows only', async () => {
    const { results } = await checkConnector({
      ...partitioned({
        getPartitioning: `getPartitioning() { return { dimensions: [{ name: 'shop', type: 'value' }] } as never; }`,
        listPartitions: `*listPartitions() { yield '7'; }`,
        partitionExists: '',
        generateRows: '*generateRows() { yield { shop: 7 }; yield { shop: 7n }; yield { id: 1 }; }',
      }),
    });
    expect(results['own values']).toMatchObject({
      status: 'ok',
      seen: 'shop: the value of the partition in each of 3 rows',
    });
  });
});

describe('a connector with partitions that breaks a promise:', () => {
  it.each<
    [string, Checked, check: 'partition' | 'listing' | 'own values', seen: string | RegExp, action: string]
  >([
    [
      'no partitioning',
      partitioned({ getPartitioning: 'getPartitioning() { return {} as never; }' }),
      'partition',
      /^getPartitioning of connector "p-rows" returned no partitioning: /,
      'Correct the method of the connector.',
    ],
    [
      'what is no id',
      partitioned({ listPartitions: "*listPartitions() { yield '2026-11-21|FR'; yield '2026-11-22'; }" }),
      'partition',
      'listPartitions gave, at position 2, what is no id: 1 value stands where the dimensions are day|country',
      'Correct the method of the connector.',
    ],
    [
      'what is no id, in a listing that was not chosen from',
      {
        ...partitioned({ listPartitions: '*listPartitions() { yield null as never; }' }),
        partition: '2026-11-21|FR',
      },
      'listing',
      'listPartitions gave, at position 1, null in the place of an id',
      'Correct the method of the connector.',
    ],
    [
      'an id that is listed again',
      partitioned({
        listPartitions: `*listPartitions() { for (const n of [1, 2, 3, 2, 1]) yield '2026-11-21|' + n; }`,
      }),
      'listing',
      'listPartitions gave 2 ids of 5 again, first at positions 2 and 4',
      'List each partition once.',
    ],
    [
      'partitionExists that knows nothing of the listing',
      partitioned({ partitionExists: 'partitionExists() { return false; }' }),
      'listing',
      'partitionExists says that "2026-11-21|FR" is not there, which is listed',
      'Let partitionExists give true for each id that listPartitions gives.',
    ],
    [
      'partitionExists that gives no answer',
      partitioned({ partitionExists: 'partitionExists() { return 1 as never; }' }),
      'listing',
      'partitionExists gave number, not true or false',
      'Correct the method of the connector.',
    ],
    [
      'rows of another partition',
      rows(
        "const of = String(partitionId).slice(-2); yield { country: of }; yield { country: 'IT' }; yield { country: null };",
      ),
      'own values',
      'column "country" has not the value of the partition in 2 of 3 rows, first in row 2',
      'Yield the rows of partitionId alone; where the column says something else, give it another name.',
    ],
    [
      'rows of another partition, in a sync',
      {
        ...partitioned(),
        code: `import { Connector, op } from 'connector-host';
export default class extends Connector {
  ${METHODS.getPartitioning}
  ${METHODS.listPartitions}
  *generateRows() {
    yield op.upsert('a', { id: 1, country: 'FR' });
    yield op.upsert('b', { id: 1, country: 'IT' });
    yield op.checkpoint({ n: 1 });
  }
}`,
      },
      'own values',
      'column "country" has not the value of the partition in 1 of 2 rows, first in row 2',
      'Yield the rows of partitionId alone; where the column says something else, give it another name.',
    ],
  ])('%s', async (_title, checked, name, seen, action) => {
    const outcome = await checkConnector(checked);
    expect(outcome.results[name]).toMatchObject({
      status: 'failed',
      seen: typeof seen === 'string' ? seen : expect.stringMatching(seen),
      action,
    });
    expect(outcome.error?.exitCode).toBe(3);
    // One broken promise is one finding.
    expect(statuses(outcome).match(/warning|failed/g)).toEqual(['failed']);
  });
});
