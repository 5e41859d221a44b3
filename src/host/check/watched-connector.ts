import { Connector, type ConnectorContext, type Emission, type ReadRequest } from '../../sdk/connector.js';
import type { ReadSchema } from '../../sdk/schema.js';
import { within } from '../../targets/within.js';
import { Recording } from './recording.js';

/** Longest time that a generator that is closed gets to run its `finally`, in milliseconds, as in a run. */
const CLOSE_WITHIN_MS = 500;
/** A source that yields this many pages without rows is taken to have no more. */
const MAX_EMPTY_PAGES = 1000;
/** The connector that is watched has its own. */
const NO_CONTEXT = {} as ConnectorContext;

/** How far a read goes, and who hears of it. */
export interface WatchOptions {
  /** Asked after each emission: true ends the read as if the source had. Default: it goes on. */
  readonly isEnough?: ((recording: Recording) => boolean) | undefined;
  /** Called once, when rows came and the connector is at work on what comes next. */
  readonly onReadOn?: (() => void) | undefined;
  /** Aborted when the read is ended by `isEnough`; the connector was made with its signal. */
  readonly source: AbortController;
}

/** Passes on whatever a connector yields, and records it, so that a check watches the same engine as a run uses. */
export class WatchedConnector extends Connector {
  readonly recording = new Recording();
  /** Settles when the connector's generator has ended, its `finally` included; with the time of `performance.now()`. */
  readonly ended: Promise<number>;
  readonly #connector: Connector;
  readonly #options: WatchOptions;
  #markEnded!: () => void;

  constructor(connector: Connector, options: WatchOptions) {
    super({}, NO_CONTEXT);
    this.#connector = connector;
    this.#options = options;
    this.ended = new Promise((resolve) => (this.#markEnded = () => resolve(performance.now())));
  }

  override async getReadSchema(): Promise<ReadSchema> {
    const schema = await this.#connector.getReadSchema();
    this.recording.schema = schema;
    return schema;
  }

  generateRows(request: ReadRequest): AsyncIterable<Emission> {
    const emissions: unknown = this.#connector.generateRows(request);
    const iterator = iteratorOf(emissions);
    // The engine says what is wrong with it.
    return iterator ? this.#watch(iterator) : (emissions as AsyncIterable<Emission>);
  }

  override async close(): Promise<void> {
    await this.#connector.close?.();
  }

  async *#watch(iterator: Iterator<Emission> | AsyncIterator<Emission>): AsyncGenerator<Emission> {
    const { recording } = this;
    const { isEnough, onReadOn, source } = this.#options;
    let readOn = onReadOn;
    // False while the generator runs, and for good once it has ended or thrown.
    let paused = false;
    try {
      for (;;) {
        paused = false;
        const step = iterator.next();
        if (recording.rows.length > 0) {
          readOn?.();
          readOn = undefined;
        }
        const next = await step;
        if (next.done === true) {
          recording.answered();
          recording.hasEnded = true;
          return;
        }
        paused = true;
        recording.take(next.value);
        yield next.value;
        if (recording.emptyPages < MAX_EMPTY_PAGES && !isEnough?.(recording)) continue;
        source.abort();
        return;
      }
    } finally {
      const closed = paused ? this.#close(iterator) : Promise.resolve();
      // The engine may wait here for what comes next, so not for ever.
      await within(
        CLOSE_WITHIN_MS,
        closed.then(() => this.#markEnded()),
      );
    }
  }

  /** As in a run, a failure of the `finally` fails nothing. */
  async #close(iterator: Iterator<Emission> | AsyncIterator<Emission>): Promise<void> {
    try {
      await iterator.return?.();
    } catch (error) {
      this.recording.closeFailure = error;
    }
  }
}

/** Undefined for what is not iterable. */
function iteratorOf(value: unknown): Iterator<Emission> | AsyncIterator<Emission> | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Symbol.iterator in value) return (value as Iterable<Emission>)[Symbol.iterator]();
  if (Symbol.asyncIterator in value) return (value as AsyncIterable<Emission>)[Symbol.asyncIterator]();
  return undefined;
}
