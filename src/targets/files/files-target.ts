import { claimJournal } from '../journal/claim-journal.js';
import { failedRun } from '../journal/failed-run.js';
import type { Journal } from '../journal/journal.js';
import { JournalStore } from '../journal/journal-store.js';
import { FoldedSession } from '../folded/folded-session.js';
import { RejectedFiles } from '../rejected/rejected-files.js';
import type {
  PipelineStore,
  RejectedStore,
  Target,
  TargetCapabilities,
  TargetRun,
  TargetSession,
} from '../target.js';
import type { FilePlaces } from './file-places.js';
import { FileSession } from './file-session.js';
import type { OpenFileTable } from './file-table.js';

/** Rows of text in a batch. */
const BATCH_ROWS = 500;

/** How a target that is made of files is opened. */
export interface FileTargetOptions {
  /**
   * Folder with a journal for each pipeline, made when needed. With it the target keeps states, and every row that was
   * committed is in the files exactly once, whatever happens to a run. Absent: it keeps nothing.
   */
  readonly journalFolder?: string | undefined;
  /** True: a file that someone changed since the pipeline's last run is added to as it is. Default false. */
  readonly adopt?: boolean | undefined;
}

/** What a {@link FilesTarget} writes. */
export interface FilesTargetParts {
  readonly label: string;
  /** Makes the places for one run. */
  readonly places: (runId: string) => FilePlaces;
  readonly openTable: OpenFileTable;
  /** Rows in a batch at most. Default 500. */
  readonly batchRows?: number;
}

/** A target whose tables are files of one format. */
export class FilesTarget implements Target {
  readonly label: string;
  readonly capabilities: TargetCapabilities;
  readonly pipelines?: () => Promise<PipelineStore>;
  readonly #parts: FilesTargetParts;
  readonly #journalFolder: string | undefined;
  readonly #adopt: boolean;

  constructor(parts: FilesTargetParts, { journalFolder, adopt = false }: FileTargetOptions = {}) {
    this.label = parts.label;
    this.capabilities = {
      // Except that a killed append leaves what it had written until the next run, without a journal for good.
      transactional: true,
      keepsState: false,
      upserts: false,
      deletes: false,
      operationLog: 'each-table',
      foldsOverwrites: true,
      concurrentWriters: false,
      immediate: false,
      batchRows: parts.batchRows ?? BATCH_ROWS,
    };
    this.#parts = parts;
    this.#journalFolder = journalFolder;
    this.#adopt = adopt;
    if (journalFolder !== undefined) this.pipelines = async () => new JournalStore(journalFolder);
  }

  async begin(run: TargetRun): Promise<TargetSession> {
    const folder = this.#journalFolder;
    const journal =
      folder === undefined ? undefined : await claimJournal(folder, run.pipeline, { run: run.runId });
    const { label, openTable } = this.#parts;
    const places = this.#parts.places(run.runId);
    const files = new FileSession({ places, run, openTable, journal, adopt: this.#adopt });
    await beginOrEnd(files, journal);
    const { batchRows } = this.capabilities;
    return new FoldedSession({ files, places, run, label, batchRows, notes: journal });
  }

  async rejected(): Promise<RejectedStore> {
    // Where they lie is the same for all runs.
    const pathOf = (): string => this.#parts.places('').rejected;
    return new RejectedFiles({ pathOf, journalFolder: this.#journalFolder });
  }

  async close(): Promise<void> {
    // Nothing is held between sessions.
  }
}

/** Where the session cannot begin, the pipeline is free again. */
async function beginOrEnd(files: FileSession, journal: Journal | undefined): Promise<void> {
  try {
    await files.begin();
  } catch (error) {
    await journal?.end(failedRun(error), true);
    throw error;
  }
}
