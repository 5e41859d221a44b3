import { RunResolver } from '../../host/pipelines/files/run-resolver.js';
import type { Io } from '../io.js';
import { openHost } from '../open-host.js';
import { usageError } from '../options.js';
import { readRunSpec, type RunOptions } from '../read-run-spec.js';
import { reportNoStart, runOne } from './run-one.js';

/**
 * `host run`: reads a source into a target, and says how it went on stderr, or with --json as a report.
 *
 * @param source undefined: with --all every pipeline file is run
 */
export async function run(
  source: string | undefined,
  options: RunOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  try {
    if (options.all) return await (await import('./run-all.js')).runAll(source, options, io, signal);
    if (source === undefined) {
      throw usageError(
        'a name is missing that says what is run',
        'Name a connector or a pipeline, or run every pipeline with --all.',
      );
    }
    return await execute(source, options, io, signal);
  } catch (error) {
    if (options.json) reportNoStart(error, source ?? '', options.to === '-', io);
    throw error;
  }
}

async function execute(source: string, options: RunOptions, io: Io, signal: AbortSignal): Promise<number> {
  const given = readRunSpec(source, options);
  const container = openHost(options, io);
  const spec = await container.get(RunResolver).resolve(given);
  const { error } = await runOne(spec, { container, options, io, signal });
  return error?.exitCode ?? 0;
}
