import { isSameStep, type Page, type Step } from './step.js';

/** A request under way. */
interface Started {
  readonly step: Step;
  readonly page: Promise<Page>;
  readonly stop: AbortController;
}

/** Requests that are under way before their pages are wanted. */
export class ReadAhead {
  readonly #read: (step: Step, signal: AbortSignal) => Promise<Page>;
  readonly #started: Started[] = [];
  /** Of requests that are over. Each takes the place of one to be made and linked, which costs a part of a page. */
  readonly #spare: AbortController[] = [];

  constructor(read: (step: Step, signal: AbortSignal) => Promise<Page>) {
    this.#read = read;
  }

  /** Starts a request, unless it is under way. */
  start(step: Step): Promise<Page> {
    const underWay = this.#started.find((started) => isSameStep(started.step, step));
    if (underWay) return underWay.page;
    const stop = this.#spare.pop() ?? new AbortController();
    const page = this.#read(step, stop.signal);
    // Whoever takes the page hears of a failure; one that nobody takes is none.
    page.catch(() => undefined);
    this.#started.push({ step, page, stop });
    return page;
  }

  /** The page of a step. What was started before it for other steps turns out not to be needed, and ends. */
  async take(step: Step): Promise<Page> {
    const page = this.start(step);
    const index = this.#started.findIndex((started) => started.page === page);
    for (const { stop } of this.#started.splice(0, index)) stop.abort();
    try {
      return await page;
    } finally {
      const done = this.#started.shift();
      if (done) this.#spare.push(done.stop);
    }
  }

  /** Ends every request that is under way, and lets whoever listens for the next ones know that none comes. */
  stop(): void {
    for (const { stop } of this.#started.splice(0)) stop.abort();
    for (const stop of this.#spare.splice(0)) stop.abort();
  }
}
