import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { here } from './measure.mjs';

/**
 * Lets `use` ask a server of pages, a process of its own: `GET /rows?offset=N` answers `{ data: [1000 rows] }`, and
 * beyond the last row an empty list.
 *
 * @param latency milliseconds before each answer
 */
export async function withPageServer({ rows, latency = 0 }, use) {
  const script = here(import.meta.url, 'serve-pages.mjs');
  const server = spawn(process.execPath, [script, String(rows), String(latency)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const [port] = await once(server.stdout, 'data');
    return await use(`http://127.0.0.1:${String(port).trim()}`);
  } finally {
    server.kill();
  }
}
