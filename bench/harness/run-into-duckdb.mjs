import { DuckdbTarget } from '../../dist/targets/duckdb/duckdb-target.js';
import { runEngine } from './run-engine.mjs';
import { startWatch } from './stopwatch.mjs';

/**
 * Runs the engine on emissions into a DuckDB file.
 *
 * @param emissions function that makes the generator, given the saved state
 * @returns seconds and cpu from the first emission asked for until everything is committed
 */
export async function runIntoDuckdb(file, { schema, emissions, options }) {
  const target = await DuckdbTarget.open(file);
  let stop;
  const generateRows = function* ({ state }) {
    stop = startWatch();
    yield* emissions(state);
  };
  await runEngine({ connector: { getReadSchema: () => schema, generateRows }, target, options });
  const result = stop();
  await target.close();
  return result;
}
