import type { Connector } from '../../sdk/connector.js';
import { ConnectorError } from '../../sdk/errors.js';
import { idProblem } from '../../sdk/partitioning/partition-problem.js';
import type { Partitioning } from '../../sdk/partitioning.js';
import { EventLoopTurns } from '../../sync/event-loop-turns.js';
import { explainFailure } from '../../sync/explain-failure.js';
import { untilAborted } from '../../targets/until-aborted.js';
import { within } from '../../targets/within.js';
import { toHostError } from '../http/http-error.js';

/** Longest time that a page waits for more ids, in milliseconds: partitions that are listed slowly are read meanwhile. */
const PAGE_WITHIN_MS = 200;
/** Longest time that a listing which nobody wants more of gets to run its `finally`, in milliseconds. */
const CLOSE_WITHIN_MS = 500;

/** What a listing is read from. */
export interface ListingParts {
  readonly connector: Connector;
  readonly partitioning: Partitioning;
  readonly signal: AbortSignal;
  readonly warn: (text: string) => void;
}

/**
 * Reads the ids that a connector lists, in its order, repeated ones too, and looks at each. Stops at once when the signal
 * aborts, whatever the connector does between two ids.
 *
 * @param size ids in a page at most
 * @throws ConnectorError PARTITIONING_INVALID for what is no id, with its position, and for a listing that fails
 */
export async function* listedPages(parts: ListingParts, size: number): AsyncGenerator<readonly string[]> {
  const listing = await Listing.open(parts);
  try {
    while (!listing.isDone) {
      const page = await listing.page(size);
      if (page.length > 0) yield page;
    }
  } finally {
    await listing.close();
  }
}

type ListingIterator =
  | { readonly isAsync: false; readonly iterator: Iterator<unknown> }
  | { readonly isAsync: true; readonly iterator: AsyncIterator<unknown> };

class Listing {
  readonly #parts: ListingParts;
  readonly #ids: ListingIterator;
  readonly #turns = new EventLoopTurns();
  /** Ids that were taken. */
  #count = 0;
  /** True: it ended. */
  #isDone = false;
  /** True: it waits to be asked for more, so that it can be closed. One that is at work may never answer. */
  #isPaused = false;
  /** Ends the wait for the next id. */
  #stopWaiting: (() => void) | undefined;
  readonly #onAbort = (): void => this.#stopWaiting?.();

  private constructor(parts: ListingParts, ids: ListingIterator) {
    this.#parts = parts;
    this.#ids = ids;
    // One listener for all ids: one for each would cost more than the id.
    parts.signal.addEventListener('abort', this.#onAbort);
  }

  static async open(parts: ListingParts): Promise<Listing> {
    const { connector, partitioning, signal } = parts;
    let ids: ListingIterator | undefined;
    try {
      const returned: unknown = connector.listPartitions?.(partitioning);
      ids = iteratorOf(
        isPromise(returned) ? await untilAborted(signal, Promise.resolve(returned)) : returned,
      );
    } catch (error) {
      throw failureOf(error, signal);
    }
    if (ids) return new Listing(parts, ids);
    throw new ConnectorError('listPartitions returned nothing to iterate over', {
      code: 'PARTITIONING_INVALID',
      action: 'Write it as a generator that yields ids, or return a list of them.',
    });
  }

  get isDone(): boolean {
    return this.#isDone;
  }

  async page(size: number): Promise<string[]> {
    const { signal } = this.#parts;
    const page: string[] = [];
    let startedAt = 0;
    while (page.length < size) {
      signal.throwIfAborted();
      const next = this.#next();
      // Without a wait where there is none to do.
      const result = isPromise(next) ? await next : next;
      if (typeof result !== 'object' || result === null) throw this.#invalid('nothing');
      const { done, value } = result as { readonly done?: unknown; readonly value?: unknown };
      this.#isDone = done === true;
      if (this.#isDone) break;
      this.#isPaused = true;
      page.push(this.#checked(value));
      if (this.#turns.isDue(false)) await this.#turns.take();
      if (!this.#ids.isAsync) continue;
      const now = performance.now();
      if (startedAt === 0) startedAt = now;
      else if (now - startedAt > PAGE_WITHIN_MS) break;
    }
    return page;
  }

  async close(): Promise<void> {
    this.#parts.signal.removeEventListener('abort', this.#onAbort);
    if (!this.#isPaused) return;
    try {
      await within(CLOSE_WITHIN_MS, this.#ids.iterator.return?.());
    } catch (error) {
      this.#parts.warn(failureOf(error, new AbortController().signal).message);
    }
  }

  #next(): unknown {
    this.#isPaused = false;
    try {
      return this.#ids.isAsync ? this.#nextOrStop(this.#ids.iterator.next()) : this.#ids.iterator.next();
    } catch (error) {
      throw failureOf(error, this.#parts.signal);
    }
  }

  #nextOrStop(next: Promise<unknown>): Promise<unknown> {
    const { signal } = this.#parts;
    return new Promise((resolve, reject) => {
      this.#stopWaiting = () => reject(signal.reason as Error);
      // Not the connector's own promise, which may be anything.
      Promise.resolve(next).then(resolve, (error: unknown) => reject(failureOf(error, signal)));
    });
  }

  #checked(id: unknown): string {
    if (typeof id !== 'string') {
      throw this.#invalid(
        `${id === null ? 'null' : `a value of the type ${typeof id}`} in the place of an id`,
      );
    }
    const problem = idProblem(id, this.#parts.partitioning);
    if (problem !== undefined) throw this.#invalid(`what is no id: ${problem}`);
    this.#count += 1;
    return id;
  }

  #invalid(what: string): ConnectorError {
    return new ConnectorError(`listPartitions gave, at position ${this.#count + 1}, ${what}`, {
      code: 'PARTITIONING_INVALID',
    });
  }
}

function failureOf(error: unknown, signal: AbortSignal): Error {
  if (signal.aborted) return signal.reason as Error;
  return explainFailure(error, toHostError, 'listPartitions failed', 'PARTITIONING_INVALID');
}

/** A text can be iterated over too, and is no list of ids. */
function iteratorOf(value: unknown): ListingIterator | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Symbol.asyncIterator in value) {
    return { isAsync: true, iterator: (value as AsyncIterable<unknown>)[Symbol.asyncIterator]() };
  }
  if (Symbol.iterator in value) {
    return { isAsync: false, iterator: (value as Iterable<unknown>)[Symbol.iterator]() };
  }
  return undefined;
}

/** By shape, so that a promise of another library counts. */
function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
