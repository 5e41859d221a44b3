import { PostgresTarget } from '../../dist/targets/postgres/postgres-target.js';
import { runEngine } from './run-engine.mjs';
import { startWatch } from './stopwatch.mjs';

/**
 * Runs the engine on emissions into a PostgreSQL database.
 *
 * @returns seconds and cpu from the first emission asked for until everything is committed
 */
export async function runIntoPostgres(url, { schema, emissions, options }) {
  const target = await PostgresTarget.open(url);
  let stop;
  const generateRows = function* () {
    stop = startWatch();
    yield* emissions();
  };
  const connector = { getReadSchema: () => schema, generateRows, close: () => undefined };
  await runEngine({ connector, target, options });
  const result = stop();
  await target.close();
  return result;
}
