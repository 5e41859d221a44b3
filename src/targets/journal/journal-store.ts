import { fileError } from '../files/file-error.js';
import type { PartitionLedger } from '../partitions/partition-ledger.js';
import type { PastState, PipelineRun, PipelineStore, SavedState } from '../target.js';
import { claimJournal } from './claim-journal.js';
import { isLive } from './is-live.js';
import { JournalLedger, type LostOf } from './journal-ledger.js';
import { JournalFiles, newestJournals } from './journal-files.js';
import type { StoredRun } from './journal-line.js';
import { MAX_RUNS } from './journal-view.js';
import { findJournal, readPipeline, whileReplaced, type FoundJournal } from './read-journal.js';

/** The states and runs that lie in a folder of journals. */
export class JournalStore implements PipelineStore {
  readonly #folder: string;

  /** @param folder need not exist */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async pipelines(): Promise<readonly string[]> {
    return this.#guard(async () => {
      const names = await whileReplaced(async () =>
        Promise.all((await newestJournals(this.#folder)).map((path) => readPipeline(path))),
      );
      return names.sort();
    });
  }

  async load(pipeline: string, partition?: string): Promise<SavedState | undefined> {
    const { view } = await this.#find(pipeline);
    const saved = partition === undefined ? view.saved : view.partitions.get(partition)?.saved;
    if (!saved || saved.version === 0) return undefined;
    const { state, version, fingerprint, format } = saved;
    return { state, version, fingerprint, format };
  }

  async history(pipeline: string): Promise<readonly PastState[]> {
    return (await this.#find(pipeline)).view.past;
  }

  async save(pipeline: string, state: string | null, reason: string, partition?: string): Promise<number> {
    const journal = await claimJournal(this.#folder, pipeline, { run: reason, isCommand: true });
    try {
      return partition === undefined
        ? await journal.save(state)
        : await journal.savePartition(partition, state);
    } finally {
      await journal.end(null, true);
    }
  }

  async runs(pipeline: string | undefined, limit: number): Promise<readonly PipelineRun[]> {
    const pipelines = pipeline === undefined ? await this.pipelines() : [pipeline];
    const runs: PipelineRun[] = [];
    for (const name of pipelines) {
      for (const run of await runsOf(await this.#find(name))) runs.push({ pipeline: name, ...run });
    }
    return runs.sort((a, b) => (a.startedAt < b.startedAt ? 1 : -1)).slice(0, limit);
  }

  /** What became of the partitions of a pipeline, as it is now. @param lostOf as a JournalLedger takes it */
  async partitions(pipeline: string, lostOf?: LostOf): Promise<PartitionLedger> {
    const { view } = await this.#find(pipeline);
    return new JournalLedger(() => Promise.resolve(view), lostOf);
  }

  async #find(pipeline: string): Promise<FoundJournal> {
    return this.#guard(() => findJournal(new JournalFiles(this.#folder, pipeline)));
  }

  async #guard<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw fileError(error, this.#folder);
    }
  }
}

type Run = Omit<StoredRun, 'status'> & Pick<PipelineRun, 'status'>;

async function runsOf({ view, claims }: FoundJournal): Promise<Run[]> {
  const runs: Run[] = [...view.runs];
  for (const claim of claims) {
    const { ownRun } = claim.view;
    if (ownRun) runs.unshift((await isLive(claim)) ? { ...ownRun, status: 'running' } : ownRun);
  }
  return runs.slice(0, MAX_RUNS);
}
