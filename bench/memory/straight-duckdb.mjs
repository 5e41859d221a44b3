// Made rows through the bare appender: node straight-duckdb.mjs ROWS FILE
import { appendPages } from '../duckdb-append.mjs';
import { makePage } from '../rows.mjs';

const PAGE = 1000;
const [count, file] = process.argv.slice(2);

await appendPages(file, pages());

function* pages() {
  for (let offset = 0; offset < Number(count); offset += PAGE) yield makePage(offset, PAGE);
}
