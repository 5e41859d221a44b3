// csv-stringify a page at a time, one write in flight: node straight-pages.mjs ROWS FILE
import { open } from 'node:fs/promises';
import { stringify } from 'csv-stringify/sync';
import { COLUMN_TYPES, makePage } from '../rows.mjs';

const PAGE = 1000;
const [count, path] = process.argv.slice(2);
const columns = Object.keys(COLUMN_TYPES);
const file = await open(path, 'w');
let writing = file.write(stringify([columns]));
for (let offset = 0; offset < Number(count); offset += PAGE) {
  const text = stringify(makePage(offset, PAGE), { columns });
  await writing;
  writing = file.write(text);
}
await writing;
await file.close();
