import { expect, it } from '@jest/globals';
import type { PagingSummary } from '../../src/sdk/paginate/paging.js';
import { PagingLog } from '../../src/sync/paging-log.js';

const summary = (address: string, given: Partial<PagingSummary> = {}): PagingSummary => ({
  address,
  paging: 'page',
  pages: 2,
  rows: 5,
  end: 'empty-page',
  ...given,
});

it('adds up the reads of one address that ended alike', () => {
  const log = new PagingLog();
  log.note(summary('http://a/x'));
  log.note(summary('http://a/x', { pages: 1, rows: 0 }));
  log.note(summary('http://a/x', { end: 'failed' }));
  log.note(summary('http://a/y'));
  expect(log.entries).toEqual([
    { ...summary('http://a/x'), pages: 3, rows: 5, reads: 2 },
    { ...summary('http://a/x', { end: 'failed' }), reads: 1 },
    { ...summary('http://a/y'), reads: 1 },
  ]);
});

it('does not grow with the number of addresses', () => {
  const log = new PagingLog();
  for (let i = 0; i < 5000; i += 1) log.note(summary(`http://a/${i}`));
  log.note(summary('http://a/0'));
  expect(log.entries).toHaveLength(101);
  expect(log.entries[0]).toMatchObject({ address: 'http://a/0', reads: 2 });
  expect(log.entries.at(-1)).toMatchObject({ address: '(others)', reads: 4900, rows: 24_500 });
});
