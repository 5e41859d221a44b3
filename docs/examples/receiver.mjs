// Takes lists of rows on loopback and says how many: node receiver.mjs [port, default 4251].
import { createServer } from 'node:http';

const server = createServer(async (request, response) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const rows = JSON.parse(Buffer.concat(chunks).toString());
  console.log(`${request.method} ${request.url}: ${rows.length} rows`);
  response.writeHead(204).end();
});
server.listen(Number(process.argv[2] ?? 4251), '127.0.0.1', () => {
  console.log(`listening on http://127.0.0.1:${server.address().port}`);
});
