import type { Writable } from 'node:stream';
import picocolors from 'picocolors';

/** The process as commands see it. What it says to people on stderr passes through `redact`. */
export interface Io {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly stdout: Writable;
  /** True where stderr is a terminal: progress is one changing line. */
  readonly isTerminal: boolean;
  /** Columns of the terminal that stdout is; 120 where it is none. */
  readonly width: number;
  /** Colours for stderr; they do nothing where it is no terminal. */
  readonly colors: ReturnType<typeof picocolors.createColors>;
  /** Hides secrets in text. Knows more of them as parameters are read. */
  redact: (text: string) => string;
  /** Writes a line for people to stderr. */
  printError(line: string): void;
  /** Writes text to stderr as it is, without a newline. */
  writeError(text: string): void;
  /** Writes a line of a command's result to stdout, as it is: rows and numbers are never redacted. */
  print(line: string): void;
}

/** The io of this process. */
export function processIo(): Io {
  const { stdout, stderr, env } = process;
  const isTerminal = stderr.isTTY;
  return {
    cwd: process.cwd(),
    env,
    stdout,
    isTerminal,
    width: stdout.isTTY ? stdout.columns : 120,
    colors: picocolors.createColors(isTerminal && !env.NO_COLOR && env.TERM !== 'dumb'),
    redact: (text) => text,
    printError(line) {
      stderr.write(`${this.redact(line)}\n`);
    },
    writeError(text) {
      stderr.write(this.redact(text));
    },
    print(line) {
      stdout.write(`${line}\n`);
    },
  };
}
