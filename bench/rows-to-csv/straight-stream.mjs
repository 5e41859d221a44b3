// csv-stringify as a stream, with back-pressure: node straight-stream.mjs ROWS FILE
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import { COLUMN_TYPES, makePage } from '../rows.mjs';

const PAGE = 1000;
const [count, path] = process.argv.slice(2);
const columns = Object.keys(COLUMN_TYPES);
await pipeline(Readable.from(rows()), stringify({ columns, header: true }), createWriteStream(path));

function* rows() {
  for (let offset = 0; offset < Number(count); offset += PAGE) yield* makePage(offset, PAGE);
}
