import { TransientError } from '../errors.js';
import type { Row } from '../schema.js';
import { ShortSet } from '../short-set.js';
import type { BatchInfo, BatchResult } from './batch.js';
import type { PendingBatch } from './pending-batch.js';
import type { WriteOperation } from './rows-info.js';

/** The method that a subclass writes. */
export type WriteBatch = (rows: readonly Row[], batch: BatchInfo) => Promise<undefined | BatchResult>;

/** A batch took too long. */
export class BatchTimeout extends TransientError {}

/** What batches need besides their rows. */
export interface BatchPlace {
  readonly table: string;
  readonly key: readonly string[];
}

/** The calls of `writeBatch` that are under way. */
export class BatchAttempts {
  /** Each lets one go. */
  readonly #underWay = new ShortSet<(reason: Error) => void>();

  constructor(
    private readonly write: WriteBatch,
    private readonly timeoutSeconds: number,
  ) {}

  /** @throws BatchTimeout when it takes too long; the reason of `abort`; otherwise what `writeBatch` throws */
  async call(batch: PendingBatch, place: BatchPlace): Promise<undefined | BatchResult> {
    const controller = new AbortController();
    let letGo: (reason: Error) => void = () => undefined;
    const wasLetGo = new Promise<never>((_resolve, reject) => {
      letGo = (reason) => {
        controller.abort(reason);
        reject(reason);
      };
    });
    const timer = setTimeout(() => letGo(this.#timeout(batch, place)), this.timeoutSeconds * 1000);
    this.#underWay.add(letGo);
    try {
      return await Promise.race([
        this.write(batch.rows, new SentBatch(batch, place, controller.signal)),
        wasLetGo,
      ]);
    } finally {
      clearTimeout(timer);
      this.#underWay.delete(letGo);
    }
  }

  /** Waits for none of them any longer. */
  abort(reason: Error): void {
    for (const letGo of this.#underWay.list()) letGo(reason);
  }

  #timeout(batch: PendingBatch, place: BatchPlace): BatchTimeout {
    return new BatchTimeout(`${batchName(batch, place)} was not done within ${this.timeoutSeconds} s`, {
      action: 'Send smaller batches, or allow more time: timeoutSeconds of the writer.',
    });
  }
}

/** `batch 3 of orders (100 rows)`, as the start of a sentence. */
export function batchName({ ordinal, rows }: PendingBatch, { table }: Pick<BatchPlace, 'table'>): string {
  const count = `${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`;
  return `batch ${ordinal}${table === '' ? '' : ` of ${table}`} (${count})`;
}

/** Hashes are made when they are asked for: most endpoints take none. */
class SentBatch implements BatchInfo {
  readonly ordinal: number;
  readonly table: string;
  readonly operation: WriteOperation;
  readonly key: readonly string[];
  readonly attempt: number;
  readonly #batch: PendingBatch;

  constructor(
    batch: PendingBatch,
    { table, key }: BatchPlace,
    readonly signal: AbortSignal,
  ) {
    this.#batch = batch;
    this.ordinal = batch.ordinal;
    this.table = table;
    this.operation = batch.operation;
    this.key = key;
    this.attempt = batch.tries;
  }

  get idempotencyKey(): string {
    return this.#batch.idempotencyKey;
  }

  get rowKeys(): readonly string[] {
    return this.#batch.rowKeys;
  }
}
