import type { HostError } from '../../sdk/errors.js';
import type { Io } from '../io.js';
import { safeLines } from './safe-text.js';

/** Where every code is explained. */
const REFERENCE = 'docs/reference/errors.md';

/**
 * Says on stderr what happened, what to do, the code and where to look; the stack and its causes with --verbose only.
 * A reader of stdout that left is no error and gets no words.
 */
export function printError(error: HostError, io: Io, verbose: boolean): void {
  const { red, dim } = io.colors;
  if (error.name === 'AbortError' && error.exitCode === 0) return;
  io.printError(`${red('error:')} ${safeLines(error.message)}`);
  io.printError(`  ${safeLines(error.action)}`);
  io.printError(dim(`  ${error.code}, see ${REFERENCE}#${error.code.toLowerCase()}`));
  if (!verbose) return;
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    io.printError(dim(safeLines(cause.stack ?? cause.message)));
  }
}
