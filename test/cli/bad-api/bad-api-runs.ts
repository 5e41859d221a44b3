import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import { startFakeApi, type FakeApi, type FakeRoute } from '../../../src/testing/index.js';
import { runHost, type HostResult } from '../../helpers/run-host.js';
import { CLOSED_URL } from '../../helpers/closed-url.js';
import { readHistory, type History } from '../../helpers/read-history.js';
import { SECRET, SECRET_FORMS } from '../../helpers/secret-forms.js';
import { WarmHost } from '../../helpers/warm-host.js';
import { inTempFolder, readFiles } from '../../helpers/temp-plugin.js';
import { LOOPBACK_TLS } from '../../testing/fake-api/loopback-tls.js';
import type { BadApi, Places } from './bad-api.js';

const ROOT = resolve(__dirname, '../../..');
/** Taken in turn; the first is there before the run. */
const TARGETS = ['rows.csv', 'warehouse.duckdb', 'new.ndjson'];
/** A run that fails is recorded in it, so it is made by the run. */
const DATABASE = 'warehouse.duckdb';
const OLD_FILES = { 'rows.csv': 'id\n0\n' };
/** Runs at once. Those of slow cases spend their time waiting, so there may be more of them. */
const LANES = { slow: 3, quick: 1 };
/** Idle time after which a try fails: no case means it that does not set its own. */
const TIMEOUT_SECONDS = 10;

/** What a run said, and the files before and after it. */
export interface Outcome extends HostResult {
  readonly filesBefore: Readonly<Record<string, string>>;
  /** Without a database that the run made. */
  readonly filesAfter: Readonly<Record<string, string>>;
  /** What is in that database; undefined where there is none. */
  readonly history: History | undefined;
}

/** Serves the APIs of some cases while the tests of a file run, and runs the host on each. */
export class BadApiRuns {
  readonly #cases: readonly BadApi[];
  readonly #outcomes = new Map<BadApi, Promise<Outcome>>();
  readonly #host = new WarmHost();
  /** The API that is asked, and those that no run may ask. */
  #servers: readonly FakeApi[] = [];
  #places: Places = { api: '', other: '', tls: '', closed: '' };

  constructor(cases: readonly BadApi[]) {
    this.#cases = cases;
    beforeAll(async () => {
      await this.#serve();
      const slow = cases.filter(({ isSlow }) => isSlow === true);
      this.#start(slow, LANES.slow);
      this.#start(
        cases.filter((bad) => !slow.includes(bad)),
        LANES.quick,
      );
    });
    afterAll(async () => {
      await Promise.allSettled(this.#outcomes.values());
      for (const server of this.#servers) await server.close();
    });
  }

  /** Requests that no run may send: they would go to another origin. */
  get strayRequests(): readonly unknown[] {
    return this.#servers.slice(1).flatMap(({ requests }) => requests);
  }

  /** Checks what every case must do: one clear error, nothing written, no secret. */
  async expectFailure(bad: BadApi): Promise<void> {
    const outcome = (await this.#outcomes.get(bad)) as Outcome;
    const { stderr, stdout, exitCode, filesBefore, filesAfter, history } = outcome;
    expect(stderr).toMatch(bad.says);
    expect(stderr).toContain(`  ${bad.code}, see docs/reference/errors.md#${bad.code.toLowerCase()}\n`);
    expect(stderr.match(/^error: /gm)).toHaveLength(1);
    expect(exitCode).toBe(bad.exitCode);
    const report = { status: 'failed', code: bad.code, rowsWritten: 0, commits: 0 };
    expect(JSON.parse(stdout)).toMatchObject(report);
    expect(filesAfter).toEqual(filesBefore);
    if (this.#targetOf(bad) === DATABASE)
      expect(history).toMatchObject({ tables: [], runs: [`failed ${bad.code}`] });
    const everything = [stdout, stderr, ...(history?.messages ?? [])].join('\n');
    const secrets = [...SECRET_FORMS, ...this.#servers.flatMap(({ tokens }) => tokens)];
    expect(secrets.filter((form) => everything.includes(form))).toEqual([]);
  }

  #start(cases: readonly BadApi[], lanes: number): void {
    cases.forEach((bad, index) => {
      const before = cases[index - lanes];
      const outcome = Promise.allSettled([before && this.#outcomes.get(before)]).then(() => this.#run(bad));
      // Its own test hears of a failure.
      outcome.catch(() => undefined);
      this.#outcomes.set(bad, outcome);
    });
  }

  #run(bad: BadApi): Promise<Outcome> {
    const index = this.#cases.indexOf(bad);
    const config = {
      base_url: this.#places.api,
      endpoint: `items-${index}`,
      auth_type: 'bearer',
      auth_token: SECRET,
      timeout_seconds: bad.timeout ?? TIMEOUT_SECONDS,
      ...(typeof bad.config === 'function' ? bad.config(this.#places) : bad.config),
    };
    const target = this.#targetOf(bad);
    const args = [
      'run',
      'my-plugin-rest-api',
      '--plugin',
      ROOT,
      '--config',
      'config.json',
      '--retries',
      '0',
      '--to',
      target,
    ];
    return inTempFolder({ ...OLD_FILES, 'config.json': config }, async (cwd) => {
      const filesBefore = await readFiles(cwd);
      const given = [...args, '--verbose', '--json'];
      // Slow ones run side by side, each in a process of its own.
      const result = bad.isSlow ? await runHost(given, { cwd }) : await this.#host.run(given, { cwd });
      const history = await readHistory(join(cwd, DATABASE));
      const present = Object.entries(await readFiles(cwd)).filter(([file]) => file !== DATABASE);
      return { ...result, filesBefore, filesAfter: Object.fromEntries(present), history };
    });
  }

  #targetOf(bad: BadApi): string {
    return TARGETS[this.#cases.indexOf(bad) % TARGETS.length] ?? '';
  }

  async #serve(): Promise<void> {
    const other = await startFakeApi({ routes: { '/other': { rows: 1 } } });
    const tls = await startFakeApi({ routes: { '/other': { rows: 1 } }, tls: LOOPBACK_TLS });
    const places = { other: other.url, tls: tls.url, closed: CLOSED_URL };
    const routes = this.#cases.map(({ route }, index): [string, FakeRoute] => [
      `/items-${index}`,
      { rows: 3, ...(typeof route === 'function' ? route(places) : route) },
    ]);
    const api = await startFakeApi({
      routes: Object.fromEntries(routes),
      ...(routes.some(([, { auth }]) => auth !== undefined) && {
        authFaults: ({ path }) => (path === '/token-500' ? { status: 500 } : undefined),
      }),
    });
    this.#servers = [api, other, tls];
    this.#places = { ...places, api: api.url };
  }
}
