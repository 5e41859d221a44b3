import { isHostError } from '../../sdk/errors.js';
import { failedRun } from '../journal/failed-run.js';
import type { CommittedFile } from '../journal/journal-line.js';
import type { SessionJournal } from '../journal/session-journal.js';
import { RejectedLog } from '../rejected/rejected-log.js';
import type { SharedRejects } from '../rejected/shared-rejects.js';
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
import type { FilePlaces } from './file-places.js';
import type { OpenFileTable } from './file-table.js';
import { Scratch } from './scratch.js';
import { SessionFile } from './session-file.js';

/** What a {@link FileSession} writes, and where it notes it. */
export interface FileSessionOptions {
  readonly places: FilePlaces;
  readonly run: TargetRun;
  readonly openTable: OpenFileTable;
  /** The claimed journal of the run's pipeline; absent: no state is kept. */
  readonly journal: SessionJournal | undefined;
  /** True: a file that someone changed since the pipeline's last run is taken as it is. */
  readonly adopt: boolean;
  /** Stands in the names of part files; another one for each session of a run. Default: the run's id. */
  readonly id?: string;
  /** Of a run that has several sessions at once, and ends it itself. Default: one of the session's own. */
  readonly scratch?: Scratch;
  readonly rejects?: SharedRejects;
}

/**
 * One run that writes each of its tables to a file. With a journal one line of it commits all files: each of them is
 * durable before that line is, and takes its place after it.
 */
export class FileSession implements TargetSession {
  readonly saved?: SavedState;
  readonly #options: FileSessionOptions;
  readonly #rejected: RejectedLog;
  /** By the names of their tables. */
  #files = new Map<string, SessionFile>();
  /** Bytes of files that were dropped. */
  #bytes = 0;
  /** True: the journal says that files take their places, so from here on they may only do that. */
  #isOwed = false;
  readonly #scratch: Scratch;
  /** Tables that take the place of older ones with the final commit. */
  readonly #replaced = new Set<string>();
  /** A commit that is being decided, and what follows from it. */
  #deciding: Promise<unknown> | undefined;
  #isOver = false;
  /** Part files so far, so that each has a name of its own. */
  #parts = 0;

