import type { AxiosInstance } from 'axios';

/** How a client of `context.createHttp` differs from `context.http`. */
export interface HttpOptions {
  /** Put before relative URLs. */
  readonly baseURL?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Credentials for HTTP basic authentication. */
  readonly auth?: { readonly username: string; readonly password: string };
  /** Seconds without an answer after which a request fails with a TransientError. Default 30. */
  readonly timeoutSeconds?: number;
}

/**
 * An axios instance that stops with the run, sends the plugin's user agent, and fails with errors that say who must
 * act: 401 and 403 are an AuthError, 429, 5xx and network faults a TransientError, every other 4xx a ConfigError.
 */
export type HttpClient = AxiosInstance;
