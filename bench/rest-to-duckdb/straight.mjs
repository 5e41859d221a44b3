// What a good engineer writes by hand: axios with keep-alive, two pages ahead, chunks of 2048 rows through the appender.
//   node straight.mjs BASE_URL ROWS FILE
import { Agent } from 'node:http';
import axios from 'axios';
import { appendPages } from '../duckdb-append.mjs';

const PAGE = 1000;
const PAGES_AHEAD = 2;
const [baseURL, count, file] = process.argv.slice(2);
const api = axios.create({ baseURL, httpAgent: new Agent({ keepAlive: true }) });

await appendPages(file, pages());
process.exit(0);

async function* pages() {
  const asked = [];
  let offset = 0;
  const ask = () => {
    if (offset >= count) return;
    asked.push(api.get('/rows', { params: { offset, limit: PAGE } }));
    offset += PAGE;
  };
  for (let i = 0; i < PAGES_AHEAD; i += 1) ask();
  while (asked.length > 0) {
    const { data } = await asked.shift();
    ask();
    yield data.data;
  }
}
