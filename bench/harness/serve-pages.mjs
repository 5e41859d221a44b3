// Serves pages of rows: node serve-pages.mjs ROWS LATENCY [PAGE], the latency of an answer in milliseconds. All pages are
// serialised before it listens, so that a request costs it little more than the write. Prints its port.
import { createServer } from 'node:http';
import { makePage } from '../rows.mjs';

const [count, latency, page = 1000] = process.argv.slice(2).map(Number);
const bodies = [];
for (let offset = 0; offset < count; offset += page) {
  bodies.push(Buffer.from(JSON.stringify({ data: makePage(offset, page) })));
}
const none = Buffer.from('{"data":[]}');

const server = createServer((request, response) => {
  const offset = Number(new URL(request.url, 'http://localhost').searchParams.get('offset'));
  const body = bodies[offset / page] ?? none;
  const answer = () => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  };
  if (latency > 0) setTimeout(answer, latency);
  else answer();
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
