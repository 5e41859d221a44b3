import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import pg from 'pg';
import { here } from './measure.mjs';

/** Lets `use` have the URL of a PostgreSQL server, which is gone afterwards. It keeps its defaults but for fsync. */
export async function withPostgres(use) {
  const script = here(import.meta.url, '../../test/helpers/run-postgres.mjs');
  const server = spawn(process.execPath, [script, 'max_wal_size=4GB'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [url] = await once(createInterface(server.stdout), 'line');
  try {
    return await use(url);
  } finally {
    const ended = once(server, 'exit');
    server.stdin.end();
    await ended;
  }
}

/** Runs statements on a connection of their own; the rows of the last one. */
export async function ask(url, sql) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return [await client.query(sql)].flat().at(-1).rows;
  } finally {
    await client.end();
  }
}

/** A table's rows as one number, whatever their order. */
export async function tableHash(url, table) {
  const [row] = await ask(url, `SELECT count(*), sum(hashtextextended(t::text, 0)) AS hash FROM ${table} t`);
  return `${row.count} rows, ${row.hash}`;
}
