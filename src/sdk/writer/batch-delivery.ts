import { TransientError, type HostError } from '../errors.js';
import type { Row } from '../schema.js';
import { batchName, BatchTimeout, type BatchAttempts, type BatchPlace } from './batch-attempts.js';
import type { BatchResult, Exchange } from './batch.js';
import { sortResults, type Rejection } from './batch-results.js';
import { askedWait, judgeFailure, type Verdict } from './judge-failure.js';
import { shareKey, type OrderKey } from './key-order.js';
import type { PendingBatch } from './pending-batch.js';
import { rowsToSendAgain } from './put-off-rows.js';
import { retryDelay } from './retry-delay.js';
import type { SendGate, SendWait } from './send-gate.js';
import type { SendNotes } from './send-notes.js';
import type { SizeCap } from './size-cap.js';
import type { WriterHost } from './writer-host.js';
import type { WriterSettings } from './writer-options.js';

/** What the batches of one writer share. */
export interface DeliveryParts {
  readonly host: WriterHost;
  readonly place: BatchPlace;
  readonly settings: WriterSettings;
  readonly gate: SendGate;
  readonly cap: SizeCap;
  readonly notes: SendNotes;
  readonly attempts: BatchAttempts;
  /** What keeps the rows of a batch in order; empty: nothing does. */
  readonly orderKeys: (batch: PendingBatch) => readonly OrderKey[];
  /** Starts one more batch, where there is one that may be sent, and returns the part of it that goes first. */
  readonly startNext: () => PendingBatch | undefined;
}

/** The call of `writeBatch` that went well. */
interface Answered {
  readonly kind: 'answered';
  readonly result: BatchResult | undefined;
}

type Later = Extract<Verdict, { readonly kind: 'later' }>;

/** Sends a batch until each of its rows was accepted or rejected. */
export class BatchDelivery {
  readonly #parts: DeliveryParts;
  readonly #left: PendingBatch[];
  /** The halves that are sent to see if the endpoint takes anything. */
  #probes: readonly PendingBatch[] = [];

  constructor(batch: PendingBatch, parts: DeliveryParts) {
    this.#parts = parts;
    this.#left = parts.cap.parts(batch);
  }

  /** What is sent first. */
  get first(): PendingBatch {
    return this.#left[0] as PendingBatch;
  }

  /** @throws HostError when the writer has to end */
  async run(): Promise<void> {
    const { gate, notes } = this.#parts;
    for (let batch = this.#left.shift(); batch && !gate.isClosed; batch = this.#left.shift()) {
      await notes.note(batch);
      this.#left.unshift(...(await this.#send(batch)));
    }
  }

