// Serves pages of rows: node server.mjs ROWS. All pages are serialised before it listens, so that a request costs
// it little more than the write. Prints its port.
import { createServer } from 'node:http';
import { makePage } from '../rows.mjs';

const PAGE = 1000;
const count = Number(process.argv[2]);
const bodies = [];
for (let offset = 0; offset < count; offset += PAGE) {
  const next = offset + PAGE < count ? offset + PAGE : null;
  bodies.push(Buffer.from(JSON.stringify({ data: makePage(offset, PAGE), next })));
}

const server = createServer((request, response) => {
  const offset = Number(new URL(request.url, 'http://localhost').searchParams.get('offset'));
  const body = bodies[offset / PAGE];
  response.writeHead(body ? 200 : 404, {
    'content-type': 'application/json',
    'content-length': body?.length ?? 0,
  });
  response.end(body);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
