import { ShortSet } from '../short-set.js';
import { BatchDelivery, type DeliveryParts } from './batch-delivery.js';
import { KeyOrder } from './key-order.js';
import type { PendingBatch } from './pending-batch.js';

/** What a queue needs to send its batches. */
export interface QueueParts extends Omit<DeliveryParts, 'startNext'> {
  /** Called when one more batch is wanted at once: ends the one that is being filled. */
  readonly cut: () => void;
}

/** Batches that are ready to be sent, and those that are under way. */
export class BatchQueue {
  readonly #parts: QueueParts;
  readonly #order = new KeyOrder();
  #ready: PendingBatch[] = [];
  readonly #underWay = new ShortSet<PendingBatch>();
  /** Whether batches may overtake each other. One at a time do so only when one is stuck. */
  #mayOvertake: boolean;
  #failure: Error | undefined;
  #listeners: (() => void)[] = [];

  constructor(parts: QueueParts) {
    this.#parts = parts;
    this.#mayOvertake = parts.settings.maxInFlight > 1;
  }

  get failure(): Error | undefined {
    return this.#failure;
  }

  /** False while as many batches wait as may be under way. */
  get hasRoom(): boolean {
    return this.#ready.length < this.#parts.settings.maxInFlight;
  }

  add(batch: PendingBatch): void {
    if (this.#failure) return;
    if (this.#mayOvertake) this.#order.add(batch, this.#parts.orderKeys(batch));
    this.#ready.push(batch);
    this.#startAll();
  }

  /** Resolves when it has room. @throws what ended it */
  async room(): Promise<void> {
    while (!this.hasRoom) await this.#change();
    if (this.#failure) throw this.#failure;
  }

  /** Resolves when nothing is ready or under way. @throws what ended it */
  async idle(): Promise<void> {
    while (!this.#failure && this.#ready.length + this.#underWay.size > 0) await this.#change();
    if (this.#failure) throw this.#failure;
  }

  /** Nothing more is sent. The first reason is kept. */
  end(failure: Error): void {
    if (this.#failure) return;
    this.#failure = failure;
    this.#ready = [];
    this.#parts.notes.close();
    this.#parts.gate.close(failure);
    this.#changed();
  }

  #startAll(): void {
    while (this.#underWay.size < this.#parts.settings.maxInFlight) if (!this.#startNext()) return;
  }

  /** @returns what goes first of it; undefined: there is none that may be sent */
  #startNext(): PendingBatch | undefined {
    const index = this.#ready.findIndex((batch) => this.#order.isFree(batch));
    const [batch] = index < 0 ? [] : this.#ready.splice(index, 1);
    if (!batch) return undefined;
    const delivery = new BatchDelivery(batch, { ...this.#parts, startNext: () => this.#startMore() });
    this.#underWay.add(batch);
    const { first } = delivery;
    void this.#deliver(batch, delivery);
    return first;
  }

  /** Beyond what may be under way, for one that is stuck. */
  #startMore(): PendingBatch | undefined {
    if (!this.#mayOvertake) {
      this.#mayOvertake = true;
      for (const batch of [...this.#underWay.list(), ...this.#ready]) {
        this.#order.add(batch, this.#parts.orderKeys(batch));
      }
    }
    const started = this.#startNext();
    if (started) return started;
    // The batch is ready then, and not yet started where all are under way that may be.
    this.#parts.cut();
    return this.#startNext();
  }

  async #deliver(batch: PendingBatch, delivery: BatchDelivery): Promise<void> {
    try {
      await delivery.run();
    } catch (error) {
      this.end(error as Error);
    }
    this.#underWay.delete(batch);
    this.#order.remove(batch);
    this.#startAll();
    this.#changed();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#listeners.push(resolve));
  }

  #changed(): void {
    for (const resolve of this.#listeners.splice(0)) resolve();
  }
}
