import type { AuthRequest } from '../../../sdk/auth.js';
import type { HttpAnswer, HttpRequest } from '../http-request.js';

/** Puts credentials on requests. Clients of many instances may share one; requests may be under way at the same time. */
export interface Authenticator {
  /**
   * Called before each try, with headers and a URL that belong to that try alone.
   *
   * @returns what was put on it, for `refresh`; undefined where credentials never change
   * @throws AuthError, ConfigError or TransientError when no credentials can be had
   */
  authorize(request: AuthRequest, signal: AbortSignal): unknown;

  /**
   * Called once for a request that was answered with 401 or 403.
   *
   * @param used what `authorize` returned for the refused try. Where it is no longer in use, another request has got
   *   new credentials in the meantime, and none are asked for.
   * @returns true when a try with the credentials there are now is worth while
   */
  refresh?(used: unknown, signal: AbortSignal): Promise<boolean>;
}

/** An answer to a request of an authenticator's own. */
export interface CredentialAnswer extends HttpAnswer {
  /** ` (after 5 tries)`, to be put behind what is said of it; absent or empty where it was the first one. */
  readonly afterTries?: string;
}

/** What an authenticator needs from the host. */
export interface AuthEnvironment {
  /**
   * Sends a request of the authenticator's own (a login, a token), without credentials of the client but with its
   * timeouts, retries, proxy and certificates. Answers of any status are returned.
   * @throws HostError for everything that is no answer
   */
  readonly send: (request: HttpRequest, signal: AbortSignal, retrySafe: boolean) => Promise<CredentialAnswer>;
  /** Registers a text that must never be shown: a token that was got. */
  readonly addSecret: (secret: string) => void;
  /** Hides secrets in messages. */
  readonly redact: (text: string) => string;
  /** Folder `.host` of the plugin, where rotated tokens are kept. Need not exist. */
  readonly stateFolder: string;
}
