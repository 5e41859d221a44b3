import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { parse as parseJson } from 'lossless-json';
import type { StoredRow } from 'connector-host/testing';
import { textOf } from '../../../src/targets/values/text-of.js';
import { exactNumber } from '../../helpers/exact-number.js';

/** Rows of a CSV file as the target suite compares them. */
export function storedCsv(text: string): StoredRow[] {
  return parseCsv<StoredRow>(text, {
    columns: true,
    skipEmptyLines: false,
    relaxColumnCount: true,
    cast: (value, { quoting, header }) => (value === '' && !quoting && !header ? null : value),
  });
}

/** Rows of a file of JSON lines, the same way. */
export function storedLines(text: string): StoredRow[] {
  const rows = text
    .split('\n')
    .slice(0, -1)
    .map((line) => parseJson(line, null, exactNumber) as Record<string, unknown>);
  // A line has no key for a column without a value.
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  return rows.map((row) => Object.fromEntries(names.map((name) => [name, storedText(row[name])])));
}

/** The text of every file of a folder, by name, also of hidden ones. */
export async function contentOf(folder: string): Promise<Record<string, string>> {
  const content: Record<string, string> = {};
  for (const name of (await readdir(folder)).sort())
    content[name] = await readFile(join(folder, name), 'utf8');
  return content;
}

function storedText(value: unknown): string | null {
  return value === null || value === undefined ? null : (textOf(value) ?? null);
}
