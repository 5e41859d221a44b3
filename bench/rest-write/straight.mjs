// What a good engineer writes by hand: axios with keep-alive, so many batches under way at a time.
//   node straight.mjs URL ROWS BATCH IN_FLIGHT
import { Agent } from 'node:http';
import axios from 'axios';
import { makePage } from '../rows.mjs';

const [baseURL, ...numbers] = process.argv.slice(2);
const [count, size, inFlight] = numbers.map(Number);
const api = axios.create({ baseURL, httpAgent: new Agent({ keepAlive: true }) });
const underWay = new Set();

for (let offset = 0; offset < count; offset += size) {
  const sent = api.post('/rows', makePage(offset, Math.min(size, count - offset)));
  underWay.add(sent);
  void sent.finally(() => underWay.delete(sent));
  if (underWay.size >= inFlight) await Promise.race(underWay);
}
await Promise.all(underWay);
process.exit(0);
