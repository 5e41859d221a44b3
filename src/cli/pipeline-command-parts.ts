import type { Command } from 'commander';
import type { Io } from './io.js';

/** What the commands that look at pipelines are declared with. */
export interface PipelineCommandParts {
  readonly program: Command;
  readonly io: Io;
  readonly signal: AbortSignal;
  /** Adds the options that every command has. */
  readonly withCommon: (command: Command) => Command;
  /** Takes the exit code. */
  readonly done: (exitCode: number) => void;
}
