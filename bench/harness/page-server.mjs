import { here } from './measure.mjs';
import { withServer } from './with-server.mjs';

/**
 * Lets `use` ask a server of pages, a process of its own: `GET /rows?offset=N` answers `{ data: [1000 rows] }`, and
 * beyond the last row an empty list.
 *
 * @param latency milliseconds before each answer
 */
export function withPageServer({ rows, latency = 0 }, use) {
  return withServer(here(import.meta.url, 'serve-pages.mjs'), [rows, latency], use);
}
