import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';

/** One request, ready to be sent. A try changes its own copy of the headers and the URL. */
export interface HttpRequest {
  /** In upper case. */
  readonly method: string;
  readonly url: URL;
  readonly headers: Record<string, string>;
  /** A stream can be sent once only. */
  readonly body: Uint8Array | Readable | undefined;
}

/** What came back, decompressed. */
export interface HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Where it came from, after redirects. */
  readonly url: URL;
}
