import { AuthError } from '../../../sdk/errors.js';
import { SingleFlight } from './single-flight.js';

/** Credentials that were got. */
export interface GotCredentials {
  /** Milliseconds of the clock; Infinity: until they are refused. */
  readonly goodUntil: number;
}

/**
 * Keeps the credentials that requests share, and gets others when they expire or are refused. Who was refused with
 * credentials that are no longer in use is sent on with those that are, so any number of refusals at once cost one
 * renewal. An AuthError is final: asking again could lock an account.
 */
export class RenewedCredentials<T extends GotCredentials> {
  readonly #renewal: SingleFlight<T>;
  #current: T | undefined;
  #failure: AuthError | undefined;

  constructor(renew: (signal: AbortSignal) => Promise<T>) {
    this.#renewal = new SingleFlight(async (signal) => {
      try {
        return (this.#current = await renew(signal));
      } catch (error) {
        if (error instanceof AuthError) this.#failure = error;
        throw error;
      }
    });
  }

  /** Those in use, or new ones. */
  async get(signal: AbortSignal): Promise<T> {
    if (this.#failure) throw this.#failure;
    const current = this.#current;
    return current && Date.now() < current.goodUntil ? current : this.#renewal.join(signal);
  }

  /** See {@link Authenticator.refresh}. */
  async refresh(used: unknown, signal: AbortSignal): Promise<boolean> {
    // Dropped first, so that requests that begin now wait for the new ones.
    if (used === this.#current) this.#current = undefined;
    await this.get(signal);
    return true;
  }
}
