import type { PipelineHold } from '../../sql/partitions/partition-database.js';
import type { Commit, RunRecord, SavedState } from '../../target.js';
import { fencedError, type Claim, type Pipelines } from '../pipelines.js';

/** What a {@link DuckdbHold} is made of. */
export interface DuckdbHoldParts {
  readonly pipelines: Pipelines;
  readonly claim: Claim;
  readonly saved: SavedState;
  readonly label: string;
}

/** The claim of a run whose partitions keep the states, so that the pipeline itself keeps none. */
export class DuckdbHold implements PipelineHold {
  readonly saved: SavedState;
  readonly #parts: DuckdbHoldParts;
  /** After the last transaction that took place. */
  #claim: Claim;
  /** After the one that goes on. */
  #next: Claim;

  constructor(parts: DuckdbHoldParts) {
    this.#parts = parts;
    this.saved = parts.saved;
    this.#claim = parts.claim;
    this.#next = parts.claim;
  }

  get run(): string {
    return this.#claim.run;
  }

  get pipeline(): string {
    return this.#claim.pipeline;
  }

  async save(commit: Pick<Commit, 'fingerprint' | 'format'>): Promise<number> {
    this.#next = await this.#parts.pipelines.save(
      this.#claim,
      { ...commit, isFinal: false, state: null },
      false,
    );
    return this.#next.version;
  }

  settle(tookPlace: boolean): void {
    if (tookPlace) this.#claim = this.#next;
    else this.#next = this.#claim;
  }

  count(record: RunRecord): Promise<void> {
    return this.#parts.pipelines.count(this.run, record);
  }

  end(record: RunRecord | undefined): Promise<void> {
    return this.#parts.pipelines.end(this.run, record);
  }

  holds(): Promise<boolean> {
    return this.#parts.pipelines.holds(this.#claim);
  }

  fenced(): Error {
    return fencedError(this.#parts.label, this.pipeline);
  }
}
