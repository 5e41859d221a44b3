import { PartitionedSqlSession } from '../../sql/partitions/partitioned-sql-session.js';
import { SqlHold } from '../../sql/partitions/sql-hold.js';
import type { PartitionedSession } from '../../target.js';
import { claimPipeline } from '../claim-pipeline.js';
import { startHeartbeat } from '../heartbeat.js';
import { fencedError } from '../pipelines.js';
import type { DuckdbSessionParts } from '../session-parts.js';
import { DuckdbPartitionDatabase } from './partition-database.js';

/** Starts a run of partitions on a file: claims its pipeline. @throws TransientError PIPELINE_BUSY */
export async function beginPartitions(parts: DuckdbSessionParts): Promise<PartitionedSession> {
  const { run, label, inTurn } = parts;
  const { connection, claim, saved, pipelines } = await claimPipeline(parts);
  let mayInterrupt = true;
  const interrupt = (): void => {
    if (mayInterrupt) connection.interrupt();
  };
  const heartbeat = startHeartbeat(parts);
  run.signal.addEventListener('abort', interrupt, { once: true });
  const close = async (): Promise<void> => {
    clearInterval(heartbeat);
    run.signal.removeEventListener('abort', interrupt);
    pipelines.release(run.runId);
    connection.closeSync();
  };
  const database = new DuckdbPartitionDatabase({
    connection,
    label,
    run: run.runId,
    pipeline: run.pipeline,
    inTurn,
    changes: parts.changes,
    mayInterrupt: (may) => (mayInterrupt = may),
  });
  const hold = new SqlHold({
    pipelines: () => pipelines,
    claim,
    saved,
    holds: (held) => pipelines.holds(held),
    fenced: (pipeline) => fencedError(label, pipeline),
  });
  try {
    run.signal.throwIfAborted();
    return await PartitionedSqlSession.open({ run, database, hold, interrupt, close });
  } catch (error) {
    // Whoever asked has left, or it cannot begin; the run must not look as if it went on.
    await database.transact(() => hold.end(undefined)).finally(close);
    throw error;
  }
}
