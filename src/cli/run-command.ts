import { isHostError, type HostError } from '../sdk/errors.js';
import { explainFailure } from '../sync/explain-failure.js';
import type { Io } from './io.js';
import { createProgram } from './program.js';

/**
 * Runs one command to its end.
 *
 * @param signal stops it; its reason is a HostError
 * @param report is told of what it failed with
 * @returns the exit code
 */
export async function runCommand(
  args: readonly string[],
  io: Io,
  signal: AbortSignal,
  report: (error: HostError) => void,
): Promise<number> {
  try {
    return await createProgram(io, signal).run(args);
  } catch (error) {
    const failure = isHostError(error) ? error : explainFailure(error, undefined, 'the host failed');
    report(failure);
    return failure.exitCode;
  }
}
