import { failedRun } from '../../journal/failed-run.js';
import { PartitionedSqlSession } from '../../sql/partitions/partitioned-sql-session.js';
import { SqlHold } from '../../sql/partitions/sql-hold.js';
import type { PartitionedSession } from '../../target.js';
import { claimPipeline, type ClaimParts } from '../claim-pipeline.js';
import { startHeartbeat } from '../heartbeat.js';
import { isFenced } from '../is-fenced.js';
import { fencedError, Pipelines } from '../pipelines.js';
import { dropLeftovers } from '../shadows.js';
import { PostgresPartitionDatabase } from './partition-database.js';

/** Starts a run of partitions on a database: claims its pipeline. @throws TransientError PIPELINE_BUSY */
export async function beginPartitions(parts: ClaimParts): Promise<PartitionedSession> {
  const { run, connecting } = parts;
  const { label } = parts.address;
  const { link, claim, saved } = await claimPipeline(parts);
  const pipelines = (): Pipelines => new Pipelines(link.connection, label);
  const hold = new SqlHold({
    pipelines,
    claim,
    saved,
    holds: async (held) => !(await isFenced(link, label, held)),
    fenced: (pipeline) => fencedError(label, pipeline),
  });
  const database = new PostgresPartitionDatabase({
    link,
    label,
    schema: connecting.schema,
    run,
    hasCommitted: async () => hold.saving !== undefined && pipelines().hasCommitted(hold.saving),
  });
  const heartbeat = startHeartbeat(link, label, claim.run);
  const interrupt = (): void => database.interrupt();
  run.signal.addEventListener('abort', interrupt, { once: true });
  const close = async (): Promise<void> => {
    clearInterval(heartbeat);
    run.signal.removeEventListener('abort', interrupt);
    await link.close();
  };
  try {
    await dropLeftovers(link.connection);
    run.signal.throwIfAborted();
    return await PartitionedSqlSession.open({ run, database, hold, interrupt, close });
  } catch (error) {
    // The run must not look as if it went on.
    const record = run.signal.aborted ? undefined : failedRun(error);
    await database.transact(() => hold.end(record)).finally(close);
    throw error;
  }
}
