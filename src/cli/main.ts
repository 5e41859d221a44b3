#!/usr/bin/env -S node --
// The `--` keeps Node 20 from taking `--env-file` for an option of its own, wherever it stands.
import { setFlagsFromString } from 'node:v8';
import { ConnectorError, isHostError, type HostError } from '../sdk/errors.js';
import { processIo } from './io.js';
import { leave, whenLeftOtherwise } from './leave.js';
import { printError } from './output/print-error.js';
import { runCommand } from './run-command.js';
import { listenForStop } from './stop.js';

/** Runs one command and ends the process, also when a connector left a socket or a timer open. */
async function main(): Promise<void> {
  const io = processIo();
  const report = (error: HostError): void => printError(error, io, process.argv.includes('--verbose'));
  const stop = listenForStop(report);
  whenLeftOtherwise(() =>
    report(new ConnectorError('the connector ended the process in the middle of the command')),
  );
  let exitCode = await runCommand(process.argv.slice(2), io, stop.signal, report);
  // What a command has done stands, whatever happened after it; but it does not happen in silence.
  const late: unknown = stop.signal.reason;
  if (exitCode === 0 && isHostError(late) && late.name !== 'AbortError') {
    io.printError(`${io.colors.yellow('warning:')} afterwards, ${late.message}`);
  }
  // On a pipe, what was written may not have left yet.
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  if (exitCode === 0 && stop.outputError) {
    report(stop.outputError);
    exitCode = stop.outputError.exitCode;
  }
  leave(exitCode);
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });
}

// Rows live until the target has them, which V8 takes for a long life where it looks at a bad moment. Then it makes all of
// them in the old generation, and their texts outlive the young one as well: 400 MB of 1 M rows, and not 130.
setFlagsFromString('--no-allocation-site-pretenuring');
await main();
