import type { Commit, RunRecord, SavedState } from '../../target.js';
import type { PipelineHold } from './partition-database.js';

/** A run's hold on its pipeline, as a database notes it. */
export interface HeldClaim {
  readonly run: string;
  readonly pipeline: string;
  readonly version: number;
}

/** What a {@link SqlHold} needs of the rows of pipelines in a database. */
export interface HeldPipelines<C extends HeldClaim> {
  save(claim: C, commit: Commit, isFirst: boolean): Promise<C>;
  count(run: string, record: RunRecord): Promise<void>;
  end(run: string, record: RunRecord | undefined): Promise<void>;
}

/** What a {@link SqlHold} is made of. */
export interface SqlHoldParts<C extends HeldClaim> {
  /** On the connection of the run. */
  readonly pipelines: () => HeldPipelines<C>;
  readonly claim: C;
  readonly saved: SavedState;
  /** Whether a commit with this claim would be accepted. */
  readonly holds: (claim: C) => Promise<boolean>;
  readonly fenced: (pipeline: string) => Error;
}

/** The claim of a run whose partitions keep the states, so that the pipeline itself keeps none. */
export class SqlHold<C extends HeldClaim> implements PipelineHold {
  readonly saved: SavedState;
  readonly #parts: SqlHoldParts<C>;
  /** After the last transaction that took place. */
  #claim: C;
  /** After the one that goes on. */
  #next: C;

  constructor(parts: SqlHoldParts<C>) {
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

  /** The claim before the transaction that goes on, if that saves it; undefined: nothing tells whether it took place. */
  get saving(): C | undefined {
    return this.#next === this.#claim ? undefined : this.#claim;
  }

  async save(commit: Pick<Commit, 'fingerprint' | 'format'>): Promise<number> {
    const { pipelines } = this.#parts;
    this.#next = await pipelines().save(this.#claim, { ...commit, isFinal: false, state: null }, false);
    return this.#next.version;
  }

  settle(tookPlace: boolean): void {
    if (tookPlace) this.#claim = this.#next;
    else this.#next = this.#claim;
  }

  count(record: RunRecord): Promise<void> {
    return this.#parts.pipelines().count(this.run, record);
  }

  end(record: RunRecord | undefined): Promise<void> {
    return this.#parts.pipelines().end(this.run, record);
  }

  holds(): Promise<boolean> {
    return this.#parts.holds(this.#claim);
  }

  fenced(): Error {
    return this.#parts.fenced(this.pipeline);
  }
}
