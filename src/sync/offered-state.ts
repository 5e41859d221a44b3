import { parseJson } from '../sdk/parse-json.js';
import type { CheckpointOperation, State } from '../sdk/operations.js';
import { applyMergePatch, type JsonObject } from './merge-patch.js';
import { checkOffer, stateText } from './state-text.js';

/**
 * The state that a connector offered last. A whole state is copied as text when it is offered, so that the connector may
 * go on changing its object; a patch is merged into a copy, so that a small change of a large state is cheap.
 */
export class OfferedState {
  /** Set where the newest offer was a whole state. */
  #text: string | null;
  /** Set as soon as a patch came. */
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
    return this.#value !== undefined || (this.#text !== null && this.#text !== '{}');
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

/** A state as the connector gets it: a copy of its own. */
export function stateOf(text: string | null): State {
  return text === null ? {} : (parseJson(text) as State);
}