  /** Sends a batch until it is answered. @returns what is to be sent in its place */
  async #send(batch: PendingBatch, before?: SendWait): Promise<readonly PendingBatch[]> {
    const { gate, cap } = this.#parts;
    for (let wait = before; ;) {
      await gate.enter(batch, wait);
      // It may have been closed between letting this batch through and now.
      if (gate.isClosed) return [];
      batch.tries += 1;
      const answer = await this.#call(batch);
      switch (answer.kind) {
        case 'answered':
          return this.#answered(batch, answer.result);
        case 'failed':
          throw answer.error;
        case 'refused':
          if (answer.status === 413) cap.tooLarge(batch);
          gate.leave(batch, 'taken');
          return this.#divide(batch, answer.error, () => batch.halves());
        case 'later':
          if (batch.isProbe && answer.status !== 429) return this.#probeFailed(batch, answer.error);
          wait = this.#waitFor(batch, answer);
          if (!wait) return this.#spent(batch, answer);
      }
    }
  }

  async #call(batch: PendingBatch): Promise<Answered | Verdict> {
    const { attempts, place, host } = this.#parts;
    try {
      return { kind: 'answered', result: await attempts.call(batch, place) };
    } catch (error) {
      // It may still be under way, so it is not sent once more.
      if (error instanceof BatchTimeout) return { kind: 'failed', error };
      return judgeFailure(host.explain(error));
    }
  }

  async #answered(batch: PendingBatch, result: BatchResult | undefined): Promise<readonly PendingBatch[]> {
    const { gate, cap, notes, place } = this.#parts;
    // It came too late: the next run sends these rows again.
    if (gate.isClosed) return [];
    const sorted = result && sortResults(result, batch, place);
    if (!sorted) {
      cap.taken(batch);
      gate.leave(batch, 'taken');
      await notes.answered(batch);
      return [];
    }
    const { isTaken, isAccepted, rejected } = sorted;
    const takenBefore = gate.taken;
    if (isTaken) cap.taken(batch);
    gate.leave(batch, isTaken ? 'taken' : 'deferred');
    this.#reject(batch, rejected, result.exchange ?? {});
    const later = rowsToSendAgain(batch, sorted.later, isAccepted, place.key);
    if (later.length === 0) {
      // A run that starts from here is to refuse its rows again, for what was refused is kept with the next commit only.
      if (rejected.length === 0) await notes.answered(batch);
      return [];
    }
    const rest = batch.pick(later);
    if (rest !== batch) {
      rest.takenBefore = gate.taken;
      rest.parentTakenBefore = takenBefore;
    }
    await notes.replace(batch, [rest], rejected.length === 0);
    return this.#sendRest(rest, sorted.retryAfter, result.exchange ?? {});
  }

  /** Sends rows again that the endpoint asked to send later. */
  async #sendRest(rest: PendingBatch, asked: number, exchange: Exchange): Promise<readonly PendingBatch[]> {
    const { gate, settings, startNext } = this.#parts;
    const error = new TransientError('the endpoint asks to send rows again', { code: 'SOURCE_UNAVAILABLE' });
    if (rest.tries < settings.tries) {
      // A group that was rolled back goes again at once, without the row that was the reason.
      const isSoon = asked === 0 && rest.tries === 1;
      const seconds = isSoon ? 0 : this.#waitSeconds(rest, error, asked > 0 ? asked : undefined);
      return this.#send(rest, {
        seconds,
        reason: `rows that the endpoint put off, ${secondsText(seconds)} s`,
      });
    }
    const isUp = await gate.isUp(rest, startNext, () => undefined);
    if (!isUp) throw this.#ended(rest, error, 'each time, and takes nothing else either');
    const message = `put off by the endpoint ${rest.tries} times`;
    const rejected = rest.rows.map((_row, index) => ({ index, code: 'retry', message }));
    this.#reject(rest, rejected, exchange);
    return [];
  }

  /** @returns how long to wait before the next try; undefined: there is none */
  #waitFor(batch: PendingBatch, { error, status }: Later): SendWait | undefined {
    const { gate, settings } = this.#parts;
    const isLimit = status === 429;
    gate.leave(batch, isLimit ? 'overloaded' : 'down', isLimit || status === 503);
    if (batch.tries >= settings.tries) return undefined;
    const asked = askedWait(error);
    const seconds = this.#waitSeconds(batch, error, asked);
    const wait = { seconds, reason: `${status ?? 'no answer'} of the endpoint, ${secondsText(seconds)} s` };
    // What the endpoint asks of one request, it means for all.
    if (asked !== undefined && (isLimit || status === 503)) gate.pause(wait);
    return wait;
  }

  #waitSeconds(batch: PendingBatch, error: HostError, asked: number | undefined): number {
    const { settings } = this.#parts;
    if (asked === undefined) return retryDelay(batch.tries, settings);
    if (asked > settings.maxRetryAfterSeconds) {
      throw this.#ended(batch, error, `the endpoint asks to wait for ${secondsText(asked)} s`, asked);
    }
    return asked;
  }

  /** Called when a batch failed as often as it may: it is the batch's fault only where the endpoint takes others. */
  async #spent(batch: PendingBatch, { error, status }: Later): Promise<readonly PendingBatch[]> {
    const { gate, startNext } = this.#parts;
    if (status === undefined || status < 500) throw this.#ended(batch, error, '');
    let halves: PendingBatch[] | undefined;
    const half = (): PendingBatch | undefined => {
      if (batch.rows.length === 1) return undefined;
      halves = batch.halves();
      this.#probes = halves;
      return halves[0];
    };
    if (!(await gate.isUp(batch, startNext, half)))
      throw this.#ended(batch, error, 'nothing else was taken since');
    return this.#divide(batch, error, () => halves ?? batch.halves());
  }

  /** The other half of what is probed may be right, where this one has the row that nobody takes. */
  #probeFailed(probe: PendingBatch, error: HostError): readonly PendingBatch[] {
    const { gate, orderKeys } = this.#parts;
    const [first, second] = this.#probes;
    const isFree = first === probe && second && !shareKey(first, second, orderKeys(probe));
    if (!isFree) throw this.#ended(probe, error, 'nothing else was taken since others failed');
    this.#probes = [];
    gate.probeInstead(probe, second);
    this.#left.shift();
    return [second, probe];
  }

  /** What is sent in place of a batch that is not taken as it is; a single row is rejected. */
  async #divide(
    batch: PendingBatch,
    { message, code, details: { status, request, response } }: HostError,
    divide: () => PendingBatch[],
  ): Promise<readonly PendingBatch[]> {
    if (batch.rows.length > 1) {
      const parts = divide();
      await this.#parts.notes.replace(batch, parts, true);
      return parts;
    }
    const exchange = {
      ...(request === undefined ? {} : { request }),
      ...(status === undefined ? {} : { status }),
      ...(response === undefined ? {} : { response }),
    };
    this.#reject(batch, [{ index: 0, code: String(status ?? code), message }], exchange);
    return [];
  }

  #reject(batch: PendingBatch, rejected: readonly Rejection[], exchange: Exchange): void {
    if (rejected.length === 0 || this.#parts.gate.isClosed) return;
    const { operation, attempts } = batch;
    this.#parts.host.reject(
      rejected.map(({ index, code, message }) => ({
        row: batch.rows[index] as Row,
        number: batch.numbers[index] as number,
        operation,
        code,
        message,
        attempts,
        ...exchange,
      })),
    );
  }

  /** The error that ends the writer: nothing is rejected, and a later run goes on from the last commit. */
  #ended(batch: PendingBatch, error: HostError, why: string, retryAfter = askedWait(error)): TransientError {
    const { code, action, details, message } = error;
    const times = batch.attempts === 1 ? 'once' : `${batch.attempts} times`;
    const name = batchName(batch, this.#parts.place);
    return new TransientError(`${name} was sent ${times}: ${message}${why === '' ? '' : `; ${why}`}`, {
      code,
      action,
      details,
      cause: error,
      ...(retryAfter === undefined ? {} : { retryAfter }),
    });
  }
}

function secondsText(seconds: number): string {
  return String(seconds < 10 ? Number(seconds.toPrecision(2)) : Math.round(seconds));
}
