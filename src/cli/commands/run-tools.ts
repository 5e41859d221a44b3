import type { Container } from 'inversify';
import type { Io } from '../io.js';
import type { RunOptions } from '../read-run-spec.js';

/** What a command does runs with. */
export interface RunTools {
  readonly container: Container;
  readonly options: RunOptions;
  readonly io: Io;
  /** Stops the run; its reason is an AbortError. */
  readonly signal: AbortSignal;
}
