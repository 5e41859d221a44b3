import { untilAborted } from '../wait.js';

/** Something under way, for any number of callers. */
interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
  /** Aborts it, unless somebody asks again. */
  linger: NodeJS.Timeout | undefined;
}

/** Milliseconds that a flight goes on when all who waited have left. */
const LINGER_MS = 500;

/**
 * Does something once for all who ask while it is under way. Who is aborted leaves at once and alone. When all have left,
 * the task goes on for a moment and is then aborted: where one partition was stopped the next one asks at once, and a
 * refresh token whose answer nobody reads may be lost.
 */
export class SingleFlight<T> {
  readonly #task: (signal: AbortSignal) => Promise<T>;
  readonly #lingerMs: number;
  #flight: Flight<T> | undefined;
  /** Settles when the last flight has landed, an abandoned one too: two never run side by side. */
  #landed: Promise<void> = Promise.resolve();

  /** @param lingerMs milliseconds; default: half a second */
  constructor(task: (signal: AbortSignal) => Promise<T>, lingerMs = LINGER_MS) {
    this.#task = task;
    this.#lingerMs = lingerMs;
  }

  /** @throws what the task throws, or the signal's reason */
  async join(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const flight = (this.#flight ??= this.#start());
    flight.waiting += 1;
    clearTimeout(flight.linger);
    try {
      return await untilAborted(flight.result, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0 && this.#flight === flight) this.#linger(flight, signal.reason);
    }
  }

  #linger(flight: Flight<T>, reason: unknown): void {
    flight.linger = setTimeout(() => {
      this.#flight = undefined;
      flight.controller.abort(reason);
    }, this.#lingerMs);
    // A process that is done does not wait for it.
    flight.linger.unref();
  }

  #start(): Flight<T> {
    const controller = new AbortController();
    const result = this.#landed.then(() => {
      controller.signal.throwIfAborted();
      return this.#task(controller.signal);
    });
    const flight: Flight<T> = { result, controller, waiting: 0, linger: undefined };
    const land = (): void => {
      clearTimeout(flight.linger);
      if (this.#flight === flight) this.#flight = undefined;
    };
    this.#landed = result.then(land, land);
    return flight;
  }
}
