import { Console } from 'node:console';
import { Writable } from 'node:stream';
import type { Io } from './io.js';

/**
 * Sends what connectors print with `console` to stderr, redacted: on stdout it would stand between the rows. Called
 * before a command loads a connector's code.
 */
export function redirectConsole(io: Io): void {
  const stderr = new Writable({
    decodeStrings: false,
    write(text: string, _encoding, done) {
      io.writeError(text);
      done();
    },
  });
  globalThis.console = new Console({ stdout: stderr, stderr });
}