  constructor(options: FileSessionOptions) {
    this.#options = options;
    const { places, run, journal, rejects, scratch } = options;
    const { runId, signal, partition } = run;
    this.#rejected = new RejectedLog({
      path: places.rejected,
      run: runId,
      pipeline: run.pipeline,
      journal,
      ...(partition && rejects ? { partition: partition.id, shared: rejects } : {}),
    });
    this.#scratch = scratch ?? new Scratch({ beside: places.scratch, id: runId, signal, notes: journal });
    if (journal) this.saved = journal.saved;
  }

  /** Called once, before everything else. */
  async begin(): Promise<void> {
    await this.#rejected.recover();
  }

  get bytes(): number {
    let bytes = this.#bytes;
    for (const file of this.#files.values()) bytes += file.bytes;
    return bytes;
  }

  async openTable(request: TableRequest): Promise<TargetTable> {
    const { places, openTable, journal, adopt } = this.#options;
    journal?.noteTable?.(request.mode);
    const path = places.fileOf(request.name, [...this.#files.keys()], request.mode);
    const file = new SessionFile(path, request, {
      openTable,
      journal,
      adopt,
      nextPartId: () => this.#nextPartId(),
      scratch: this.#scratch,
      rewrites: (file) => places.rewrites?.(file) ?? false,
      fileAfter: (before) => places.fileAfter?.(before) ?? before,
    });
    this.#files.set(request.name, file);
    if (request.mode === 'overwrite') this.#replaced.add(request.name);
    await places.prepare();
    return file.open();
  }

  async commit(commit: Commit): Promise<Committed | undefined> {
    const { journal } = this.#options;
    const files = await this.#filesToCommit(commit.isFinal);
    const prepared: CommittedFile[] = [];
    for (const file of files) prepared.push(await file.prepare());
    await this.#rejected.sync();
    // What was prepared is gone, or about to go.
    if (this.#isOver) throw new Error('the session was rolled back');
    const publish = (): Promise<void> => this.#publish(files);
    const deciding = journal ? journal.commit(commit, prepared, publish) : publish();
    this.#deciding = deciding;
    const stateVersion = await deciding;
    for (const [i, file] of files.entries()) {
      // A file that took its place is finished; what follows is added to it.
      if (prepared[i]?.from !== undefined || commit.isFinal) await file.close();
    }
    if (commit.isFinal) {
      await this.#drop();
      await this.#rejected.settle(commit.settled ?? [], [...this.#replaced]);
    }
    return typeof stateVersion === 'number' ? { rowsDeleted: 0, stateVersion } : undefined;
  }

  reject(rows: readonly RejectedRow[]): void {
    this.#rejected.add(rows);
  }

  async discard(): Promise<void> {
    await this.#drop();
    this.#rejected.discard();
    await this.#clearScratch();
    this.#bytes = this.bytes;
    this.#files = new Map();
  }

  async rollback(record?: RunRecord): Promise<void> {
    const { places, journal } = this.#options;
    let isClean = false;
    this.#isOver = true;
    // A run may be stopped while a commit is decided: whether it counts says what becomes of its files.
    await Promise.allSettled([this.#deciding]);
    try {
      try {
        await this.#drop();
      } finally {
        await this.#clearScratch();
      }
      isClean = !this.#isOwed;
      await places.release();
    } catch (error) {
      // Nothing that the next run could do would put right what somebody else did.
      isClean = isHostError(error) && error.code === 'FILE_CHANGED';
      throw error;
    } finally {
      await journal?.end(record ?? failedRun(undefined), isClean);
    }
  }

  async finish(record: RunRecord): Promise<void> {
    const { places, journal } = this.#options;
    await this.#clearScratch();
    await journal?.end(record, true);
    await places.release();
  }

  async tablesLike(prefix: string): Promise<readonly string[]> {
    const { places, journal } = this.#options;
    const tables = await places.tablesIn(journal?.files.keys() ?? []);
    return tables.filter((table) => table.startsWith(prefix));
  }

  get rowsOfPartition(): number | undefined {
    return this.#options.journal?.rowsOfPartition;
  }

  async tablesOfPartition(): Promise<readonly string[]> {
    const { places, journal } = this.#options;
    return journal ? ((await places.tablesOfPartition?.(journal.files)) ?? []) : [];
  }

  /**
   * A table without a column is none. Where others are written, the file that it had before is emptied all the same:
   * its rows are not what the source has. So is that of a partition, which is replaced whatever comes.
   */
  async #filesToCommit(isFinal: boolean): Promise<SessionFile[]> {
    const changed: SessionFile[] = [];
    const emptied: SessionFile[] = [];
    for (const file of this.#files.values()) {
      const outcome = await file.finish();
      if (outcome === 'changed') changed.push(file);
      else if (outcome === 'bare' && isFinal && file.replacesFile) emptied.push(file);
    }
    if (changed.length === 0 && !this.#options.run.partition) return [];
    for (const file of emptied) await file.finishEmpty();
    return [...changed, ...emptied];
  }

  async #publish(files: readonly SessionFile[]): Promise<void> {
    const { journal } = this.#options;
    this.#isOwed = journal !== undefined;
    try {
      for (const file of files) await file.publish();
      this.#isOwed = false;
    } catch (error) {
      // A claim that came after the decision has carried it out.
      await journal?.refuseFenced();
      throw error;
    }
  }

  /** Leaves the files as they were after the last commit, each of them whatever becomes of the others. */
  async #drop(): Promise<void> {
    const failures: unknown[] = [];
    const leaves = this.#isOwed || this.#options.journal?.isInDoubt === true;
    for (const file of this.#files.values()) {
      await (leaves ? file.close() : file.rollback()).catch((error: unknown) => failures.push(error));
    }
    if (failures.length === 0) return;
    // That somebody else changed a file is the least of what there may be to tell.
    throw failures.find((error) => !isHostError(error) || error.code !== 'FILE_CHANGED') ?? failures[0];
  }

  async #clearScratch(): Promise<void> {
    if (!this.#options.scratch) await this.#scratch.clear();
  }

  #nextPartId(): string {
    const { run, id = run.runId } = this.#options;
    this.#parts += 1;
    return this.#parts === 1 ? id : `${id}-${this.#parts}`;
  }
}
