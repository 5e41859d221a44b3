import { claimJournal } from '../journal/claim-journal.js';
import { failedRun } from '../journal/failed-run.js';
import { JournalPartitions } from '../journal/journal-partitions.js';
import { UnnotedPartitions } from '../partitions/unnoted-partitions.js';
import { RejectedLog } from '../rejected/rejected-log.js';
import { rejectedPath } from '../rejected/rejected-places.js';
import { SharedRejects } from '../rejected/shared-rejects.js';
import type { PartitionedSession, TargetRun } from '../target.js';
import type { WriterTargetOptions } from './writer-options.js';
import { WriterSession } from './writer-session.js';

/**
 * Claims the run's pipeline for partitions. Each of them has writers of its own, which are told of it, and notes what it
 * sends under its own name; an endpoint removes nothing, so that partitions that are not listed any more stay there.
 *
 * @throws TransientError PIPELINE_BUSY
 */
export async function beginWriterPartitions(
  options: WriterTargetOptions,
  run: TargetRun,
): Promise<PartitionedSession> {
  const { journalFolder } = options;
  const release = (): Promise<void> => Promise.resolve();
  if (journalFolder === undefined) {
    return new UnnotedPartitions({
      open: (below) => WriterSession.beginPartition(options, below, undefined),
      release,
    });
  }
  const { runId, pipeline } = run;
  const journal = await claimJournal(journalFolder, pipeline, { run: runId });
  const path = rejectedPath(journalFolder, pipeline);
  try {
    await new RejectedLog({ path, run: runId, pipeline, journal }).recover();
  } catch (error) {
    await journal.end(failedRun(error), true);
    throw error;
  }
  const rejects = new SharedRejects(path, runId, pipeline);
  return new JournalPartitions({
    journal,
    open: (below, notes) => WriterSession.beginPartition(options, below, { journal: notes, rejects }),
    release,
  });
}
