import { describe, expect, it } from '@jest/globals';
import { checkConnector, statuses, type Checked } from './check-connector.js';
import type { CheckName } from '../../../src/host/check/check-name.js';

/** A promise that a connector breaks, and what its check says. */
interface Broken extends Checked {
  readonly title: string;
  readonly check: CheckName;
  readonly status: 'warning' | 'failed';
  readonly seen: string | RegExp;
  readonly action: string;
  readonly errorCode?: string;
  readonly exitCode?: number;
}

const schema = (text: string): string => `  getReadSchema() { return ${text} as never; }\n`;
const rows = (text: string): string => `  *generateRows() { ${text} }`;
const KEY_PLACE = 'in getReadSchema or in the parameter that it comes from';
const FIVE = '[1, 2, 3, 4, 5].map((id) => ({ id }))';

const BROKEN: readonly Broken[] = [
  {
    title: 'a manifest that declares what the class cannot do',
    check: 'manifest',
    manifest: { canCountRecords: true },
    members: rows('yield { id: 1 };'),
    status: 'failed',
    seen: 'connector "p-rows": the manifest says "canCountRecords": true, but the class has no getRecordsCount',
    action: 'Write the method, or change the manifest.',
    errorCode: 'CONNECTOR_CAPABILITY_MISSING',
    exitCode: 3,
  },
  {
    title: 'a class that can do what the manifest does not say',
    check: 'manifest',
    members: `${rows('yield { id: 1 };')}\n  getRecordsCount() { return 1; }`,
    status: 'warning',
    seen: 'the class has getRecordsCount, but the manifest does not say "canCountRecords": true',
    action: 'Correct connector.json or the class.',
  },
  {
    title: 'a close() that fails where nothing was read',
    check: 'config',
    members: `${rows('yield { id: 1 };')}\n  close() { throw new Error('no session'); }`,
    status: 'warning',
    seen: /^close\(\) failed: Error: no session \(.+connector\.ts:\d+\)$/,
    action: 'Correct close(): it is called for every instance, also for one that read nothing.',
  },
  {
    title: 'something else than rows',
    check: 'first page',
    members: rows('yield 1 as never;'),
    status: 'failed',
    seen: 'generateRows yielded a number as row 1; a row must be an object',
    action: 'Yield plain objects, or arrays of them.',
    errorCode: 'EMISSION_INVALID',
    exitCode: 3,
  },
  {
    title: 'nothing to iterate over',
    check: 'first page',
    members: '  generateRows() { return 1 as never; }',
    status: 'failed',
    seen: 'generateRows returned nothing to iterate over',
    action: 'Write it as a generator: *generateRows() or async *generateRows().',
    errorCode: 'EMISSION_INVALID',
    exitCode: 3,
  },
  {
    title: 'rows without columns',
    check: 'first page',
    members: rows('yield [{}, {}];'),
    status: 'warning',
    seen: '2 rows, without columns',
    action: 'Yield objects with a property for each column.',
  },
  {
    title: 'plain rows where tables are declared',
    check: 'first page',
    members: schema("{ tables: [{ name: 'a' }] }") + rows('yield { id: 1 };'),
    status: 'failed',
    seen: 'generateRows yielded a plain row, although it yields operations on tables',
    action: 'Yield op.upsert(table, row) instead.',
    errorCode: 'OPERATION_INVALID',
    exitCode: 3,
  },
  {
    title: 'values that do not fit, of all columns',
    check: 'schema',
    members:
      schema(
        "{ columns: [{ name: 'id', type: 'int', nullable: false }, { name: 'day', type: 'date' }, { name: 'n', type: 'int' }] }",
      ) + rows("yield [{ id: 1, day: 'x' }, { day: 'y' }, { id: 2 }, { id: 'z', n: 1 }];"),
    status: 'failed',
    seen: [
      '3 problems:',
      'column "id" does not take the value as int in 1 of 4 rows, first in row 4',
      'column "id" has no value, but must have one, in 1 of 4 rows, first in row 2',
      'column "day" does not take the value as date in 2 of 4 rows, first in row 1',
    ].join('\n  - '),
    action: 'Correct the value at the source, or declare the column with a wider type.',
    errorCode: 'ROW_INVALID',
    exitCode: 5,
  },
  {
    title: 'a value that no column can hold',
    check: 'schema',
    members: rows('yield { id: 1 }; yield { id: new Map() };'),
    status: 'failed',
    seen: 'row 2: column "id" of table "check" is a Map, which no column can hold',
    action: 'Yield plain objects, or arrays of them.',
    errorCode: 'EMISSION_INVALID',
    exitCode: 3,
  },
  {
    title: 'columns that differ in case only',
    check: 'schema',
    members: rows('yield { id: 1, ID: 2 };'),
    status: 'failed',
    seen: 'columns "id" and "ID" of table "check" differ in case only',
    action: 'Rename the column in the connector or at the source.',
    errorCode: 'COLUMN_NAME_INVALID',
    exitCode: 2,
  },
  {
    title: 'a declared column that no row has',
    check: 'schema',
    members:
      schema("{ columns: [{ name: 'id', type: 'int' }, { name: 'nmae', type: 'string' }] }") +
      rows("yield { id: 1, name: 'a' };"),
    status: 'warning',
    seen: 'declared, but not seen in 1 row: nmae; inferred besides: name string',
    action: 'Correct the names in getReadSchema, or leave the columns out.',
  },
  {
    title: 'rows without the key',
    check: 'key',
    members: schema("{ primaryKey: ['id'] }") + rows('yield [{ id: 1 }, { id: null }, {}];'),
    status: 'failed',
    seen: 'column "id" of the key has no value in 2 of 3 rows, first in row 2',
    action: `Give every row a value at the source, or choose another primary key ${KEY_PLACE}.`,
    errorCode: 'ROW_INVALID',
    exitCode: 5,
  },
  {
    title: 'a key of a column that no row has',
    check: 'key',
    manifest: { params: [{ name: 'primary_key', type: 'STRINGS' }] },
    members:
      '  getReadSchema() { return { primaryKey: this.config.primary_key as string[] }; }\n' +
      rows("yield [{ id: 1, name: 'a' }, { id: 2, size: 5 }];"),
    sets: ['primary_key=id,Name'],
    status: 'failed',
    seen: 'the key names the column "Name", but there is no such column in 2 rows; the columns: id, name, size',
    action: `Correct the primary key ${KEY_PLACE}.`,
    errorCode: 'ROW_INVALID',
    exitCode: 5,
  },
  {
    title: 'ids that do not fit their type, which are not the same key',
    check: 'schema',
    members:
      schema("{ columns: [{ name: 'id', type: 'int' }], primaryKey: ['id'] }") +
      rows("yield [{ id: 'a' }, { id: 'b' }, { id: 3 }];"),
    status: 'failed',
    seen: 'column "id" does not take the value as int in 2 of 3 rows, first in row 1',
    action: 'Correct the value at the source, or declare the column with a wider type.',
    errorCode: 'ROW_INVALID',
    exitCode: 5,
  },
  {
    title: 'a key that occurs twice in a page',
    check: 'key',
    members:
      schema("{ primaryKey: ['a', 'b'] }") +
      rows("yield [{ a: 1, b: 'x' }, { a: 2, b: 'x' }, { a: 1, b: 'x' }];"),
    status: 'failed',
    seen: '1 row of 3 has the key (a, b) of an earlier row: first rows 1 and 3',
    action: `Choose as primary key the columns that together identify a row, ${KEY_PLACE}.`,
    errorCode: 'SCHEMA_INVALID',
    exitCode: 3,
  },
  {
    title: 'keys that are the same in the form of their type',
    check: 'key',
    members:
      schema("{ columns: [{ name: 'id', type: 'bigint' }], primaryKey: ['id'] }") +
      rows("yield [{ id: 1 }, { id: '1' }, { id: 1n }];"),
    status: 'failed',
    seen: '2 rows of 3 have the key (id) of an earlier row: first rows 1 and 2',
    action: `Choose as primary key the columns that together identify a row, ${KEY_PLACE}.`,
    errorCode: 'SCHEMA_INVALID',
    exitCode: 3,
  },
  {
    title: 'pages that overlap',
    check: 'key',
    members: schema("{ primaryKey: ['id'] }") + rows('yield [{ id: 1 }]; yield [{ id: 1 }, { id: 2 }];'),
    status: 'failed',
    seen: '1 row of 3 has the key (id) of an earlier row: first rows 1 and 2 of pages 1 and 2',
    action: `Where pages overlap, correct the paging; else choose as primary key the columns that together identify a row, ${KEY_PLACE}.`,
    errorCode: 'SCHEMA_INVALID',
    exitCode: 3,
  },
  {
    title: 'a page of more rows than were asked for',
    check: 'limit',
    members: rows(`yield ${FIVE};`),
    status: 'warning',
    seen: "asked for 3 rows, it yielded 5: the host cuts them, but 2 rows of the source's work are for nothing",
    action: 'Ask the API for no more than recordsLimit rows: every preview and every --limit reads so.',
  },
  {
    title: 'fewer rows than were asked for',
    check: 'limit',
    members: `  *generateRows({ recordsLimit }: { recordsLimit: number }) {
    yield ${FIVE}.slice(0, recordsLimit < 0 ? 5 : recordsLimit - 1);
  }`,
    status: 'failed',
    seen: 'asked for 3 rows, it yielded 2, though there are 5 at least',
    action: 'Count the rows that are yielded, and end only when there are recordsLimit of them.',
    errorCode: 'CONNECTOR_FAILED',
    exitCode: 3,
  },
  {
    title: 'the same page again',
    check: 'pages',
    members: rows('yield [{ id: 1 }]; yield [{ id: 1 }];'),
    status: 'failed',
    seen: 'page 2 has the same rows as page 1',
    action:
      'Correct how the next page is asked for: the API seems not to know the parameter that chooses it.',
    errorCode: 'PAGING_FAILED',
    exitCode: 2,
  },
  {
    title: 'the first page again after others, seen with a limit',
    check: 'pages',
    limit: 6,
    members: rows('yield [{ id: 1 }]; yield [{ id: 2 }]; yield [{ id: 1 }];'),
    status: 'failed',
    seen: 'page 3 has the same rows as page 1',
    action:
      'Correct how the next page is asked for: the API seems not to know the parameter that chooses it.',
    errorCode: 'PAGING_FAILED',
    exitCode: 2,
  },
  {
    title: 'a second page that cannot be fetched',
    check: 'pages',
    members: rows("yield [{ id: 1 }]; throw new Error('page 2 is not there');"),
    status: 'failed',
    seen: /^the connector failed: Error: page 2 is not there \(.+connector\.ts:\d+\)$/,
    action: 'Correct the connector; --verbose shows the stack.',
    errorCode: 'CONNECTOR_FAILED',
    exitCode: 3,
  },
  {
    title: 'a generator that does not hear the signal',
    check: 'stop',
    members: `  async *generateRows() {
    yield { id: 1 };
    await new Promise((resolve) => setTimeout(resolve, 1500));
    yield { id: 2 };
  }`,
    status: 'failed',
    seen: 'the generator had not ended 1 s after it was stopped',
    action:
      'Give the signal of the request to whatever generateRows waits for; context.http obeys it by itself.',
    errorCode: 'CONNECTOR_FAILED',
    exitCode: 3,
  },
  {
    title: 'a finally that fails',
    check: 'stop',
    members: `  async *generateRows() {
    try {
      for (let id = 1; ; id += 1) yield [{ id }];
    } finally {
      this.logOut();
    }
  }
  logOut() { throw new Error('no session'); }`,
    status: 'warning',
    seen: /^the generator failed when it was closed: Error: no session \(.+connector\.ts:\d+\)$/,
    action: 'Correct the finally of generateRows: it runs whenever a read ends early.',
  },
];

