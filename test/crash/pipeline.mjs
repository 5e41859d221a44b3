import { setImmediate } from 'node:timers/promises';
import { op } from '../../dist/index.js';
import { Connector } from '../../dist/sdk/connector.js';
import { RunProgress } from '../../dist/sync/run-progress.js';
import { runSync } from '../../dist/sync/sync.js';
import { DuckdbTarget } from '../../dist/targets/duckdb/duckdb-target.js';
import { PostgresTarget } from '../../dist/targets/postgres/postgres-target.js';
import { SCENARIOS } from './scenarios.mjs';

/** Few, so that full stages of shadows are applied on the way. */
const SHADOW_ROWS = 30;

/**
 * One run of a scenario, from the opening of the database to its closing.
 *
 * @param onRead called when the source is read, so when the pipeline is claimed
 * @param signal stops the run
 * @param job `{ file, run, scenario, salt, steps, commitRows }`; steps: read no further than so many; instead of `file`,
 *   `url` and `schema` of a PostgreSQL database
 */
export async function runPipeline(
  { file, url, schema, run, scenario: name, salt, steps, commitRows = 0 },
  { signal = new globalThis.AbortController().signal, onRead = () => undefined } = {},
) {
  const scenario = SCENARIOS[name];
  const target = url
    ? await PostgresTarget.open(url, { schema, shadowRows: SHADOW_ROWS })
    : await DuckdbTarget.open(file, { shadowRows: SHADOW_ROWS });
  try {
    return await runSync({
      runId: run,
      pipeline: () => 'crash',
      table: 'rows',
      connect: () => new Scripted(scenario, salt, steps, onRead),
      target,
      recordsLimit: -1,
      signal,
      progress: new RunProgress(),
      options: { commitEvery: { seconds: 3600, rows: commitRows }, ...scenario.options },
    });
  } finally {
    await target.close();
  }
}

/** Emits the steps of a scenario that its state does not have yet. */
class Scripted extends Connector {
  #scenario;
  #salt;
  #steps;
  #onRead;

  constructor(scenario, salt, steps, onRead) {
    super({}, {});
    this.#scenario = scenario;
    this.#salt = salt;
    this.#steps = steps;
    this.#onRead = onRead;
  }

  getReadSchema() {
    return this.#scenario.schema;
  }

  async *generateRows({ state }) {
    const { checkpoints, steps } = this.#scenario;
    this.#onRead();
    for (const [i, step] of steps(this.#salt).slice(0, this.#steps).entries()) {
      if (i < (state.step ?? 0)) continue;
      // As a page of an API would be waited for.
      await setImmediate();
      for (const [name, ...rest] of step) yield name === 'rows' ? rest[0] : op[name](...rest);
      if (checkpoints) yield op.checkpoint({ step: i + 1, salt: this.#salt });
    }
  }
}
