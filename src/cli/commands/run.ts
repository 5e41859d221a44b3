import { randomUUID } from 'node:crypto';
import { RunService } from '../../host/run-service.js';
import type { RunSpec } from '../../host/run-spec.js';
import { explainFailure } from '../../sync/explain-failure.js';
import { RunProgress } from '../../sync/run-progress.js';
import { makeReport, type RunReport } from '../../sync/run-report.js';
import type { Io } from '../io.js';
import { openHost } from '../open-host.js';
import { readLimit, type ConfigOptions } from '../options.js';
import { duration, rowCount } from '../output/numbers.js';
import { printError } from '../output/print-error.js';
import { showProgress } from '../output/progress-line.js';

/** Options of `host run`. */
export interface RunOptions extends ConfigOptions {
  readonly to?: string;
  readonly toConfig?: string;
  readonly toSet: readonly string[];
  readonly table?: string;
  readonly limit?: string;
  readonly mode?: NonNullable<RunSpec['mode']>;
  readonly format?: NonNullable<RunSpec['format']>;
}

/** `host run`: reads a connector into a target, and says how it went on stderr, or with --json as a report. */
export async function run(id: string, options: RunOptions, io: Io, signal: AbortSignal): Promise<number> {
  try {
    return await execute(id, options, io, signal);
  } catch (error) {
    if (options.json) reportNoStart(error, id, options.to === '-', io);
    throw error;
  }
}

/**
 * Prints the report of a run that failed before it began, for --json.
 *
 * @param connector the connector that was asked for, as far as it is known
 */
export function reportNoStart(error: unknown, connector: string, rowsOnStdout: boolean, io: Io): void {
  const failure = explainFailure(error, undefined, 'the host failed');
  const report = makeReport({
    run: randomUUID(),
    pipeline: connector,
    progress: new RunProgress(),
    tables: [],
    warnings: [],
    error: failure,
  });
  printReport({ ...report, message: io.redact(failure.message) }, rowsOnStdout, io);
}

async function execute(id: string, options: RunOptions, io: Io, signal: AbortSignal): Promise<number> {
  const spec: RunSpec = {
    connector: id,
    configFile: options.config,
    sets: options.set,
    to: options.to,
    toConfig: { configFile: options.toConfig, sets: options.toSet },
    table: options.table,
    limit: readLimit(options.limit),
    mode: options.mode,
    format: options.format,
  };
  const service = openHost(options, io).get(RunService);
  const progress = new RunProgress();
  const endProgress = options.quiet ? undefined : showProgress(progress, io);
  const { report, error, target, table, isTransactional } = await service
    .run(spec, { signal, progress })
    .finally(() => endProgress?.());
  if (options.json) printReport(report, options.to === '-', io);
  if (error) {
    printError(error, io, options.verbose ?? false);
    if (error.exitCode !== 0) io.printError(`  ${remains(report, isTransactional)}`);
    return error.exitCode;
  }
  if (!options.quiet && !options.json) printSummary(report, target, table, io);
  return 0;
}

/** What a run that failed has left behind, which decides what running it again does. */
function remains({ rowsWritten }: RunReport, isTransactional: boolean): string {
  if (isTransactional || rowsWritten === 0) return 'Nothing of this run is in the target.';
  return `${rowCount(rowsWritten)} had been given to the target, which does not take them back.`;
}

/** With rows on stdout the report goes to stderr. */
function printReport(report: RunReport, rowsOnStdout: boolean, io: Io): void {
  const text = JSON.stringify(report);
  if (rowsOnStdout) io.printError(text);
  else io.print(text);
}

function printSummary(report: RunReport, target: string, table: string, io: Io): void {
  const { rowsWritten, seconds, tables, warnings } = report;
  const { green, yellow, dim } = io.colors;
  const rate = rowCount(Math.round(rowsWritten / Math.max(seconds, 0.001)));
  io.printError(
    `${green('done:')} ${rowCount(rowsWritten)} to ${target} in ${duration(seconds)} (${rate}/s)`,
  );
  for (const { name, columnsAdded, columnsWidened } of tables) {
    if (columnsAdded.length > 0) io.printError(`  table ${name}: new columns ${columnsAdded.join(', ')}`);
    for (const { name: column, from, to } of columnsWidened) {
      io.printError(`  table ${name}: column ${column} widened from ${from} to ${to}`);
    }
  }
  for (const warning of warnings) io.printError(`${yellow('warning:')} ${warning}`);
  // Names that a shell or SQL would need quoted are left to who chose them.
  if (/^[\w./-]+\.duckdb$/.test(target) && /^\w+$/.test(table) && tables.length > 0) {
    io.printError(dim(`  look at it: duckdb ${target} 'FROM "${table}" LIMIT 10'`));
  }
}
