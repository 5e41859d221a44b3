import { claimJournal } from '../journal/claim-journal.js';
import { JournalStore } from '../journal/journal-store.js';
import type { PipelineStore, Target, TargetCapabilities, TargetRun, TargetSession } from '../target.js';
import { FileSession } from './file-session.js';
import type { OpenFileTable } from './file-table.js';

/** How a target that is a file is opened. */
export interface FileTargetOptions {
  /**
   * Folder with a journal for each pipeline, made when needed. With it the target keeps states, and every row that was
   * committed is in the file exactly once, whatever happens to a run. Absent: it keeps nothing.
   */
  readonly journalFolder?: string | undefined;
  /** True: a file that someone changed since the pipeline's last run is added to as it is. Default false. */
  readonly adopt?: boolean | undefined;
}

/** One file that holds one table. */
export class FileTarget implements Target {
  readonly label: string;
  readonly capabilities: TargetCapabilities = {
    // Except that a killed append leaves what it had written until the next run, without a journal for good.
    transactional: true,
    keepsState: false,
    upserts: false,
    deletes: false,
    operationLog: 'each-table',
    concurrentWriters: false,
    immediate: false,
    batchRows: 500,
  };
  readonly pipelines?: () => Promise<PipelineStore>;
  readonly #openTable: OpenFileTable;
  readonly #journalFolder: string | undefined;
  readonly #adopt: boolean;

  /** @param path of the file, also the label */
  constructor(
    path: string,
    openTable: OpenFileTable,
    { journalFolder, adopt = false }: FileTargetOptions = {},
  ) {
    this.label = path;
    this.#openTable = openTable;
    this.#journalFolder = journalFolder;
    this.#adopt = adopt;
    if (journalFolder !== undefined) this.pipelines = async () => new JournalStore(journalFolder);
  }

  async begin({ runId, pipeline }: TargetRun): Promise<TargetSession> {
    const folder = this.#journalFolder;
    const journal = folder === undefined ? undefined : await claimJournal(folder, pipeline, { run: runId });
    return new FileSession({
      path: this.label,
      runId,
      openTable: this.#openTable,
      journal,
      adopt: this.#adopt,
    });
  }

  async close(): Promise<void> {
    // Nothing is held between sessions.
  }
}
