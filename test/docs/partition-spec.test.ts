import { describe, expect, it } from '@jest/globals';
import { checkSelection } from '../../src/host/partitions/select-partitions.js';
import type { Partitioning } from '../../src/sdk/partitioning.js';
import { idsOf, partsOf } from '../host/partitions/partition-source.js';
import { DAY, DAY_COUNTRY } from '../host/partitions/schemes.js';
import { codeBlocks, codeSpans, readDoc, section, tableRows } from './markdown.js';

const PAGE = readDoc('docs/reference/partition-spec.md');
const NOW = new Date('2026-11-21T07:30:00Z');

const chosen = (partitioning: Partitioning, selection: string): Promise<string[]> =>
  idsOf(partsOf({ partitioning, selection, now: NOW }));

describe('docs/reference/partition-spec.md', () => {
  const keywords = tableRows(section(PAGE, 'Keywords')).map(([keyword = '', , days = '']) => [
    ...codeSpans(keyword),
    ...codeSpans(days),
  ]);
  it.each(keywords)('%s stands for %s', async (keyword = '', days = '') => {
    expect(await chosen(DAY, keyword)).toEqual(await chosen(DAY, days));
  });

  const examples = tableRows(section(PAGE, 'Examples')).map(
    ([spec = '', ids = '']) => [codeSpans(spec)[0] ?? '', codeSpans(ids)] as const,
  );
  it.each(examples)('%s is %j', async (spec, ids) => {
    expect(await chosen(DAY_COUNTRY, spec)).toEqual(ids);
  });

  it('has as many of both as were looked at', () => {
    expect([keywords.length, examples.length]).toEqual([8, 6]);
  });

  it('shows an error as it is', () => {
    const [shown = ''] = codeBlocks(section(PAGE, 'Limits and errors')).map(({ text }) => text);
    const spec = shown.split('\n')[1]?.trim() ?? '';
    expect(() => checkSelection(spec, DAY_COUNTRY, NOW)).toThrow(shown.replace(/^error: /, '').trimEnd());
  });
});
