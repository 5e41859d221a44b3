import { ConnectorError } from '../errors.js';
import type { Row } from '../schema.js';
import { BatchAttempts } from './batch-attempts.js';
import { BatchCutter } from './batch-cutter.js';
import { BatchQueue } from './batch-queue.js';
import type { BatchInfo, BatchResult } from './batch.js';
import type { DatasetWriter } from './dataset-writer.js';
import { columnsKey, orderKeyOf, type OrderKey } from './key-order.js';
import { PendingBatch } from './pending-batch.js';
import type { RowsInfo, WriteOperation } from './rows-info.js';
import { SendGate } from './send-gate.js';
import { SendNotes } from './send-notes.js';
import { SizeCap } from './size-cap.js';
import { UNATTACHED_HOST } from './unattached-host.js';
import type { WriterHost } from './writer-host.js';
import { writerSettings, type BufferedWriterOptions, type WriterSettings } from './writer-options.js';

/**
 * A writer that gathers rows and sends them in batches, tries again what may pass, and finds the rows that an endpoint
 * refuses. A subclass writes `writeBatch` and nothing else; docs/reference/writer.md has the rules.
 */
export abstract class BufferedWriter implements DatasetWriter {
  readonly updateRows?: (rows: readonly Row[], info?: RowsInfo) => Promise<void>;
  readonly deleteRows?: (keys: readonly Row[], info?: RowsInfo) => Promise<void>;
  readonly #settings: WriterSettings;
  readonly #cutter: BatchCutter;
  readonly #cap: SizeCap;
  readonly #attempts: BatchAttempts;
  #host = UNATTACHED_HOST;
  #notes = new SendNotes(undefined);
  #queue: BatchQueue;
  #ageTimer: NodeJS.Timeout | undefined;
  /** Number of the last row, where calls do not say. */
  #number = 0;
  #isAborted = false;

  /** @throws RangeError when a limit is not a positive number */
  constructor(options: BufferedWriterOptions = {}) {
    this.#settings = writerSettings(options);
    const { timeoutSeconds, mayUpdate, mayDelete } = this.#settings;
    this.#cap = new SizeCap(this.#settings);
    this.#cutter = new BatchCutter(this.#cap, (batch) => this.#queue.add(batch));
    this.#attempts = new BatchAttempts(
      async (rows, batch) => (await this.writeBatch(rows, batch)) ?? undefined,
      timeoutSeconds,
    );
    this.#queue = this.#newQueue();
    if (mayUpdate) this.updateRows = (rows, info) => this.#add(rows, info, 'update');
    if (mayDelete) this.deleteRows = (keys, info) => this.#add(keys, info, 'delete');
  }

  /**
   * Sends one batch. Throw what the request fails with: the class of the error decides whether the batch is sent again,
   * halved, or ends the run. Return nothing where every row was accepted, else a result for each row.
   */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- an async method that returns nothing is one of void
  protected abstract writeBatch(rows: readonly Row[], batch: BatchInfo): Promise<void | BatchResult>;

  /** Starts with the batches that an earlier run left unanswered, where the endpoint knows requests again. */
  async attach(host: WriterHost): Promise<void> {
    this.#host = host;
    this.#notes = new SendNotes(this.#settings.deduplicates === 'request' ? host.sends : undefined);
    this.#queue = this.#newQueue();
    if (host.signal.aborted) this.#onStop();
    else host.signal.addEventListener('abort', this.#onStop, { once: true });
    const { open, replaced } = this.#notes.unanswered();
    for (const batch of replaced) await this.#notes.answered(batch);
    for (const batch of open) this.#queue.add(PendingBatch.ofSaved(batch, this.#cutter.nextOrdinal()));
  }

  writeRow(row: Row): void | Promise<void> {
    const { failure } = this.#queue;
    if (failure) return Promise.reject(failure);
    this.#cutter.add(row, (this.#number += 1), 'upsert', undefined, 0);
    this.#watchAge();
    return this.#queue.hasRoom ? undefined : this.#queue.room();
  }

  /** Resolves when there is room for more. @throws what ended the writer */
  async writeRows(rows: readonly Row[], info?: RowsInfo): Promise<void> {
    await this.#add(rows, info, 'upsert');
  }

  /** Resolves when every row was accepted or rejected. @throws what ended the writer */
  async flush(): Promise<void> {
    if (this.#isAborted) return;
    this.#cutter.cut();
    await this.#queue.idle();
  }

  /** @throws what ended the writer */
  async close(): Promise<void> {
    try {
      await this.flush();
    } finally {
      this.#release();
    }
  }

  async abort(): Promise<void> {
    this.#isAborted = true;
    const reason = new ConnectorError('the writer was aborted', { code: 'WRITER_FAILED' });
    this.#cutter.clear();
    this.#queue.end(reason);
    this.#attempts.abort(reason);
    this.#release();
  }

  async #add(rows: readonly Row[], info: RowsInfo | undefined, operation: WriteOperation): Promise<void> {
    const { failure } = this.#queue;
    if (failure) throw failure;
    const named = info && this.#notes.isOn ? info : undefined;
    for (let i = 0; i < rows.length; i += 1) {
      const number = info ? (info.numbers[i] as number) : (this.#number += 1);
      // It is in a batch that went, or goes, exactly as it was.
      if (named && this.#notes.has(named.rowKey(i))) continue;
      this.#cutter.add(rows[i] as Row, number, info?.operation ?? operation, info, i);
      if (!this.#queue.hasRoom) await this.#queue.room();
    }
    this.#watchAge();
  }

  /** Sends what has waited long enough for its batch to fill. */
  #watchAge(): void {
    if (this.#ageTimer || this.#cutter.isEmpty) return;
    const left = this.#cutter.since + this.#settings.age * 1000 - performance.now();
    this.#ageTimer = setTimeout(
      () => {
        this.#ageTimer = undefined;
        if (this.#cutter.since + this.#settings.age * 1000 <= performance.now()) this.#cutter.cut();
        else this.#watchAge();
      },
      Math.max(1, left + 1),
    );
    this.#ageTimer.unref();
  }

  #newQueue(): BatchQueue {
    const { table, primaryKey } = this.#host;
    const host = this.#host;
    return new BatchQueue({
      host,
      place: { table, key: primaryKey },
      settings: this.#settings,
      gate: new SendGate(this.#settings.maxInFlight, (reason) => host.waiting(reason)),
      cap: this.#cap,
      notes: this.#notes,
      attempts: this.#attempts,
      cut: () => this.#cutter.cut(),
      orderKeys: this.#orderKeys(primaryKey),
    });
  }

  #orderKeys(primaryKey: readonly string[]): (batch: PendingBatch) => readonly OrderKey[] {
    const { orderKey, mayUpdate, mayDelete } = this.#settings;
    const asked = orderKeyOf(orderKey);
    const byKey = primaryKey.length > 0 ? columnsKey('key', primaryKey) : undefined;
    const always = asked ? [asked] : [];
    const keyed = byKey ? [...always, byKey] : always;
    // A row that is new may be changed later by the same writer.
    const inserts = mayUpdate || mayDelete ? keyed : always;
    return ({ operation }) => (operation === 'insert' ? inserts : keyed);
  }

  readonly #onStop = (): void => {
    const reason = this.#host.signal.reason as Error;
    this.#cutter.clear();
    this.#queue.end(reason);
    this.#attempts.abort(reason);
  };

  #release(): void {
    clearTimeout(this.#ageTimer);
    this.#ageTimer = undefined;
    this.#host.signal.removeEventListener('abort', this.#onStop);
  }
}
