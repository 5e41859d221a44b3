/* global AbortController */
import { RunProgress } from '../../dist/sync/run-progress.js';
import { runSync } from '../../dist/sync/sync.js';

/** Runs the engine of the built package in this process, without plugins or a command line around it. */
export async function runEngine({ connector, target, table = 'rows', options }) {
  const { report, error } = await runSync({
    runId: 'bench',
    pipeline: () => 'bench',
    table,
    connect: () => connector,
    target,
    recordsLimit: -1,
    signal: new AbortController().signal,
    progress: new RunProgress(),
    options,
  });
  if (error) throw error;
  return report;
}
