import { parseJson } from '../sdk/parse-json.js';
import type { CheckpointOperation, State } from '../sdk/operations.js';
import { applyMergePatch, type JsonObject } from './merge-patch.js';
import { checkOffer, stateText } from './state-text.js';

/**
 * The state that a connector offered last. A whole state is copied when it is offered, so that the connector may go on
 * changing its object: as text, or as an object where there is nothing inside of it to change, since most states are a
 * few cursors and few of them are ever saved. A patch is merged into a copy, so that a small change of a large state is
 * cheap.
 */
export class OfferedState {
  /** The newest state as text; null: not made yet, or there is none. */
  #text: string | null;
  /** A copy of the newest state; undefined: it is kept as text only. */
  #value: JsonObject | undefined;
  #offers = 0;
  #seconds = 0;

  /** @param saved the state at the start, as JSON text; null: none */
  constructor(saved: string | null) {
    this.#text = saved;
  }

  /** Offers so far. */
  get offers(): number {
    return this.#offers;
  }

  /** Whether there is a state to go on from. */
  get hasState(): boolean {
    if (this.#value !== undefined) return Object.keys(this.#value).length > 0;
    return this.#text !== null && this.#text !== '{}';
  }

  /** Seconds spent copying states. */
  get seconds(): number {
    return this.#seconds;
  }

  /** @throws ConnectorError STATE_INVALID */
  offer({ state, merge }: CheckpointOperation): void {
    this.#offers += 1;
    const startedAt = performance.now();
    checkOffer(state);
    if (merge) {
      this.#value ??= this.#text === null ? {} : (parseJson(this.#text) as JsonObject);
      applyMergePatch(this.#value, state);
      this.#text = null;
    } else if (isFlat(state)) {
      this.#value = { ...state };
      this.#text = null;
    } else {
      this.#text = stateText(state);
      this.#value = undefined;
    }
    this.#seconds += (performance.now() - startedAt) / 1000;
  }

  /** JSON text of the state offered last; null: none is there. */
  get text(): string | null {
    if (this.#text === null && this.#value !== undefined) this.#text = stateText(this.#value);
    return this.#text;
  }
}

/** Whether a checked state holds nothing but plain values, so that a copy of its fields is a copy of all of it. */
function isFlat(state: State): boolean {
  const prototype: unknown = Object.getPrototypeOf(state);
  // A class may say by toJSON what its objects are.
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const key in state) if (typeof state[key] === 'object' && state[key] !== null) return false;
  return true;
}

/** A state as the connector gets it: a copy of its own. */
export function stateOf(text: string | null): State {
  return text === null ? {} : (parseJson(text) as State);
}
