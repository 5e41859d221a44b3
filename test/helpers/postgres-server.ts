import { afterAll, beforeAll } from '@jest/globals';
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { Client } from 'pg';

/** Longest time that a server may take to start, in milliseconds. */
const START_MS = 60_000;

/** A PostgreSQL server of one test file. */
export interface PostgresServer {
  /** Its superuser in the database `postgres`. */
  readonly url: string;
  /** Makes an empty database; its URL. */
  newDatabase(name?: string): Promise<string>;
  /** Stops it, as an operator does, and starts it again. */
  restart(): Promise<void>;
}

/**
 * Starts a server before the tests of a file, and stops it after them. It is the child of a process that ends when this
 * one does, whatever ends it.
 *
 * @param settings of the server, as `name=value`
 */
export function usePostgres(...settings: string[]): PostgresServer {
  let child: ChildProcessByStdio<Writable, Readable, null>;
  let lines: Interface;
  let url = '';
  let databases = 0;
  const nextUrl = async (): Promise<string> => {
    const ended = once(child, 'exit').then(() => {
      throw new Error('the PostgreSQL server did not start');
    });
    ended.catch(() => undefined);
    const [line] = (await Promise.race([once(lines, 'line'), ended])) as [string];
    return line;
  };
  beforeAll(async () => {
    child = spawn(process.execPath, [join(__dirname, 'run-postgres.mjs'), ...settings], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    lines = createInterface(child.stdout);
    url = await nextUrl();
  }, START_MS);
  afterAll(async () => {
    const ended = child.exitCode === null ? once(child, 'exit') : undefined;
    child.stdin.end();
    await ended;
  }, START_MS);
  return {
    get url() {
      return url;
    },
    newDatabase: async (name = `test_${(databases += 1)}`) => {
      await ask(url, `CREATE DATABASE ${name}`);
      return url.replace(/[^/]*$/, name);
    },
    restart: async () => {
      const started = nextUrl();
      child.stdin.write('restart\n');
      await started;
    },
  };
}

/** Runs statements on a connection of their own. @returns the rows of the last one, every value as PostgreSQL's text */
export async function ask(url: string, sql: string): Promise<(string | null)[][]> {
  const client = new Client({ connectionString: url, types: { getTypeParser: () => String } });
  await client.connect();
  try {
    const results: unknown = await client.query({ text: sql, rowMode: 'array' });
    const last = (Array.isArray(results) ? results.at(-1) : results) as { rows: (string | null)[][] };
    return last.rows;
  } finally {
    await client.end();
  }
}
