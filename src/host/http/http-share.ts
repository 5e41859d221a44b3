import type { HttpAuth } from '../../sdk/auth.js';
import type { HttpOptions } from '../../sdk/http.js';
import type { Logger } from '../../sdk/logger.js';
import { jsonText } from '../../targets/values/json-text.js';
import { Agents } from './agents.js';
import type { Authenticator } from './auth/authenticator.js';
import { RateLimitPause } from './rate-limit-pause.js';
import { RecentlyUsed } from './recently-used.js';

/** Clients that differ in whom they ask, or as whom, are few; a connector that makes ever new ones must not fill memory. */
const KEPT = 100;

/**
 * What the HTTP clients of all instances of one opened connector have in common. A run has an instance for each partition
 * and each retry: they share connections, credentials that were got, and the pauses that the API asks for. It belongs to
 * no instance, so nothing here ends when one of them is stopped.
 */
export class HttpShare {
  readonly agents = new Agents();
  readonly #authenticators = new RecentlyUsed<Authenticator>(KEPT);
  /** By the author's own object: what its functions have closed over belongs to the instance that made them. */
  readonly #custom = new WeakMap<HttpAuth, Authenticator>();
  readonly #pauses = new RecentlyUsed<RateLimitPause>(KEPT);

  /** How many of each kind are kept. */
  get sizes(): { readonly authenticators: number; readonly pauses: number } {
    return { authenticators: this.#authenticators.size, pauses: this.#pauses.size };
  }

  /**
   * The authenticator of all clients that get the same credentials for the same origin in the same way.
   * @param make called where there is none yet; what it throws passes through
   */
  authenticator(
    options: HttpOptions & { readonly auth: HttpAuth },
    make: () => Authenticator,
  ): Authenticator {
    const { auth, tls, retry, timeoutSeconds, deadlineSeconds, maxResponseBytes } = options;
    if (auth.type === 'custom') {
      const made = this.#custom.get(auth) ?? make();
      this.#custom.set(auth, made);
      return made;
    }
    const way = [tls, retry, timeoutSeconds, deadlineSeconds, maxResponseBytes];
    const key = jsonText([originOf(options), auth, way]);
    // A login whose body is no JSON is like no other.
    return key === undefined ? make() : this.#authenticators.get(key, make);
  }

  /**
   * The pause of all clients that ask the same origin as the same user, under the same limit of their own.
   * @param maxSeconds see {@link RateLimitPause}
   */
  pause(options: HttpOptions, maxSeconds: number, logger: Logger): RateLimitPause {
    const { auth, rateLimit } = options;
    const make = (): RateLimitPause => new RateLimitPause(maxSeconds, logger);
    const user = auth?.type === 'custom' ? auth.type : auth;
    const key = jsonText([originOf(options), user, rateLimit, maxSeconds]);
    return key === undefined ? make() : this.#pauses.get(key, make);
  }
}

/** Undefined: whatever the client asks first. */
function originOf({ baseURL }: HttpOptions): string | undefined {
  return baseURL !== undefined && URL.canParse(baseURL) ? new URL(baseURL).origin : undefined;
}
