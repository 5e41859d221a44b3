import { untilAborted } from '../wait.js';

/** Something under way, for any number of callers. */
interface Flight<T> {
  readonly result: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
}

/**
 * Does something once for all who ask while it is under way. Who is aborted leaves at once and alone; when all have
 * left, the task is aborted.
 */
export class SingleFlight<T> {
  readonly #task: (signal: AbortSignal) => Promise<T>;
  #flight: Flight<T> | undefined;
  /** Settles when the last flight has landed, an abandoned one too: two never run side by side. */
  #landed: Promise<void> = Promise.resolve();

  constructor(task: (signal: AbortSignal) => Promise<T>) {
    this.#task = task;
  }

  /** @throws what the task throws, or the signal's reason */
  async join(signal: AbortSignal): Promise<T> {
    signal.throwIfAborted();
    const flight = (this.#flight ??= this.#start());
    flight.waiting += 1;
    try {
      return await untilAborted(flight.result, signal);
    } finally {
      flight.waiting -= 1;
      if (flight.waiting === 0 && this.#flight === flight) {
        this.#flight = undefined;
        flight.controller.abort(signal.reason);
      }
    }
  }

  #start(): Flight<T> {
    const controller = new AbortController();
    const result = this.#landed.then(() => {
      controller.signal.throwIfAborted();
      return this.#task(controller.signal);
    });
    const flight: Flight<T> = { result, controller, waiting: 0 };
    const land = (): void => {
      if (this.#flight === flight) this.#flight = undefined;
    };
    this.#landed = result.then(land, land);
    return flight;
  }
}
