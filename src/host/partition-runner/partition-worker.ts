import type { HostError } from '../../sdk/errors.js';
import type { Partitioning } from '../../sdk/partitioning.js';
import type { PagingLog } from '../../sync/paging-log.js';
import type { RunProgress } from '../../sync/run-progress.js';
import { runSync, type SyncOutcome } from '../../sync/sync.js';
import type { SyncOptions } from '../../sync/sync-options.js';
import type { PartitionedSession, PartitionRun, Target, TargetRun } from '../../targets/target.js';
import { toHostError } from '../http/http-error.js';
import type { OpenedSource } from '../sources/opened-source.js';
import type { PartitionWork } from './partition-pool.js';
import type { PartitionsProgress } from './partitions-progress.js';
import type { PartitionResult, PartitionTask } from './partition-task.js';
import type { RowsLeft } from './rows-left.js';

/** What the work of a partition is made of, besides its task. */
export interface WorkerParts {
  readonly opened: OpenedSource;
  readonly partitioning: Partitioning;
  readonly session: PartitionedSession;
  readonly target: Target;
  /** The target's table of a dataset. */
  readonly table: string;
  readonly options: SyncOptions;
  readonly progress: PartitionsProgress;
  readonly paging: PagingLog;
  readonly rowsLeft: RowsLeft;
  readonly redact: (text: string) => string;
}

/** Reads a partition as a run of its own reads a whole dataset: with its instance, its state, its retries and its commit. */
export function partitionWorker(parts: WorkerParts): PartitionWork {
  const { opened, partitioning, session, target, table, options, paging, rowsLeft, redact } = parts;
  const { label, capabilities } = target;
  const below = {
    label,
    capabilities,
    // The engine gives a run of a partition what it was given itself.
    begin: (run: TargetRun) => session.begin(run as PartitionRun),
    ...(target.explain ? { explain: (error: unknown) => target.explain?.(error) } : {}),
    close: () => Promise.resolve(),
  };
  return async (task, { signal, onStaged }) => {
    const progress = parts.progress.begin();
    let isCounted = false;
    const count = (): void => {
      if (!isCounted) rowsLeft.take(progress.rowsRead);
      isCounted = true;
    };
    const outcome = await runSync({
      runId: task.run,
      pipeline: () => task.pipeline,
      table,
      connect: (source) => opened.create(source.signal, paging),
      target: below,
      partition: {
        id: task.partition,
        partitioning,
        onStaged: () => {
          count();
          parts.progress.staged(progress);
          onStaged();
        },
      },
      recordsLimit: task.recordsLimit,
      signal,
      progress,
      translateError: toHostError,
      redact,
      options,
    });
    count();
    const result = resultOf(task, outcome, progress, redact);
    parts.progress.end(progress, result.status);
    return result;
  };
}

function resultOf(
  { partition, attempt }: PartitionTask,
  { report, error, isPartial = false }: SyncOutcome,
  { seconds }: RunProgress,
  redact: (text: string) => string,
): PartitionResult {
  const { rowsRead, rowsWritten, rowsDeleted, rejected, tables, warnings } = report;
  return {
    partition,
    attempt,
    status: statusOf(error, isPartial),
    rowsRead,
    rowsWritten,
    rowsDeleted,
    rejected,
    seconds,
    code: error?.code ?? null,
    message: error ? redact(error.message) : null,
    action: error ? redact(error.action) : null,
    exitCode: error?.exitCode ?? 0,
    tables,
    warnings: warnings.map(redact),
  };
}

function statusOf(error: HostError | undefined, isPartial: boolean): PartitionResult['status'] {
  if (error) return error.name === 'AbortError' ? 'stopped' : 'failed';
  return isPartial ? 'partial' : 'completed';
}
