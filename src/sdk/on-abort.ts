import { ShortSet } from './short-set.js';

const known = new WeakMap<AbortSignal, AbortCalls>();

/**
 * Calls back once when a signal aborts; never where it has aborted already. For what comes and goes while the signal stays,
 * such as the requests of a run: a listener of the signal's own points to the one after it even when it is removed, so one
 * that the garbage collector took for old keeps all that follow, and what they know of their requests.
 *
 * @param call throws nothing; calls of one signal have no order
 * @returns lets go of it; may be called again
 */
export function onAbort(signal: AbortSignal, call: () => void): () => void {
  if (signal.aborted) return () => undefined;
  let calls = known.get(signal);
  if (!calls) known.set(signal, (calls = new AbortCalls(signal)));
  const own = calls;
  own.add(call);
  return () => own.delete(call);
}

/** The calls of one signal, which has a listener for as long as there are any. */
class AbortCalls {
  readonly #signal: AbortSignal;
  readonly #calls = new ShortSet<() => void>();

  constructor(signal: AbortSignal) {
    this.#signal = signal;
  }

  add(call: () => void): void {
    if (this.#calls.size === 0) this.#signal.addEventListener('abort', this.#callAll, { once: true });
    this.#calls.add(call);
  }

  delete(call: () => void): void {
    if (!this.#calls.delete(call)) return;
    if (this.#calls.size === 0) this.#signal.removeEventListener('abort', this.#callAll);
  }

  readonly #callAll = (): void => {
    // One call may let go of another.
    for (let call = this.#calls.take(); call; call = this.#calls.take()) call();
  };
}
