import { randomUUID } from 'node:crypto';
import { RunService, type RunResult } from '../../host/run-service.js';
import type { RunSpec } from '../../host/run-spec.js';
import type { HostError } from '../../sdk/errors.js';
import { explainFailure } from '../../sync/explain-failure.js';
import { RunProgress } from '../../sync/run-progress.js';
import { makeReport, type RunReport } from '../../sync/run-report.js';
import type { Io } from '../io.js';
import { duration, rowCount } from '../output/numbers.js';
import { printPartitions } from '../output/partitions-table.js';
import { printError } from '../output/print-error.js';
import { showProgress } from '../output/progress-line.js';
import { safeText } from '../output/safe-text.js';
import { defaultLockTimeout } from '../read-run-spec.js';
import { dryRun } from './dry-run.js';
import type { RunTools } from './run-tools.js';

/**
 * Does one run and prints how it went.
 * @returns how it ended; without a report after a dry run
 * @throws HostError when it cannot start
 */
export async function runOne(
  spec: RunSpec,
  { container, options, io, signal }: RunTools,
): Promise<{ readonly report?: RunReport; readonly error?: HostError | undefined }> {
  const timed = { ...spec, lockTimeout: spec.lockTimeout ?? defaultLockTimeout(io) };
  if (options.dryRun) {
    await dryRun(timed, { container, options, io, signal });
    return {};
  }
  const progress = new RunProgress();
  const endProgress = options.quiet ? undefined : showProgress(progress, io);
  const service = container.get(RunService);
  const result = await service.run(timed, { signal, progress }).finally(() => endProgress?.());
  const { report, error, isTransactional } = result;
  if (options.json) printReport(report, spec.to === '-', io);
  if (error) {
    printError(error, io, options.verbose ?? false);
    if (error.exitCode !== 0) io.printError(`  ${remains(report, isTransactional)}`);
    if (!options.quiet && !options.json) printPartitions(report, io);
  } else if (!options.quiet && !options.json) printSummary(result, io);
  return { report, error };
}

/**
 * Prints the report of a run that failed before it began, for --json.
 *
 * @param pipeline what was asked for, as far as it is known
 */
export function reportNoStart(error: unknown, pipeline: string, rowsOnStdout: boolean, io: Io): void {
  const failure = explainFailure(error, undefined, 'the host failed');
  const report = makeReport({
    run: randomUUID(),
    pipeline,
    progress: new RunProgress(),
    tables: [],
    warnings: [],
    error: failure,
  });
  printReport({ ...report, message: io.redact(failure.message) }, rowsOnStdout, io);
}

/** What a run that failed has left behind, which decides what running it again does. */
function remains({ rowsWritten, rowsDeleted, commits, stateVersion }: RunReport, takesBack: boolean): string {
  if (!takesBack && rowsWritten > 0) {
    return `${rowCount(rowsWritten)} had been given to the target, which does not take them back.`;
  }
  if (commits === 0) return 'Nothing of this run is in the target.';
  const deleted = rowsDeleted > 0 ? ` and ${rowCount(rowsDeleted)} deleted` : '';
  const written = `${rowCount(rowsWritten)} ${rowsWritten === 1 ? 'was' : 'were'} committed${deleted}`;
  return stateVersion === null
    ? `${written}.`
    : `${written}, with their state; the next run goes on from there.`;
}

/** With rows on stdout the report goes to stderr. */
function printReport(report: RunReport, rowsOnStdout: boolean, io: Io): void {
  const text = JSON.stringify(report);
  if (rowsOnStdout) io.printError(text);
  else io.print(text);
}

function printSummary({ report, target, table }: RunResult, io: Io): void {
  const { rowsWritten, rowsDeleted, seconds, tables, warnings, partitionCounts } = report;
  const { green, yellow, dim } = io.colors;
  const rate = rowCount(Math.round(rowsWritten / Math.max(seconds, 0.001)));
  const deleted = rowsDeleted > 0 ? `, ${rowCount(rowsDeleted)} deleted` : '';
  io.printError(
    `${green('done:')} ${partitionsText(partitionCounts)}${rowCount(rowsWritten)} to ${target} in ${duration(seconds)} (${rate}/s)${deleted}`,
  );
  const isSeveral = tables.length > 1 || (tables[0]?.name ?? table) !== table;
  for (const { name, rows, columnsAdded, columnsWidened } of tables) {
    const shown = safeText(name, Infinity);
    if (isSeveral) io.printError(`  table ${shown}: ${rowCount(rows)}`);
    if (columnsAdded.length > 0) io.printError(`  table ${shown}: new columns ${columnsAdded.join(', ')}`);
    for (const { name: column, from, to } of columnsWidened) {
      io.printError(`  table ${shown}: column ${column} widened from ${from} to ${to}`);
    }
  }
  printPartitions(report, io);
  for (const warning of warnings) io.printError(`${yellow('warning:')} ${warning}`);
  // A table without rows may not be there. Names that a shell or SQL would need quoted are left to who chose them.
  const filled = tables.find(({ name, rows }) => rows > 0 && /^\w+$/.test(name));
  if (/^[\w./-]+\.duckdb$/.test(target) && filled) {
    io.printError(dim(`  look at it: duckdb ${target} 'FROM "${filled.name}" LIMIT 10'`));
  }
}

/** What the number of rows is of, in a run of partitions. */
function partitionsText(counts: RunReport['partitionCounts']): string {
  if (!counts) return '';
  const { completed, unfinished } = counts;
  if (completed + unfinished === 0) return 'no partition was left to read, ';
  return `${completed} ${completed === 1 ? 'partition' : 'partitions'}, `;
}
