import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { HttpAnswer } from './http-request.js';

/** What came before the body. */
export interface ReceivedHead {
  readonly status: number;
  readonly statusText: string;
  readonly headers: IncomingHttpHeaders;
}

/** Longer bodies are joined in memory of their own. */
const MAX_SCRATCH = 4 * 1024 * 1024;
/** Where bodies are joined that become text at once. New memory for each page costs more than copying into this. */
let scratch = Buffer.alloc(0);

/** An answer whose body is joined only when it is asked for. */
export class ReceivedAnswer implements HttpAnswer {
  readonly status: number;
  readonly statusText: string;
  readonly headers: IncomingHttpHeaders;
  readonly #parts: readonly Buffer[];

  /** @param stream the body, where it is handed on while it comes; there are no parts then */
  constructor(
    head: ReceivedHead,
    readonly url: URL,
    parts: readonly Buffer[],
    readonly length: number,
    readonly stream?: Readable,
  ) {
    this.status = head.status;
    this.statusText = head.statusText;
    this.headers = head.headers;
    this.#parts = parts;
  }

  get body(): Buffer {
    const [first] = this.#parts;
    return first && this.#parts.length === 1 ? first : Buffer.concat(this.#parts, this.length);
  }

  /** What `read` makes of the body. The bytes are there during the call only. */
  readBody<T>(read: (bytes: Buffer) => T): T {
    if (this.#parts.length < 2 || this.length > MAX_SCRATCH) return read(this.body);
    if (scratch.length < this.length) growScratch(this.length);
    let end = 0;
    for (const part of this.#parts) end += part.copy(scratch, end);
    return read(scratch.subarray(0, end));
  }

  /** The same answer with another body. */
  withBody(body: Buffer): ReceivedAnswer {
    return new ReceivedAnswer(this, this.url, [body], body.length);
  }

  /** The same answer to a request of another URL: without credentials in its query. */
  from(url: URL): ReceivedAnswer {
    return url === this.url ? this : new ReceivedAnswer(this, url, this.#parts, this.length, this.stream);
  }
}

function growScratch(length: number): void {
  // Never written to, and lost at once: from the size of a block that is freed, glibc learns how much free memory to
  // keep. Otherwise it gives the memory of each page back to the system, which takes a tenth of the time of a read.
  Buffer.allocUnsafeSlow(MAX_SCRATCH);
  scratch = Buffer.allocUnsafeSlow(2 ** Math.ceil(Math.log2(length)));
}
