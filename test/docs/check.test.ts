import { expect, it } from '@jest/globals';
import { CHECKS } from '../../src/host/check/checks.js';
import { checkConnector } from '../host/check/check-connector.js';
import { codeSpans, readDoc, section, tableRows } from './markdown.js';

const PAGE = readDoc('docs/reference/cli.md');
const FIELDS = tableRows(section(PAGE, 'Check report'));

it('docs/reference/cli.md has every check in its order, and no other', () => {
  const documented = tableRows(section(PAGE, 'Checks')).map(([name = '']) => codeSpans(name)[0]);
  expect(documented).toEqual(CHECKS.map(({ name }) => name));
});

it('docs/reference/cli.md has every field of a check report in its order, and no other', async () => {
  const { report } = await checkConnector({ members: '  *generateRows() { yield { id: 1 }; }' });
  expect(FIELDS.map(([name = '']) => codeSpans(name)[0])).toEqual(Object.keys(report));
  const spans = (field: string): string[] =>
    codeSpans(FIELDS.find(([name]) => name === `\`${field}\``)?.[1] ?? '');
  expect(spans('counts')).toEqual(Object.keys(report.counts));
  expect(spans('checks').slice(0, 5)).toEqual(Object.keys(report.checks[0] ?? {}));
});
