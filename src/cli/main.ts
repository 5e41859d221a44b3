#!/usr/bin/env -S node --
// The `--` keeps Node 20 from taking `--env-file` for an option of its own, wherever it stands.
import { isHostError, type HostError } from '../sdk/errors.js';
import { explainFailure } from '../sync/explain-failure.js';
import { processIo } from './io.js';
import { printError } from './output/print-error.js';
import { createProgram } from './program.js';
import { listenForStop } from './stop.js';

/** Runs one command and ends the process, also when a connector left a socket or a timer open. */
async function main(): Promise<void> {
  const io = processIo();
  const report = (error: HostError): void => printError(error, io, process.argv.includes('--verbose'));
  const stop = listenForStop(report);
  let exitCode: number;
  try {
    exitCode = await createProgram(io, stop.signal).run(process.argv.slice(2));
  } catch (error) {
    const failure = isHostError(error) ? error : explainFailure(error, undefined, 'the host failed');
    report(failure);
    exitCode = failure.exitCode;
  }
  if (isHostError(stop.signal.reason)) exitCode = stop.signal.reason.exitCode;
  // On a pipe, what was written may not have left yet.
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(exitCode);
}

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || !stream.writable) resolve();
    else stream.write('', () => resolve());
  });
}

await main();