describe('a connector with', () => {
  it.each(BROKEN)('$title', async (broken) => {
    const { check: name, status, seen, action, errorCode = null, exitCode } = broken;
    const outcome = await checkConnector(broken);
    expect(outcome.results[name]).toEqual({
      name,
      status,
      seen: typeof seen === 'string' ? seen : expect.stringMatching(seen),
      action,
      code: errorCode,
    });
    expect(outcome.error?.exitCode).toBe(exitCode);
    expect(outcome.report.status).toBe(status);
    // One broken promise is one finding.
    expect(statuses(outcome).match(/warning|failed/g)).toEqual([status]);
  });
});

it('a generator is stopped while it is at work, and has its finally', async () => {
  const log: string[] = [];
  (globalThis as { checkLog?: string[] }).checkLog = log;
  const members = `  async *generateRows({ signal }: { signal: AbortSignal }) {
    const log = (globalThis as unknown as { checkLog: string[] }).checkLog;
    try {
      yield { id: 1 };
      await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    } finally {
      log.push('closed by ' + String((signal.reason as { reason?: string } | undefined)?.reason));
    }
  }`;
  // A limit of one row ends the first read; there is none for the limit check to look at.
  const { results } = await checkConnector({ members, limit: 1 });
  expect(results.stop.status).toBe('ok');
  expect(log).toEqual(['closed by undefined', 'closed by SIGINT']);
});
