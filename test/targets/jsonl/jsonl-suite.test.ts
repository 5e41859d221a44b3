import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'lossless-json';
import { describeTarget } from 'connector-host/testing';
import { JsonlTarget } from '../../../src/targets/jsonl/jsonl-target.js';
import { textOf } from '../../../src/targets/values/text-of.js';
import { exactNumber } from '../../helpers/exact-number.js';

describeTarget({
  name: 'jsonl',
  open: async (folder, table) => new JsonlTarget(join(folder, `${table}.jsonl`)),
  async read(folder, table) {
    const file = join(folder, `${table}.jsonl`);
    if (!existsSync(file)) return undefined;
    const lines = (await readFile(file, 'utf8')).split('\n').slice(0, -1);
    const rows = lines.map((line) => parse(line, null, exactNumber) as Record<string, unknown>);
    // A line has no key for a column without a value.
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
    return rows.map((row) => Object.fromEntries(names.map((name) => [name, storedText(row[name])])));
  },
});

function storedText(value: unknown): string | null {
  return value === null || value === undefined ? null : (textOf(value) ?? null);
}
