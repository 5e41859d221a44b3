// Takes rows: node sink-server.mjs LATENCY, the milliseconds before each answer. `POST /rows` has a JSON list; its rows are
// counted by what separates them, so that the server costs the sender little. `GET /count` says how many came, and starts anew.
import { createServer } from 'node:http';

const latency = Number(process.argv[2]);
const SEPARATOR = Buffer.from('},{');
let rows = 0;

const server = createServer((request, response) => {
  if (request.method === 'GET') {
    response.end(String(rows));
    rows = 0;
    return;
  }
  const parts = [];
  request.on('data', (part) => parts.push(part));
  request.on('end', () => {
    rows += countRows(Buffer.concat(parts));
    setTimeout(() => {
      response.writeHead(204);
      response.end();
    }, latency);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => console.log(server.address().port));

function countRows(body) {
  let count = 1;
  for (let at = body.indexOf(SEPARATOR); at >= 0; at = body.indexOf(SEPARATOR, at + 1)) count += 1;
  return count;
}
