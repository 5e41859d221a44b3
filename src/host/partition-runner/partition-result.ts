import type { HostError } from '../../sdk/errors.js';
import type { RunProgress } from '../../sync/run-progress.js';
import type { SyncOutcome } from '../../sync/sync.js';
import type { PartitionResult, PartitionTask } from './partition-task.js';

/** How the work of a partition ended, as whoever asked for it is told. */
export function partitionResult(
  { partition, attempt }: Pick<PartitionTask, 'partition' | 'attempt'>,
  { report, error, isPartial = false }: SyncOutcome,
  { seconds }: Pick<RunProgress, 'seconds'>,
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
