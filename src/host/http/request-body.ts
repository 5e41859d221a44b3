import { PassThrough, Readable } from 'node:stream';
import { types } from 'node:util';
import { ConnectorError } from '../../sdk/errors.js';

/** A body as it is sent. */
export interface RequestBody {
  readonly body: Uint8Array | Readable | undefined;
  /** Its type where the body itself decides: a form has a boundary. */
  readonly contentType?: string;
}

/**
 * Makes what is sent of what axios' transformRequest left.
 * @throws ConnectorError for what is no body
 */
export function requestBody(data: unknown): RequestBody | Promise<RequestBody> {
  if (data === undefined || data === null || data === '') return { body: undefined };
  if (typeof data === 'string') return { body: Buffer.from(data) };
  if (data instanceof Uint8Array) return { body: data };
  if (ArrayBuffer.isView(data))
    return { body: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  if (types.isArrayBuffer(data)) return { body: new Uint8Array(data) };
  if (data instanceof Readable) return { body: data };
  if (isOldStream(data)) return { body: data.pipe(new PassThrough()) };
  if (data instanceof FormData || data instanceof Blob || data instanceof ReadableStream)
    return encoded(data);
  throw new ConnectorError(`a body must be text, bytes, a form or a stream, not ${typeof data}`);
}

/** The platform knows how to write its own kinds of bodies. */
async function encoded(data: FormData | Blob | ReadableStream): Promise<RequestBody> {
  const response = new Response(data);
  const contentType = response.headers.get('content-type');
  const body = new Uint8Array(await response.arrayBuffer());
  return { body, ...(contentType === null ? {} : { contentType }) };
}

/** Streams older than Readable, such as forms of the package form-data. */
function isOldStream(data: unknown): data is Pick<Readable, 'pipe'> {
  return typeof data === 'object' && data !== null && 'pipe' in data && typeof data.pipe === 'function';
}
