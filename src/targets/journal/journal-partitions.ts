import type { PartitionBatch, PartitionRecord } from '../partitions/partition-ledger.js';
import { GroupCommits } from '../partitions/group-commits.js';
import type { PartitionedSession, PartitionRun, RunRecord, SavedState, TargetSession } from '../target.js';
import { failedRun } from './failed-run.js';
import type { RemovedFile } from './journal-line.js';
import { JournalLedger, type LostOf } from './journal-ledger.js';
import type { Journal } from './journal.js';
import { PartitionJournal, type PendingPartition } from './partition-journal.js';
import { removeFile } from './remove-file.js';

/** Partitions that may wait for their commit, each perhaps with open files. */
const MAX_WAITING = 64;
/** Partitions that are removed at once. */
const REMOVED_AT_ONCE = 10_000;

/** What a {@link JournalPartitions} works with. */
export interface JournalPartitionsParts {
  /** Claimed by the run. */
  readonly journal: Journal;
  /** @param number of the session in the run, counted from 1 */
  readonly open: (run: PartitionRun, journal: PartitionJournal, number: number) => Promise<TargetSession>;
  /** The files that partitions have; absent: they have none that could go. */
  readonly filesOf?: (
    partitions: readonly string[],
    batch: PartitionBatch,
  ) => Promise<readonly RemovedFile[]>;
  /** Absent: they have none that could be lost. */
  readonly lostOf?: LostOf;
  /** Called when every session has ended, before the pipeline is free. */
  readonly release: () => Promise<void>;
}

/** A run of partitions whose states and records are in the journal of its pipeline, a line for each group. */
export class JournalPartitions implements PartitionedSession {
  readonly saved: SavedState;
  readonly ledger: JournalLedger;
  readonly remove?: (partitions: readonly string[]) => Promise<number>;
  readonly #parts: JournalPartitionsParts;
  readonly #groups = new GroupCommits<PendingPartition>((group) => this.#commit(group), {
    maxWaiting: MAX_WAITING,
  });
  /** What became of partitions that were not committed, by id; noted with the next group. */
  readonly #tried = new Map<string, PartitionRecord>();
  #sessions = 0;
  /** The renames of all groups were done. */
  #isSettled = true;
  /** Every session has left its files as they were. */
  #isClean = true;
  /** Files go, or could not. */
  #isRemoving = false;

  constructor(parts: JournalPartitionsParts) {
    this.#parts = parts;
    const { journal, filesOf, lostOf } = parts;
    this.saved = journal.saved;
    this.ledger = new JournalLedger(() => Promise.resolve(journal.view), lostOf);
    if (filesOf) this.remove = (partitions) => this.#remove(partitions, filesOf);
  }

  async start(batch: PartitionBatch): Promise<void> {
    await this.#parts.journal.noteBatch(batch);
  }

  async begin(run: PartitionRun): Promise<TargetSession> {
    await this.#groups.room();
    const { journal, open } = this.#parts;
    const { id } = run.partition;
    const isLost = (await this.ledger.find([id])).get(id)?.isLost === true;
    const below = new PartitionJournal({
      journal,
      run,
      isLost,
      add: (pending) => {
        this.#tried.delete(id);
        this.#groups.add(pending);
      },
      onEnd: (tried, isClean) => {
        if (tried) this.#tried.set(tried.partition, tried);
        this.#isClean &&= isClean;
      },
    });
    try {
      this.#sessions += 1;
      return await open(run, below, this.#sessions);
    } catch (error) {
      await below.end(
        run.signal.aborted ? { ...failedRun(error), status: 'aborted' } : failedRun(error),
        true,
      );
      throw error;
    }
  }

  async rollback(record?: RunRecord): Promise<void> {
    await this.#end(record ?? failedRun(undefined));
  }

  async finish(record: RunRecord): Promise<void> {
    await this.#end(record);
  }

  async #end(record: RunRecord): Promise<void> {
    const { journal, release } = this.#parts;
    await this.#groups.settle();
    try {
      try {
        if (this.#tried.size > 0) await journal.noteTried(this.#takeTried());
      } finally {
        await release();
      }
    } finally {
      await journal.end(record, this.#isClean && this.#isSettled && !this.#isRemoving);
    }
  }

  async #commit(group: readonly PendingPartition[]): Promise<void> {
    for (const part of byFingerprint(group)) await this.#commitAlike(part);
  }

  /** @param group with one fingerprint */
  async #commitAlike(group: readonly PendingPartition[]): Promise<void> {
    const { journal } = this.#parts;
    const tried = this.#takeTried();
    const settled = group.flatMap(({ settled: ids }) => ids);
    try {
      await journal.commitGroup({
        fingerprint: group[0]?.fingerprint ?? null,
        files: group.flatMap(({ files }) => files),
        // A partition may have failed and been tried again: its commit comes last.
        entries: [...tried, ...group.map(({ entry }) => entry)],
        isSettled: this.#isSettled,
        ...(settled.length > 0 ? { settled } : {}),
      });
    } catch (error) {
      for (const { record } of tried)
        if (!this.#tried.has(record.partition)) this.#tried.set(record.partition, record);
      for (const { fail } of group) fail(error as Error, journal.isInDoubt);
      return;
    }
    for (const { decided } of group) decided();
    await Promise.all(group.map((pending) => this.#publish(pending)));
  }

  async #publish({ publish, done, fail }: PendingPartition): Promise<void> {
    try {
      await publish();
      done();
    } catch (error) {
      this.#isSettled = false;
      fail(error as Error, false);
    }
  }

  #takeTried(): { readonly record: PartitionRecord }[] {
    const tried = [...this.#tried.values()];
    this.#tried.clear();
    return tried.map((record) => ({ record }));
  }

  async #remove(
    partitions: readonly string[],
    filesOf: NonNullable<JournalPartitionsParts['filesOf']>,
  ): Promise<number> {
    const { journal } = this.#parts;
    const { batch, partitions: known } = journal.view;
    let rows = 0;
    for (let at = 0; at < partitions.length && batch; at += REMOVED_AT_ONCE) {
      const ids = partitions.slice(at, at + REMOVED_AT_ONCE).filter((id) => known.has(id));
      if (ids.length === 0) continue;
      for (const id of ids) rows += known.get(id)?.record.rows ?? 0;
      const files = await filesOf(ids, batch);
      await journal.noteRemoved(ids, files);
      this.#isRemoving = true;
      for (const file of files) await removeFile(file);
      this.#isRemoving = false;
    }
    return rows;
  }
}

/** Parts of a group that have one fingerprint, as all partitions of a run do that did not begin with different ones. */
function byFingerprint(group: readonly PendingPartition[]): Iterable<readonly PendingPartition[]> {
  const parts = new Map<string, PendingPartition[]>();
  for (const pending of group) {
    const text = JSON.stringify(pending.fingerprint);
    const part = parts.get(text);
    if (part) part.push(pending);
    else parts.set(text, [pending]);
  }
  return parts.values();
}
