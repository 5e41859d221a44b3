import { worstExitCode } from '../../host/exit-code-order.js';
import { RunResolver } from '../../host/pipelines/files/run-resolver.js';
import { overrideRunSpec } from '../../host/pipelines/files/override-run-spec.js';
import type { PipelineFile } from '../../host/pipelines/files/pipeline-file.js';
import { PipelineRegistry } from '../../host/pipelines/files/pipeline-registry.js';
import type { HostError } from '../../sdk/errors.js';
import { explainFailure } from '../../sync/explain-failure.js';
import type { RunReport } from '../../sync/run-report.js';
import type { Io } from '../io.js';
import { openHost } from '../open-host.js';
import { usageError } from '../options.js';
import { duration } from '../output/numbers.js';
import { printError } from '../output/print-error.js';
import { safeText } from '../output/safe-text.js';
import { textTable } from '../output/text-table.js';
import { readRunSpec, type RunOptions } from '../read-run-spec.js';
import { reportNoStart, runOne } from './run-one.js';
import type { RunTools } from './run-tools.js';

const HEADER = ['pipeline', 'status', 'read', 'written', 'time', 'code'];

/** How one of the pipelines ended. */
interface Ended {
  readonly pipeline: string;
  /** Absent: it did not begin, or was a dry run. */
  readonly report?: RunReport;
  readonly error?: HostError | undefined;
}

/** `host run --all`: every pipeline file in the order of their names. One that fails does not keep the next from running. */
export async function runAll(
  source: string | undefined,
  options: RunOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const given = source ?? (options.name === undefined ? undefined : `--name ${options.name}`);
  if (given !== undefined) {
    throw usageError(
      `--all runs every pipeline, so ${JSON.stringify(given)} cannot name one`,
      'Leave one of the two out.',
    );
  }
  const container = openHost(options, io);
  const files = await container.get(PipelineRegistry).all();
  if (files.length === 0) {
    throw usageError(
      'there are no pipeline files to run',
      'Describe a pipeline in a file pipelines/NAME.yaml beside plugin.json.',
    );
  }
  const ended: Ended[] = [];
  for (const file of files) {
    if (signal.aborted) break;
    if (!options.quiet) io.printError(io.colors.dim(`pipeline ${safeText(file.name, Infinity)}`));
    ended.push({ pipeline: file.name, ...(await runFile(file, { container, options, io, signal })) });
  }
  if (!options.quiet) {
    const rows = ended.map(cellsOf);
    const left = files.slice(ended.length).map(({ name }) => [name, 'not run', '', '', '', '']);
    io.printError(textTable(HEADER, [...rows, ...left]));
  }
  return worstExitCode(ended.map(({ error }) => error?.exitCode ?? 0));
}

async function runFile(file: PipelineFile, tools: RunTools): Promise<Omit<Ended, 'pipeline'>> {
  const { container, options, io } = tools;
  try {
    const spec = await container.get(RunResolver).read(file);
    return await runOne(overrideRunSpec(spec, readRunSpec(file.name, options)), tools);
  } catch (error) {
    const failure = explainFailure(error, undefined, 'the host failed');
    if (options.json) reportNoStart(failure, file.name, options.to === '-', io);
    printError(failure, io, options.verbose ?? false);
    return { error: failure };
  }
}

function cellsOf({ pipeline, report, error }: Ended): string[] {
  const status = report?.status ?? (error ? 'failed' : 'ok');
  const counts = report
    ? [String(report.rowsRead), String(report.rowsWritten), duration(report.seconds)]
    : ['', '', ''];
  return [pipeline, status, ...counts, error?.code ?? ''];
}
