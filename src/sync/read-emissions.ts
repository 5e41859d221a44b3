import type { Emission } from '../sdk/connector.js';
import { ConnectorError } from '../sdk/errors.js';
import { within } from '../targets/within.js';
import { EventLoopTurns } from './event-loop-turns.js';

/** Longest time that a stopped generator gets to run its `finally`, in milliseconds. */
const CLOSE_WITHIN_MS = 500;

/** What {@link readEmissions} hands emissions to, and asks. */
export interface EmissionReader {
  /**
   * Takes an emission; the generator is resumed afterwards.
   * @returns true when no more are wanted. A promise only where it has to wait: one for each emission would cost more
   *   than the emission
   */
  take(emission: Emission): boolean | Promise<boolean>;
  /** Asked after every wait: the run ended meanwhile. */
  isOver(): boolean;
  /** Called before a generator that is not at its end is closed: its requests are no longer needed. */
  onEnough(): void;
  /** Told of what a generator's own `finally` failed with. */
  onCloseFailure(error: unknown): void;
}

/** What the source itself threw, so that it is told from what failed while its rows were written. */
export class SourceFailure extends Error {
  constructor(cause: unknown) {
    super('the source failed', { cause });
  }
}

/**
 * Reads until the source ends, no more is wanted or the run is over.
 *
 * @returns true when the source ended by itself
 * @throws SourceFailure with what the source threw
 * @throws ConnectorError where there is nothing to iterate over
 */
export async function readEmissions(emissions: unknown, reader: EmissionReader): Promise<boolean> {
  if (isIterable(emissions)) return readSync(emissions[Symbol.iterator](), reader);
  if (isAsyncIterable(emissions)) return readAsync(emissions[Symbol.asyncIterator](), reader);
  throw new ConnectorError('generateRows returned nothing to iterate over', {
    code: 'EMISSION_INVALID',
    action: 'Write it as a generator: *generateRows() or async *generateRows().',
  });
}

/** A generator without pauses is asked without pauses: `await` would make it four times slower. */
async function readSync(iterator: Iterator<Emission>, reader: EmissionReader): Promise<boolean> {
  const turns = new EventLoopTurns();
  let isPaused = false;
  try {
    for (;;) {
      isPaused = false;
      const next = nextOf(iterator);
      if (next.done === true) return true;
      isPaused = true;
      const taken = reader.take(next.value);
      if (typeof taken === 'boolean' ? taken : await taken) return false;
      if (turns.isDue(Array.isArray(next.value))) await turns.take();
      if (reader.isOver()) return false;
    }
  } finally {
    if (isPaused) {
      try {
        iterator.return?.();
      } catch (error) {
        reader.onCloseFailure(error);
      }
    }
  }
}

function nextOf(iterator: Iterator<Emission>): IteratorResult<Emission> {
  try {
    return iterator.next();
  } catch (error) {
    throw new SourceFailure(error);
  }
}

async function readAsync(iterator: AsyncIterator<Emission>, reader: EmissionReader): Promise<boolean> {
  const turns = new EventLoopTurns();
  // False while the generator runs, and for good once it has ended or thrown.
  let isPaused = false;
  try {
    for (;;) {
      isPaused = false;
      const next = await nextOfAsync(iterator);
      if (next.done === true) return true;
      isPaused = true;
      if (reader.isOver()) return false;
      const taken = reader.take(next.value);
      if (typeof taken === 'boolean' ? taken : await taken) return false;
      if (turns.isDue(Array.isArray(next.value))) await turns.take();
    }
  } finally {
    if (isPaused) {
      // Its requests are no longer needed, and its `finally` gets a chance to run, but not for ever.
      reader.onEnough();
      try {
        await within(CLOSE_WITHIN_MS, iterator.return?.());
      } catch (error) {
        reader.onCloseFailure(error);
      }
    }
  }
}

/** Not an async function of its own, which would cost a promise more for each emission. */
function nextOfAsync(iterator: AsyncIterator<Emission>): Promise<IteratorResult<Emission>> {
  let next: Promise<IteratorResult<Emission>>;
  try {
    next = iterator.next();
  } catch (error) {
    throw new SourceFailure(error);
  }
  return next.catch(failAsSource);
}

function failAsSource(error: unknown): never {
  throw new SourceFailure(error);
}

function isIterable(value: unknown): value is Iterable<Emission> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<Emission> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
