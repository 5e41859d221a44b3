import type { PartitionRecord } from '../partitions/partition-ledger.js';
import type { Fingerprint, SavedState } from '../pipeline-store.js';
import type { StreamPosition } from './journal-line.js';

/** What a pipeline saved of one of its partitions. */
export type SavedPartition = SavedState & { readonly position?: StreamPosition };

/**
 * What the journal has of one partition: as there may be hundreds of thousands, one object, which makes others of itself when
 * it is asked.
 */
export class StoredPartition {
  readonly #partition: string;
  readonly #status: PartitionRecord['status'];
  readonly #batch: string;
  readonly #run: string;
  readonly #rows: number;
  readonly #code: string | null;
  readonly #message: string | null;
  readonly #endedAt: string;
  /** -1: it has never committed. */
  readonly #version: number;
  readonly #format: number;
  readonly #state: string | null;
  readonly #fingerprint: Fingerprint | null;
  /** -1: it has no position. */
  readonly #since: number;
  readonly #rowsSince: number;

  constructor(record: PartitionRecord, saved: SavedPartition | undefined) {
    this.#partition = record.partition;
    this.#status = record.status;
    this.#batch = record.batch;
    this.#run = record.run;
    this.#rows = record.rows;
    this.#code = record.code;
    this.#message = record.message;
    this.#endedAt = record.endedAt;
    this.#version = saved?.version ?? -1;
    this.#format = saved?.format ?? 0;
    this.#state = saved?.state ?? null;
    this.#fingerprint = saved?.fingerprint ?? null;
    this.#since = saved?.position?.since ?? -1;
    this.#rowsSince = saved?.position?.rows ?? 0;
  }

  get status(): PartitionRecord['status'] {
    return this.#status;
  }

  get batch(): string {
    return this.#batch;
  }

  get record(): PartitionRecord {
    return {
      partition: this.#partition,
      status: this.#status,
      batch: this.#batch,
      run: this.#run,
      rows: this.#rows,
      code: this.#code,
      message: this.#message,
      endedAt: this.#endedAt,
    };
  }

  /** Undefined: it has never committed. */
  get saved(): SavedPartition | undefined {
    if (this.#version < 0) return undefined;
    return {
      state: this.#state,
      version: this.#version,
      fingerprint: this.#fingerprint,
      format: this.#format,
      ...(this.#since < 0 ? {} : { position: { since: this.#since, rows: this.#rowsSince } }),
    };
  }
}
