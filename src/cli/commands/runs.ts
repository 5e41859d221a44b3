import { PipelineService } from '../../host/pipelines/pipeline-service.js';
import type { PipelineRun } from '../../targets/target.js';
import type { Io } from '../io.js';
import { openHost } from '../open-host.js';
import { readLimit } from '../options.js';
import { textTable } from '../output/text-table.js';
import { readLockTimeout } from '../read-run-spec.js';
import type { PipelineOptions } from './state.js';

/** Options of `host runs`. */
export interface RunsOptions extends PipelineOptions {
  readonly limit: string;
}

const HEADER = ['run', 'pipeline', 'status', 'started', 'seconds', 'read', 'written', 'deleted', 'code'];

/** `host runs`: the runs of a target or of one pipeline, newest first. */
export async function runs(
  pipeline: string | undefined,
  options: RunsOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const limit = readLimit(options.limit) as number;
  const { to, pgSchema } = options;
  const query = { pipeline, to, pgSchema, lockTimeout: readLockTimeout(options, io) };
  const history = await openHost(options, io).get(PipelineService).runs(query, limit, signal);
  if (options.json) io.print(JSON.stringify(history));
  else if (history.runs.length === 0) io.print(`no runs in ${history.target}`);
  else io.print(textTable(HEADER, history.runs.map(runCells)));
  return 0;
}

function runCells(run: PipelineRun): string[] {
  const { startedAt, endedAt, rowsRead, rowsWritten, rowsDeleted, code, status } = run;
  // What was lost ended nobody knows when.
  const end = endedAt === null ? (status === 'running' ? Date.now() : undefined) : Date.parse(endedAt);
  const seconds = end === undefined ? '' : ((end - Date.parse(startedAt)) / 1000).toFixed(1);
  return [
    run.run,
    run.pipeline,
    status,
    startedAt,
    seconds,
    String(rowsRead),
    String(rowsWritten),
    String(rowsDeleted),
    code ?? '',
  ];
}
