import type { PartitionControl, PartitionWork } from './partition-pool.js';
import type { PartitionResult, PartitionTask } from './partition-task.js';

/**
 * Does the work of a partition, which is stopped with the others only until its last row is with the target: what is
 * complete is committed, unless the run itself is stopped.
 *
 * @param ofRun stops the run
 */
export async function untilStaged(
  work: PartitionWork,
  task: PartitionTask,
  { signal, onStaged }: PartitionControl,
  ofRun: AbortSignal,
): Promise<PartitionResult> {
  const own = new AbortController();
  let isStaged = false;
  const stop = (): void => {
    if (!isStaged || ofRun.aborted) own.abort(signal.reason);
  };
  if (signal.aborted) stop();
  for (const each of [signal, ofRun]) each.addEventListener('abort', stop, { once: true });
  try {
    return await work(task, {
      signal: own.signal,
      onStaged: () => {
        isStaged = true;
        onStaged();
      },
    });
  } finally {
    for (const each of [signal, ofRun]) each.removeEventListener('abort', stop);
  }
}
