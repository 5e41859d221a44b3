import { onAbort } from '../../sdk/on-abort.js';

/** A signal that aborts with the first of two, and the way to let go of them again. */
export interface LinkedSignal {
  readonly signal: AbortSignal;
  /** Called when the request is over: removes the listeners. */
  readonly unlink: () => void;
}

/** AbortSignal.any would stay listed at the run's signal for as long as the run lasts. */
export function linkSignals(run: AbortSignal, own: AbortSignal | undefined): LinkedSignal {
  if (own === undefined || own === run) return { signal: run, unlink: () => undefined };
  const both = new AbortController();
  const sources = [run, own];
  const stop = (): void => both.abort(sources.find(({ aborted }) => aborted)?.reason);
  const links = sources.map((source) => onAbort(source, stop));
  if (sources.some(({ aborted }) => aborted)) stop();
  return {
    signal: both.signal,
    unlink: () => {
      for (const letGo of links) letGo();
    },
  };
}

/**
 * Links signals that serve many requests, one after the other, with the run's: once each, until they abort. They must,
 * or the run's signal keeps the listener.
 */
export class SignalLinks {
  readonly #run: AbortSignal;
  readonly #linked = new WeakMap<AbortSignal, LinkedSignal>();

  constructor(run: AbortSignal) {
    this.#run = run;
  }

  /** A signal that aborts with the first of the two. There is nothing to unlink when a request is over. */
  with(own: AbortSignal): LinkedSignal {
    let link = this.#linked.get(own);
    if (!link) {
      const { signal, unlink } = linkSignals(this.#run, own);
      if (own.aborted) unlink();
      else own.addEventListener('abort', unlink, { once: true });
      this.#linked.set(own, (link = { signal, unlink: () => undefined }));
    }
    return link;
  }
}
