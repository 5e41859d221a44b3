import { expect, it } from '@jest/globals';
import { runRows } from 'connector-host/testing';
import { MemoryTarget } from '../../src/targets/memory/memory-target.js';
import { codeSpans, readDoc, section, tableRows } from './markdown.js';

const FIELDS = tableRows(section(readDoc('docs/reference/cli.md'), 'Run report'));

it('docs/reference/cli.md has every field of a run report in its order, and no other', async () => {
  const { report } = await runRows({ target: new MemoryTarget(), rows: [{ a: 1 }] });
  expect(FIELDS.map(([name = '']) => codeSpans(name)[0])).toEqual(Object.keys(report));
});

it('docs/reference/cli.md has the fields inside waitingOn and tables', async () => {
  const pages = [Array.from({ length: 10_000 }, () => ({ a: 1 })), [{ a: 'text', b: 2 }]];
  const { report } = await runRows({ target: new MemoryTarget(), rows: pages });
  const [table] = report.tables;
  const spans = (field: string): string[] =>
    codeSpans(FIELDS.find(([name]) => name === `\`${field}\``)?.[1] ?? '');
  expect(spans('waitingOn')).toEqual(Object.keys(report.waitingOn));
  expect(table?.columnsAdded).toEqual(['b']);
  expect(spans('tables')).toEqual([
    ...Object.keys(table ?? {}),
    ...Object.keys(table?.columnsWidened[0] ?? {}),
  ]);
});
