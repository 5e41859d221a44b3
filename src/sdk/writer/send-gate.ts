import { ConcurrencyLimit } from './concurrency-limit.js';
import type { PendingBatch } from './pending-batch.js';

/** How a request ended, for those that wait to send. */
export type SendOutcome =
  /** The endpoint took it, or refused it for what is in it: it is up. */
  | 'taken'
  /** It answered that the rows may be sent later. */
  | 'deferred'
  /** It had too many requests (429). */
  | 'overloaded'
  /** It failed (5xx, no answer). */
  | 'down';

/** Why a batch waits before it is sent, and until when. */
export interface SendWait {
  readonly seconds: number;
  /** For people: `429 of the endpoint, 30 s`. */
  readonly reason: string;
}

interface Waiter {
  readonly batch: PendingBatch;
  /** Milliseconds, as performance.now counts. */
  readonly notBefore: number;
  readonly reason: string;
  readonly go: () => void;
  readonly stop: (error: Error) => void;
}

/**
 * Lets batches through, as many at a time as the endpoint bears. Once a request failed as if the endpoint were down, only
 * that batch is tried again until any request is taken: an endpoint that is down gets few requests.
 */
export class SendGate {
  readonly #limit: ConcurrencyLimit;
  readonly #waiting: (reason: string | null) => void;
  /** Requests that are under way. */
  #underWay = 0;
  #waiters: Waiter[] = [];
  #listeners: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #pausedUntil = 0;
  #pauseReason = '';
  #shown: string | null = null;
  /** Requests that were taken. */
  #taken = 0;
  /** The batch that failed, while nothing was taken since. */
  #suspect: PendingBatch | undefined;
  /** The batch that is sent to see if the endpoint takes anything. */
  #probe: PendingBatch | undefined;
  #failure: Error | undefined;

  /** @param waiting told why nothing is sent; null: it goes on */
  constructor(maxInFlight: number, waiting: (reason: string | null) => void) {
    this.#limit = new ConcurrencyLimit(maxInFlight);
    this.#waiting = waiting;
  }

  /** Resolves when the batch may be sent; then `leave` is called with what came of it. */
  enter(batch: PendingBatch, wait?: SendWait): Promise<void> {
    return new Promise((go, stop) => {
      if (this.#failure) {
        stop(this.#failure);
        return;
      }
      const notBefore = wait ? performance.now() + wait.seconds * 1000 : 0;
      this.#waiters.push({ batch, notBefore, reason: wait?.reason ?? '', go, stop });
      this.#letThrough();
    });
  }

  /** @param isOverload true: fewer requests at a time from now on */
  leave(batch: PendingBatch, outcome: SendOutcome, isOverload = false): void {
    if (isOverload) this.#limit.overloaded(batch.request ?? 0, this.#underWay);
    if (batch.request !== undefined) this.#underWay -= 1;
    batch.request = undefined;
    if (outcome === 'taken') {
      this.#taken += 1;
      this.#limit.taken();
    }
    if (outcome === 'down' || outcome === 'deferred') batch.takenBefore ??= this.#taken;
    if (outcome === 'down') this.#suspect ??= batch;
    else if (outcome !== 'overloaded') {
      this.#suspect = undefined;
      if (this.#probe === batch) this.#probe = undefined;
      batch.isProbe = false;
    }
    this.#changed();
  }

  /** Nothing is sent for so long, whoever wants to. */
  pause({ seconds, reason }: SendWait): void {
    const until = performance.now() + seconds * 1000;
    if (until <= this.#pausedUntil) return;
    this.#pausedUntil = until;
    this.#pauseReason = reason;
  }

  get isClosed(): boolean {
    return this.#failure !== undefined;
  }

  /** Requests that were taken so far. */
  get taken(): number {
    return this.#taken;
  }

  /**
   * Whether a request was taken since the batch failed first, so that the fault is in the batch and not in the endpoint.
   * Where none was and none is under way, another batch is sent to find out, and if that fails, everything ends.
   *
   * @param next starts one more batch and returns it; undefined: there is none
   * @param half a part of the batch that is to be sent where there is no other batch; undefined: it has none
   */
  async isUp(
    batch: PendingBatch,
    next: () => PendingBatch | undefined,
    half: () => PendingBatch | undefined,
  ): Promise<boolean> {
    for (;;) {
      if (this.#failure) throw this.#failure;
      if (this.#taken > (batch.takenBefore ?? this.#taken)) return this.#acquit(batch);
      if (this.#underWay === 0 && !this.#probe) {
        const now = performance.now();
        const ready = this.#waiters.find((waiter) => this.#startOf(waiter) <= now);
        const other = ready?.batch ?? next() ?? this.#waiters[0]?.batch;
        if (other) {
          this.#send(other);
        } else {
          const part = half();
          if (part) this.#send(part);
          else if (this.#taken <= (batch.parentTakenBefore ?? this.#taken)) return false;
          // What it was cut from was taken but for this: the last of a run has nothing else to be held against.
          return part ? true : this.#acquit(batch);
        }
      }
      await new Promise<void>((resolve) => this.#listeners.push(resolve));
    }
  }

  /** The fault is the batch's own, so others need not wait for it. */
  #acquit(batch: PendingBatch): true {
    if (this.#suspect === batch) {
      this.#suspect = undefined;
      this.#letThrough();
    }
    return true;
  }

  /** Goes on to find out with another batch, after one failed. */
  probeInstead(failed: PendingBatch, other: PendingBatch): void {
    failed.isProbe = false;
    this.#send(other);
    this.leave(failed, 'down');
  }

  /** Nothing is sent any more. */
  close(error: Error): void {
    this.#failure ??= error;
    for (const { stop } of this.#waiters.splice(0)) stop(this.#failure);
    this.#changed();
  }

  /** Lets a batch through as the one that shows whether the endpoint is up. */
  #send(probe: PendingBatch): void {
    this.#probe = probe;
    probe.isProbe = true;
    this.#letThrough();
  }

  #changed(): void {
    this.#letThrough();
    for (const resolve of this.#listeners.splice(0)) resolve();
  }

  #letThrough(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const now = performance.now();
    const left: Waiter[] = [];
    let soonest: Waiter | undefined;
    for (const waiter of this.#waiters) {
      const { batch, go } = waiter;
      const isHeld = this.#suspect !== undefined && this.#suspect !== batch && !batch.isProbe;
      if (isHeld || this.#underWay >= this.#limit.now) {
        left.push(waiter);
      } else if (this.#startOf(waiter) > now) {
        left.push(waiter);
        if (!soonest || this.#startOf(waiter) < this.#startOf(soonest)) soonest = waiter;
      } else {
        batch.request = this.#limit.begin();
        this.#underWay += 1;
        go();
      }
    }
    this.#waiters = left;
    if (soonest) {
      // Timers may fire a little early; the millisecond keeps them from doing so again and again.
      this.#timer = setTimeout(() => this.#letThrough(), this.#startOf(soonest) - now + 1);
    }
    this.#show(soonest && this.#underWay === 0 ? this.#reasonOf(soonest) : null);
  }

  #reasonOf({ notBefore, reason }: Waiter): string {
    return notBefore < this.#pausedUntil ? this.#pauseReason : reason;
  }

  #startOf({ notBefore }: Waiter): number {
    return Math.max(notBefore, this.#pausedUntil);
  }

  #show(reason: string | null): void {
    if (reason === this.#shown) return;
    this.#shown = reason;
    this.#waiting(reason);
  }
}
