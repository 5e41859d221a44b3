import { JournalStore } from '../journal/journal-store.js';
import { RejectedFiles } from '../rejected/rejected-files.js';
import { rejectedPath } from '../rejected/rejected-places.js';
import type { PartitionLedger } from '../partitions/partition-ledger.js';
import type {
  PartitionedSession,
  PipelineStore,
  RejectedStore,
  Target,
  TargetCapabilities,
  TargetRun,
} from '../target.js';
import { beginWriterPartitions } from './begin-writer-partitions.js';
import type { WriterTargetOptions } from './writer-options.js';
import { WriterSession } from './writer-session.js';

/**
 * A writable connector as a target. Each table's writer gets its rows and operations in order; the final commit closes
 * every writer, one before it has them send what they hold, a rollback aborts those that were not closed. Rows are sent
 * as they come, so nothing is taken back, and what was sent after the last commit is sent again by the next run, under
 * the same names.
 */
export class WriterTarget implements Target {
  readonly label: string;
  readonly capabilities: TargetCapabilities = {
    transactional: false,
    keepsState: false,
    upserts: true,
    deletes: true,
    concurrentWriters: false,
    immediate: false,
    batchRows: 1000,
  };
  readonly pipelines?: () => Promise<PipelineStore>;
  readonly rejected?: () => Promise<RejectedStore>;
  readonly partitionLedger?: (pipeline: string) => Promise<PartitionLedger>;
  readonly #options: WriterTargetOptions;

  constructor(options: WriterTargetOptions) {
    const { connector, journalFolder } = options;
    this.label = connector;
    this.#options = options;
    if (journalFolder === undefined) return;
    this.pipelines = async () => new JournalStore(journalFolder);
    this.partitionLedger = (pipeline) => new JournalStore(journalFolder).partitions(pipeline);
    const pathOf = (pipeline: string): string => rejectedPath(journalFolder, pipeline);
    this.rejected = async () => new RejectedFiles({ pathOf, journalFolder });
  }

  begin(run: TargetRun): Promise<WriterSession> {
    return WriterSession.begin(this.#options, run);
  }

  beginPartitions(run: TargetRun): Promise<PartitionedSession> {
    return beginWriterPartitions(this.#options, run);
  }

  async close(): Promise<void> {
    await this.#options.close();
  }
}
