import type { Partitioning } from '../../sdk/partitioning.js';
import type { PagingLog } from '../../sync/paging-log.js';
import { runSync } from '../../sync/sync.js';
import type { SyncOptions } from '../../sync/sync-options.js';
import type { PartitionedSession, Target } from '../../targets/target.js';
import { toHostError } from '../http/http-error.js';
import type { OpenedSource } from '../sources/opened-source.js';
import type { PartitionWork } from './partition-pool.js';
import type { PartitionsProgress } from './partitions-progress.js';
import { partitionResult } from './partition-result.js';
import { partitionTarget } from './partition-target.js';
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
  const below = partitionTarget(target, session);
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
      rowsOfRun: parts.progress,
      translateError: toHostError,
      redact,
      options,
    });
    count();
    const result = partitionResult(task, outcome, progress, redact);
    parts.progress.end(progress, result.status);
    return result;
  };
}
