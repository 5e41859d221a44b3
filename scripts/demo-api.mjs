// A real REST API on loopback: json-server with the world-countries data (250 nested objects).
// GET /countries, with _page and _limit, _start and _limit. Options: --port N (default 4250; 0: any free port).
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import countries from 'world-countries';
import jsonServer from 'json-server';

const DEFAULT_PORT = '4250';

/** Starts the API. Resolves to its base URL and a function that ends it. */
export function startDemoApi(port) {
  const app = jsonServer.create();
  app.use(jsonServer.defaults({ logger: false, readOnly: true }));
  app.use(jsonServer.router({ countries: countries.map((country) => ({ id: country.cca3, ...country })) }));
  return new Promise((resolve, reject) => {
    const server = app.listen(port, '127.0.0.1', () => {
      resolve({ url: `http://127.0.0.1:${server.address().port}`, close: () => server.close() });
    });
    server.on('error', reject);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: DEFAULT_PORT } } });
  const { url } = await startDemoApi(Number(values.port));
  console.log(`${url}/countries has ${countries.length} countries; Ctrl-C ends it`);
}
