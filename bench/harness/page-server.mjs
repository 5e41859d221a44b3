import { here } from './measure.mjs';
import { withServer } from './with-server.mjs';

/**
 * Lets `use` ask a server of pages, a process of its own: `GET /rows?offset=N` answers `{ data: [rows of a page] }`, and
 * beyond the last row an empty list.
 *
 * @param latency milliseconds before each answer
 * @param page rows of a page
 */
export function withPageServer({ rows, latency = 0, page = 1000 }, use) {
  return withServer(here(import.meta.url, 'serve-pages.mjs'), [rows, latency, page], use);
}
