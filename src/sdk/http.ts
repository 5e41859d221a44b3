import type { AxiosInstance } from 'axios';
import type { HttpAuth } from './auth.js';

/** How the body of an answer is read. */
export type BodyFormat = 'json' | 'ndjson' | 'csv';

/** At most so many requests begin in any stretch of so many seconds. */
export interface RateLimit {
  /** At least 1. */
  readonly requests: number;
  readonly perSeconds: number;
}

/** How often, and how patiently, a failed request is sent again. */
export interface RetryOptions {
  /** Requests sent at most, the first one included. 1: no retries. Default 5. */
  readonly tries?: number;
  /** Seconds waited at most between all tries together; a longer Retry-After ends the request. Default 60. */
  readonly seconds?: number;
  /** The first wait is between 0 and so many seconds; each later one may be twice as long. Default 0.5. */
  readonly baseSeconds?: number;
}

/** Certificates for TLS, as PEM text. NODE_EXTRA_CA_CERTS adds authorities for the whole process. */
export interface TlsOptions {
  /** Authorities that are trusted instead of the well-known ones. */
  readonly ca?: string;
  /** The client's certificate, with its chain. */
  readonly cert?: string;
  /** The client's private key. */
  readonly key?: string;
  /** Opens the private key. */
  readonly passphrase?: string;
}

/** How a client of `context.createHttp` differs from `context.http`. */
export interface HttpOptions {
  /** Put before relative URLs. Its origin is the only one that the client asks, besides `allowedOrigins`. */
  readonly baseURL?: string;
  /** Sent with every request. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Credentials, put on every request. Default: none. */
  readonly auth?: HttpAuth;
  /** Seconds without a byte of the answer after which a try fails. Default 30. */
  readonly timeoutSeconds?: number;
  /** Seconds that one try may take from its start to the last byte of the answer. Default: ten times `timeoutSeconds`. */
  readonly deadlineSeconds?: number;
  /** Bytes of an answer at most, after decompression. Default 256 MiB. An answer read as a stream has no limit. */
  readonly maxResponseBytes?: number;
  /** Origins besides the own one that requests, redirects and next links may go to, credentials included. */
  readonly allowedOrigins?: readonly string[];
  /**
   * True: every request may be sent again, whatever its method. False (the default): GET, HEAD, OPTIONS, PUT and
   * DELETE may; POST and PATCH only after an answer that says nothing was done: 429, or 503 with Retry-After.
   */
  readonly retrySafe?: boolean;
  readonly retry?: RetryOptions;
  /** Shared by all clients of the connector in this process that have the same limit. */
  readonly rateLimit?: RateLimit;
  readonly tls?: TlsOptions;
  /** How a list in `params` is written: `a=1&a=2`, `a[]=1&a[]=2` (the default), `a[0]=1&a[1]=2` or `a=1,2`. */
  readonly arrayFormat?: 'repeat' | 'brackets' | 'indices' | 'comma';
}

/** What a request may say besides what axios knows. */
export interface HttpRequestOptions {
  /** Overrides the client's `retrySafe` for this request. */
  readonly retrySafe?: boolean;
  /**
   * Reads the body by this format, strictly: JSON as `parseJson` does, NDJSON as a list of values, CSV with a header as
   * a list of rows of text. A body that is something else fails the request; one that breaks off is asked for again.
   * Absent: JSON is parsed where it is JSON, and anything else is text, as axios does it.
   */
  readonly decode?: BodyFormat;
  /** Where the URL of this request was found: it must lie on the same origin, or on one of `allowedOrigins`. */
  readonly linkedFrom?: string;
}

/** What an answer has besides what axios knows. */
export interface HttpResponseFacts {
  /** Reads the body once more, into new objects; where the request says `decode`. */
  readonly parseAgain?: () => unknown;
  /** Where the answer came from, after redirects. */
  readonly url?: string;
}

declare module 'axios' {
  // Axios keeps what it does not know, so these reach the client.
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- an interface can be merged in this way only
  interface AxiosRequestConfig extends HttpRequestOptions {}
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type
  interface AxiosResponse extends HttpResponseFacts {}
}

/**
 * An axios instance that stops with the run, sends the plugin's user agent, tries again what may pass by itself, keeps
 * credentials on their own origin, and fails with errors that say who must act: 401 and 403 are an AuthError, 429, 5xx
 * and network faults a TransientError, every other 4xx a ConfigError.
 */
export type HttpClient = AxiosInstance;
