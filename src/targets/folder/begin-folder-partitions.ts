import { FileSession } from '../files/file-session.js';
import type { OpenFileTable } from '../files/file-table.js';
import { withPartition } from '../files/partition-table.js';
import { Scratch } from '../files/scratch.js';
import { FoldedSession } from '../folded/folded-session.js';
import { claimJournal } from '../journal/claim-journal.js';
import { failedRun } from '../journal/failed-run.js';
import { JournalPartitions } from '../journal/journal-partitions.js';
import type { Journal } from '../journal/journal.js';
import type { PartitionJournal } from '../journal/partition-journal.js';
import { UnnotedPartitions } from '../partitions/unnoted-partitions.js';
import { RejectedLog } from '../rejected/rejected-log.js';
import { SharedRejects } from '../rejected/shared-rejects.js';
import type { PartitionedSession, PartitionRun, TargetRun, TargetSession } from '../target.js';
import { lostPartitions } from './lost-partitions.js';
import { PartitionPlaces } from './partition-places.js';
import type { PartitionedFolder } from './partitioned-folder.js';

/** How partitions are written to a folder. */
export interface FolderPartitionsParts {
  readonly folder: PartitionedFolder;
  readonly run: TargetRun;
  readonly openTable: OpenFileTable;
  /** Rows can be added to the end of a file. */
  readonly canAppend: boolean;
  /** Absent: nothing is kept, and each partition is committed by itself. */
  readonly journalFolder: string | undefined;
  readonly adopt: boolean;
  /** Of the target, for errors. */
  readonly label: string;
  /** Rows in a batch at most. */
  readonly batchRows: number;
}

/** Claims the run's pipeline for partitions. @throws TransientError PIPELINE_BUSY */
export async function beginFolderPartitions(parts: FolderPartitionsParts): Promise<PartitionedSession> {
  const { folder, run, journalFolder } = parts;
  const { runId, pipeline } = run;
  const journal =
    journalFolder === undefined ? undefined : await claimJournal(journalFolder, pipeline, { run: runId });
  const scratch = new Scratch({ beside: folder.scratch, id: runId, signal: run.signal, notes: journal });
  const rejects = new SharedRejects(folder.rejected, runId, pipeline);
  const open = (below: PartitionRun, notes: PartitionJournal | undefined, number: number): TargetSession =>
    openPartition(parts, below, { journal: notes, scratch, rejects, id: `${runId}-p${number}` });
  const release = async (): Promise<void> => {
    try {
      await scratch.clear();
    } finally {
      await folder.release();
    }
  };
  if (!journal)
    return new UnnotedPartitions({ open: async (below, n) => open(below, undefined, n), release });
  await recoverRejected(folder, run, journal);
  let removals = 0;
  return new JournalPartitions({
    journal,
    open: async (below, notes, number) => open(below, notes, number),
    lostOf: lostPartitions(folder.folder, folder.ending, runId),
    filesOf: (partitions, batch) => {
      removals += 1;
      return folder.filesOf(partitions, batch, journal.files, `${runId}-r${removals}`);
    },
    release,
  });
}

interface SessionParts {
  readonly journal: PartitionJournal | undefined;
  readonly scratch: Scratch;
  readonly rejects: SharedRejects;
  readonly id: string;
}

function openPartition(
  { folder, openTable, canAppend, adopt, label, batchRows }: FolderPartitionsParts,
  run: PartitionRun,
  { journal, scratch, rejects, id }: SessionParts,
): TargetSession {
  const places = new PartitionPlaces(folder, run, canAppend, journal?.files);
  const open = withPartition(openTable, run.partition.id);
  const files = new FileSession({ places, run, openTable: open, journal, adopt, id, scratch, rejects });
  return new FoldedSession({ files, places, run, label, batchRows, id, notes: journal });
}

/** Where it cannot be done, the pipeline is free again. */
async function recoverRejected(
  { rejected: path }: PartitionedFolder,
  { runId: run, pipeline }: TargetRun,
  journal: Journal,
): Promise<void> {
  try {
    await new RejectedLog({ path, run, pipeline, journal }).recover();
  } catch (error) {
    await journal.end(failedRun(error), true);
    throw error;
  }
}
