import { ConfigError, isHostError } from '../../sdk/errors.js';
import type { Journal } from '../journal/journal.js';
import type {
  Commit,
  Committed,
  RunRecord,
  SavedState,
  TableRequest,
  TargetSession,
  TargetTable,
} from '../target.js';
import { failedRun } from '../journal/failed-run.js';
import { fileError } from './file-error.js';
import { refuseChanged } from './file-facts.js';
import type { FileTable, OpenFileTable } from './file-table.js';
import { locateFile, type LocatedFile } from './locate-file.js';
import { openOutputFile } from './open-output-file.js';
import type { OutputFile } from './output-file.js';

/** What a {@link FileSession} writes, and where it notes it. */
export interface FileSessionOptions {
  readonly path: string;
  readonly runId: string;
  readonly openTable: OpenFileTable;
  /** The claimed journal of the run's pipeline; absent: no state is kept. */
  readonly journal: Journal | undefined;
  /** True: a file that someone changed since the pipeline's last run is taken as it is. */
  readonly adopt: boolean;
}

/** One run that writes one table to one file. */
export class FileSession implements TargetSession {
  readonly saved?: SavedState;
  readonly #path: string;
  readonly #runId: string;
  readonly #open: OpenFileTable;
  readonly #journal: Journal | undefined;
  readonly #adopt: boolean;
  /** The table as it is now, with every column so far; undefined: none is open. */
  #request: TableRequest | undefined;
  #file: OutputFile | undefined;
  #table: FileTable | undefined;
  /** Bytes of the files that are finished. */
  #bytes = 0;
  /** True: the journal says that the file takes its place, so from here on it may only do that. */
  #isOwed = false;
  /** Files that were opened, so that each part file has a name of its own. */
  #opened = 0;

  constructor({ path, runId, openTable, journal, adopt }: FileSessionOptions) {
    this.#path = path;
    this.#runId = runId;
    this.#open = openTable;
    this.#journal = journal;
    this.#adopt = adopt;
    if (journal) this.saved = journal.saved;
  }

  get bytes(): number {
    return this.#bytes + (this.#file?.bytes ?? 0);
  }

  async openTable(request: TableRequest): Promise<TargetTable> {
    if (this.#request) {
      throw new ConfigError(`"${this.#path}" holds one table, so "${request.name}" has no place in it`, {
        code: 'TARGET_MODE_UNSUPPORTED',
        action: 'Load into a database, for example --to warehouse.duckdb.',
      });
    }
    return this.#guard(async () => {
      this.#request = request;
      const { existing } = await this.#openFile(request);
      return {
        existing,
        alter: (change) =>
          this.#guard(async () => {
            const table = await this.#current();
            await table.alter(change);
            this.#request = { ...request, columns: change.columns };
          }),
        write: (batch) => this.#guard(async () => (await this.#current()).write(batch)),
      };
    });
  }

  async commit(commit: Commit): Promise<Committed | undefined> {
    return this.#guard(async () => {
      const isKept = (await this.#table?.finish()) ?? false;
      const file = isKept ? this.#file : undefined;
      const prepared = file && (await file.prepare());
      const stateVersion = await this.#journal?.commit(commit, prepared ? [prepared] : []);
      await this.#publish(file);
      // A file that took its place is finished; what follows is added to it.
      if (file && (prepared?.from !== undefined || commit.isFinal)) await this.#letGo(() => file.close());
      if (commit.isFinal) await this.#drop();
      return stateVersion === undefined ? undefined : { rowsDeleted: 0, stateVersion };
    });
  }

  async discard(): Promise<void> {
    await this.#guard(() => this.#drop());
    this.#request = undefined;
  }

  async rollback(record?: RunRecord): Promise<void> {
    await this.#guard(async () => {
      let isClean = false;
      try {
        await this.#drop();
        isClean = !this.#isOwed;
      } catch (error) {
        // Nothing that the next run could do would put right what somebody else did.
        isClean = isHostError(error) && error.code === 'FILE_CHANGED';
        throw error;
      } finally {
        await this.#journal?.end(record ?? failedRun(undefined), isClean);
      }
    });
  }

  async finish(record: RunRecord): Promise<void> {
    await this.#guard(async () => this.#journal?.end(record, true));
  }

  async #publish(file: OutputFile | undefined): Promise<void> {
    this.#isOwed = this.#journal !== undefined;
    try {
      await file?.publish();
      this.#isOwed = false;
    } catch (error) {
      // A claim that came after the decision has carried it out.
      await this.#journal?.refuseFenced();
      throw error;
    }
  }

  /** The open table; after a commit that renamed its file, the same table in the file at its place. */
  async #current(): Promise<FileTable> {
    if (this.#table) return this.#table;
    if (!this.#request) throw new Error(`no table of "${this.#path}" is open`);
    return this.#openFile({ ...this.#request, mode: 'append' });
  }

  async #openFile(request: TableRequest): Promise<FileTable> {
    const located = await locateFile(this.#path);
    if (request.mode === 'append') await this.#refuseChanged(located);
    this.#opened += 1;
    const partId = this.#opened === 1 ? this.#runId : `${this.#runId}-${this.#opened}`;
    const file = await openOutputFile(located, request.mode, partId, this.#journal);
    this.#file = file;
    this.#table = await this.#open(file, request, this.#path);
    return this.#table;
  }

  async #refuseChanged({ path }: LocatedFile): Promise<void> {
    const facts = this.#journal?.view.files.get(path);
    if (!facts || this.#adopt) return;
    try {
      await refuseChanged(facts);
    } catch (error) {
      // A run that took over changes it by right, and says more.
      await this.#journal?.refuseFenced();
      throw error;
    }
  }

  /** Leaves the file as it was after the last commit. */
  async #drop(): Promise<void> {
    const file = this.#file;
    if (!file) return;
    await this.#letGo(() =>
      this.#isOwed || this.#journal?.isInDoubt === true ? file.close() : file.rollback(),
    );
  }

  async #letGo(end: () => Promise<void>): Promise<void> {
    this.#bytes = this.bytes;
    this.#file = undefined;
    this.#table = undefined;
    await end();
  }

  async #guard<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw fileError(error, this.#path);
    }
  }
}
