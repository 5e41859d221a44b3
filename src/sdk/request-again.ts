import type { AxiosRequestConfig, AxiosResponse, InternalAxiosRequestConfig } from 'axios';

/** Behind this key a client of the host has its {@link RequestAgain}; registered, so that copies of this package agree. */
export const REQUEST_AGAIN = Symbol.for('connector-host.requestAgain');

/** What the next request differs by. */
export interface NextRequest extends Pick<AxiosRequestConfig, 'params' | 'linkedFrom' | 'validateStatus'> {
  readonly url: string;
  /** Ends the request. May serve many, one after the other, and aborts when no other follows. */
  readonly signal: AbortSignal;
}

/**
 * Sends a request like one that was answered, past what axios does for every request: the next page of a read differs
 * by its address only.
 *
 * @param answered the config in the answer to the first request
 * @returns undefined where only axios can do it: for a request with a body, and where the defaults or the interceptors
 *   of the client were changed
 */
export type RequestAgain = (
  answered: InternalAxiosRequestConfig,
  next: NextRequest,
) => Promise<AxiosResponse<unknown>> | undefined;

/** The client's own; undefined for a client that is not the host's. */
export function requestAgainOf(client: object): RequestAgain | undefined {
  return (client as { readonly [REQUEST_AGAIN]?: RequestAgain })[REQUEST_AGAIN];
}
