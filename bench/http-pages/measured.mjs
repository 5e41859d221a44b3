import { performance } from 'node:perf_hooks';

/**
 * Counts the rows of all pages, and prints them with the wall and CPU seconds that it took to read them. A first page is
 * read before, because what the first request loads is no cost of a page.
 *
 * @param read begins a read: returns its pages
 */
export async function measured(read) {
  for await (const page of read()) if (page.length > 0) break;
  const started = { wall: performance.now(), cpu: process.cpuUsage() };
  let [rows, sum] = [0, 0];
  for await (const page of read()) {
    rows += page.length;
    for (const row of page) sum += row.id;
  }
  const { user, system } = process.cpuUsage(started.cpu);
  const wall = (performance.now() - started.wall) / 1000;
  console.log(JSON.stringify({ rows, sum, wall, cpu: (user + system) / 1e6 }));
}
