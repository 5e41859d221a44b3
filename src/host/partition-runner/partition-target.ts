import type { SyncTarget } from '../../sync/sync-request.js';
import type { PartitionedSession, PartitionRun, Target, TargetRun } from '../../targets/target.js';

/** The target of a run of one partition, below the session of all. The engine asks it for no more than a session. */
export function partitionTarget(target: Target, session: PartitionedSession): SyncTarget {
  const { label, capabilities } = target;
  return {
    label,
    capabilities,
    // The engine gives a run of a partition what it was given itself.
    begin: (run: TargetRun) => session.begin(run as PartitionRun),
    ...(target.explain ? { explain: (error: unknown) => target.explain?.(error) } : {}),
    close: () => Promise.resolve(),
  };
}
