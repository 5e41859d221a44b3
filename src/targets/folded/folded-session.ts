import { isHostError } from '../../sdk/errors.js';
import type { FilePlaces } from '../files/file-places.js';
import type { FileSession } from '../files/file-session.js';
import type { FileNotes } from '../files/output-file.js';
import { makeSpillFolder, removeSpillFolder } from '../files/spill-folder.js';
import { killPoint } from '../kill-point.js';
import type { RejectedRow } from '../rejected-rows.js';
import type {
  Commit,
  Committed,
  RunRecord,
  SavedState,
  TableRequest,
  TargetRun,
  TargetSession,
  TargetTable,
} from '../target.js';
import type { Folding } from './folding.js';

/** What a {@link FoldedSession} works with. */
export interface FoldedSessionParts {
  /** Writes the tables. */
  readonly files: FileSession;
  readonly places: FilePlaces;
  readonly run: TargetRun;
  /** Of the target, for errors. */
  readonly label: string;
  /** Rows in a batch at most. */
  readonly batchRows: number;
  /** Stands in names of folders; another one for each session of a run. Default: the run's id. */
  readonly id?: string;
  /** Absent: nobody is to know of what lies beside the files. */
  readonly notes: FileNotes | undefined;
}

/**
 * A session on files that also takes operations where a table is replaced as a whole: they are applied in a temporary
 * database, and what they come to is written with the final commit. Everything else goes to the files at once.
 */
export class FoldedSession implements TargetSession {
  readonly saved?: SavedState;
  readonly #parts: FoldedSessionParts;
  #folding: Folding | undefined;
  #spillFolder: string | undefined;
  /** What is being done in the temporary database. */
  readonly #steps = new Set<Promise<unknown>>();

  constructor(parts: FoldedSessionParts) {
    this.#parts = parts;
    const { saved } = parts.files;
    if (saved) this.saved = saved;
  }

  get bytes(): number {
    return this.#parts.files.bytes;
  }

  async openTable(request: TableRequest): Promise<TargetTable> {
    const { files } = this.#parts;
    if (request.mode !== 'overwrite' || request.hasOperations !== true) return files.openTable(request);
    // At once, so that what the target cannot write is known before the source is read.
    const output = await files.openTable({ ...request, hasOperations: false });
    return this.#during(async () => {
      const folding = await this.#start();
      const table = folding.open(request, output);
      return {
        existing: null,
        alter: (change) => this.#during(() => table.alter(change)),
        integersAreExact: (column) =>
          this.#during(async () => (await table.integersAreExact?.(column)) ?? true),
        write: (batch) => this.#during(() => table.write(batch)),
      };
    });
  }

  async commit(commit: Commit): Promise<Committed | undefined> {
    if (commit.isFinal && this.#folding) await this.#during(() => this.#pour());
    return this.#parts.files.commit(commit);
  }

  reject(rows: readonly RejectedRow[]): void {
    this.#parts.files.reject(rows);
  }

  async discard(): Promise<void> {
    await this.#stop();
    await this.#parts.files.discard();
  }

  async rollback(record?: RunRecord): Promise<void> {
    try {
      await this.#stop();
    } finally {
      await this.#parts.files.rollback(record);
    }
  }

  async finish(record: RunRecord): Promise<void> {
    await this.#parts.files.finish(record);
  }

  async tablesLike(prefix: string): Promise<readonly string[]> {
    return this.#parts.files.tablesLike(prefix);
  }

  get rowsOfPartition(): number | undefined {
    return this.#parts.files.rowsOfPartition;
  }

  tablesOfPartition(): Promise<readonly string[]> {
    return this.#parts.files.tablesOfPartition();
  }

  async #start(): Promise<Folding> {
    if (this.#folding) return this.#folding;
    const { places, run, batchRows, notes, id = run.runId } = this.#parts;
    this.#spillFolder = await makeSpillFolder(places.scratch, `${id}-folded`, notes);
    const { Folding } = await import('./folding.js');
    this.#folding = await Folding.start({ spillFolder: this.#spillFolder, signal: run.signal, batchRows });
    return this.#folding;
  }

  async #pour(): Promise<void> {
    killPoint('folded.before-pour');
    await this.#folding?.pour();
    killPoint('folded.after-pour');
    await this.#end();
  }

  /** Ends the temporary database, when what goes on in it has come to its end. */
  async #stop(): Promise<void> {
    // How it ended was told to whoever began it.
    await Promise.allSettled(this.#steps);
    await this.#end();
  }

  async #end(): Promise<void> {
    this.#folding?.close();
    this.#folding = undefined;
    if (this.#spillFolder !== undefined) await removeSpillFolder(this.#spillFolder);
    this.#spillFolder = undefined;
  }

  #during<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#explained(step);
    const forget = (): boolean => this.#steps.delete(done);
    this.#steps.add(done);
    done.then(forget, forget);
    return done;
  }

  async #explained<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      if (isHostError(error)) throw error;
      const { run, notes, label } = this.#parts;
      run.signal.throwIfAborted();
      // A run that took over has removed what this one needs.
      await notes?.refuseFenced();
      const { duckdbError } = await import('../duckdb/duckdb-error.js');
      throw duckdbError(error, `the temporary database of ${label}`);
    }
  }
}
