import { expect, it } from '@jest/globals';
import type { Row } from '../../../src/sdk/schema.js';
import { parseShapeOptions } from '../../../src/sync/shape/parse-shape-options.js';
import { codeBlocks, readDoc, tableRows } from '../../docs/markdown.js';
import { shapeRows, usersShape } from './shaped.js';

const PAGE = readDoc('docs/guide/nested-data.md');
const USERS = JSON.parse(readDoc('docs/examples/users.json')) as Row[];

/** A table that the page shows after a command. */
const SHOWN = /^Table `(\w+)`:\n\n(\|[^]*?)(?=\n\n|$(?![^]))/gm;

it('the guide shows the file that its commands read', () => {
  const shown = codeBlocks(PAGE).filter(({ language }) => language === 'json');
  expect(shown).toEqual([
    { language: 'json', file: 'docs/examples/users.json', text: readDoc('docs/examples/users.json') },
  ]);
});

const commands = PAGE.split(/^\$ npx host run /m).slice(1);

it('the guide has a command for each choice', () => {
  expect(commands.map((text) => /--nested (\S+)/.exec(text.split('\n')[0] ?? '')?.[1])).toEqual([
    undefined,
    'flatten',
    'child-tables',
    'child-tables',
  ]);
});

it.each(commands)('the tables below a command are what its options make: %#', (text) => {
  const [line = ''] = text.split('\n');
  const option = (name: string): string | undefined => new RegExp(`--${name} (\\S+)`).exec(line)?.[1];
  const options = parseShapeOptions({
    nested: option('nested'),
    exclude: option('exclude'),
    rename: option('rename'),
  });
  const { rows, children } = shapeRows(usersShape(options), USERS);
  const tables = new Map([['users', rows]]);
  for (const { table } of children.calls) tables.set(table, children.rows(table));
  const shown = [...text.matchAll(SHOWN)].map(([, name = '', table = '']): [string, string[][]] => [
    name,
    [headerOf(table), ...tableRows(table)],
  ]);
  expect(new Map(shown)).toEqual(new Map([...tables].map(([name, each]) => [name, cellsOf(each)])));
});

function headerOf(table: string): string[] {
  return (table.split('\n')[0] ?? '')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll('\\', ''));
}

function cellsOf(rows: readonly Row[]): string[][] {
  const columns = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return [columns, ...rows.map((row) => columns.map((column) => textOf(row[column])))];
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}
