import { ConfigError } from '../../sdk/errors.js';

/** What a client may ask, as its options say it. */
export interface OriginRules {
  readonly baseURL?: string | undefined;
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Whether requests carry credentials, or headers that may be some. */
  readonly hasCredentials: boolean;
}

/** Keeps the requests of one client on origins that may see its credentials. */
export class OriginGuard {
  readonly #allowed: ReadonlySet<string>;
  readonly #isBound: boolean;
  /** Undefined: the first request decides, where the client is bound at all. */
  #own: string | undefined;

  /** @throws ConfigError for an allowed origin that is none */
  constructor({ baseURL, allowedOrigins = [], hasCredentials }: OriginRules) {
    this.#allowed = new Set(allowedOrigins.map((text, index) => originOf(text, index + 1)));
    this.#isBound = baseURL !== undefined || hasCredentials;
    this.#own = baseURL !== undefined && URL.canParse(baseURL) ? new URL(baseURL).origin : undefined;
  }

  /**
   * Called once for each request, before anything is sent.
   *
   * @param linkedFrom where the URL was found
   * @throws ConfigError
   */
  assertRequest(name: () => string, url: URL, linkedFrom?: URL): void {
    if (this.#isBound) {
      this.#own ??= url.origin;
      if (!this.#mayGo(this.#own, url)) {
        throw refusal(`${name()} is not sent: this client asks ${this.#own} only, not ${url.origin}`, url);
      }
    }
    if (linkedFrom && !this.#mayGo(linkedFrom.origin, url)) {
      throw refusal(
        `${name()} is not sent: the link was found at ${linkedFrom.origin} and leads to ${url.origin}`,
        url,
      );
    }
  }

  /**
   * Called for each redirect that is to be followed.
   * @throws ConfigError
   */
  assertRedirect(name: () => string, from: URL, to: URL): void {
    if (this.#mayGo(from.origin, to)) return;
    if (from.protocol === 'http:' && to.protocol === 'https:' && from.hostname === to.hostname) {
      throw new ConfigError(`${name()} is redirected from ${from.origin} to ${to.origin}`, {
        code: 'HTTP_REFUSED',
        action: `Write the address with ${to.origin}: over http, credentials go in clear text before the redirect.`,
      });
    }
    throw refusal(`${name()} is redirected from ${from.origin} to another origin, ${to.origin}`, to);
  }

  #mayGo(from: string, to: URL): boolean {
    return to.origin === from || this.#allowed.has(to.origin);
  }
}

function refusal(message: string, { origin }: URL): ConfigError {
  return new ConfigError(message, {
    code: 'HTTP_REFUSED',
    action: `Add ${origin} to allowed_origins / allowedOrigins if it may have your credentials, or ask it directly.`,
  });
}

function originOf(text: string, number: number): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // The origin of anything else is "null", which would match every other such URL.
  if (url && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  throw new ConfigError(`allowedOrigins: item ${number} is not an origin`, {
    action: 'Write it with its scheme and without a path, for example https://files.example.com.',
  });
}
