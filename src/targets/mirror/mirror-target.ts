import { join } from 'node:path';
import { pipelineFileName } from '../journal/journal-files.js';
import type {
  PipelineStore,
  RejectedRow,
  RejectedStore,
  Target,
  TargetCapabilities,
  TargetRun,
  TargetSession,
} from '../target.js';
import type { WriterTarget } from '../writer/writer-target.js';
import { Ledger } from './ledger.js';
import { MirrorLook } from './mirror-look.js';
import type { MirrorOptions } from './mirror-options.js';
import { MirrorSession } from './mirror-session.js';

const FOLDER = 'ledgers';
/** One chunk of columns, which is how rows are staged. */
const BATCH_ROWS = 2048;

/** What a {@link MirrorTarget} is made of. */
export interface MirrorTargetParts {
  /** Sends what differs. */
  readonly writer: WriterTarget;
  /** Folder of the journals; the ledgers lie in a folder of it. */
  readonly stateFolder: string;
  readonly options?: MirrorOptions;
}

/**
 * A writable connector that gets only what differs from what its endpoint has accepted: rows that are new, rows that
 * changed, and the keys of rows that are gone, each with an operation of its own. A run reads everything, as for a
 * table that is replaced as a whole.
 */
export class MirrorTarget implements Target {
  readonly label: string;
  readonly capabilities: TargetCapabilities = {
    transactional: false,
    keepsState: false,
    // Rows are compared as a whole.
    upserts: false,
    deletes: false,
    concurrentWriters: false,
    immediate: false,
    batchRows: BATCH_ROWS,
  };
  readonly pipelines?: () => Promise<PipelineStore>;
  readonly rejected?: () => Promise<RejectedStore>;
  readonly #parts: MirrorTargetParts;

  constructor(parts: MirrorTargetParts) {
    const { writer } = parts;
    this.label = writer.label;
    this.#parts = parts;
    if (writer.pipelines) this.pipelines = writer.pipelines;
    if (writer.rejected) this.rejected = writer.rejected;
  }

  async begin(run: TargetRun): Promise<TargetSession> {
    const { writer: target, stateFolder, options = {} } = this.#parts;
    const { pipeline, signal, onRejected } = run;
    const path = join(stateFolder, FOLDER, `${pipelineFileName(pipeline)}.duckdb`);
    if (options.onCounted) {
      const ledger = await Ledger.open({ path, looksOnly: true, signal });
      return new MirrorLook(ledger, options, options.onCounted);
    }
    const refused: RejectedRow[] = [];
    const noteRefused = (rows: readonly RejectedRow[]): void => {
      refused.push(...rows);
      onRejected?.(rows);
    };
    const writer = await target.begin({ ...run, ...(onRejected ? { onRejected: noteRefused } : {}) });
    try {
      const ledger = await Ledger.open({ path, looksOnly: false, signal });
      return new MirrorSession({ writer, ledger, options, signal, refused });
    } catch (error) {
      await writer.rollback();
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#parts.writer.close();
  }
}
