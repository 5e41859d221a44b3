import { parseJson } from '../sdk/parse-json.js';
import type { CheckpointOperation, State } from '../sdk/operations.js';
import { applyMergePatch, type JsonObject } from './merge-patch.js';
import { checkOffer, stateText } from './state-text.js';

/** Values of a state that is copied as an object. */
const FEW = 100;

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
    // A connector may offer one after each row, so the usual one costs neither a look at the clock nor a text.
    if (isFewPlainValues(state)) {
      if (merge) this.#merge(state);
      else this.#keep({ ...state });
      return;
    }
    const startedAt = performance.now();
    checkOffer(state);
    if (merge) this.#merge(state);
    else {
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

  #merge(patch: JsonObject): void {
    this.#value ??= this.#text === null ? {} : (parseJson(this.#text) as JsonObject);
    applyMergePatch(this.#value, patch);
    this.#text = null;
  }

  #keep(value: JsonObject): void {
    this.#value = value;
    this.#text = null;
  }
}

/** Whether a state is a few values that JSON can say, with nothing inside of them, so that a copy of its fields will do. */
function isFewPlainValues(state: unknown): state is JsonObject {
  if (typeof state !== 'object' || state === null) return false;
  const prototype: unknown = Object.getPrototypeOf(state);
  // A class may say by toJSON what its objects are.
  if (prototype !== Object.prototype && prototype !== null) return false;
  let count = 0;
  for (const key in state) {
    const value = (state as JsonObject)[key];
    const isPlain = typeof value === 'string' || value === null || Number.isFinite(value);
    count += 1;
    if (!isPlain || count > FEW) return false;
  }
  return true;
}

/** A state as the connector gets it: a copy of its own. */
export function stateOf(text: string | null): State {
  return text === null ? {} : (parseJson(text) as State);
}
