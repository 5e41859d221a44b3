import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { parseJson } from '../../sdk/parse-json.js';

/** A request as the server saw it. */
export interface FakeRequest {
  /** From 1, for each path. */
  readonly number: number;
  readonly method: string;
  readonly path: string;
  /** Path and query as they were sent. */
  readonly target: string;
  /** Decoded. A parameter that came more than once is a list. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  readonly headers: IncomingHttpHeaders;
  /** JSON and forms are parsed, anything else is text; undefined: there was none. */
  readonly body: unknown;
  /** Milliseconds since the server started. */
  readonly at: number;
  /** Of the answer; undefined as long as there is none. */
  readonly status: number | undefined;
}

/** Reads the whole request. Rejects when the client leaves before its end. */
export async function readRequest(
  message: IncomingMessage,
  numbers: { count(path: string): number; now(): number },
): Promise<FakeRequest & { status: number | undefined }> {
  const at = numbers.now();
  const target = message.url ?? '/';
  const { pathname: path, searchParams } = new URL(target, 'http://localhost');
  const number = numbers.count(path);
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return {
    number,
    method: message.method ?? 'GET',
    path,
    target,
    query: asRecord(searchParams),
    headers: message.headers,
    body: parseBody(Buffer.concat(chunks).toString(), message.headers['content-type'] ?? ''),
    at,
    status: undefined,
  };
}

function parseBody(text: string, contentType: string): unknown {
  if (text === '') return undefined;
  if (contentType.startsWith('application/x-www-form-urlencoded')) return asRecord(new URLSearchParams(text));
  if (!/^application\/(?:[\w.+-]+\+)?json\b/.test(contentType)) return text;
  try {
    return parseJson(text);
  } catch {
    // What is no JSON is shown as it came, for the test to see.
    return text;
  }
}

function asRecord(params: URLSearchParams): Record<string, string | readonly string[]> {
  const names = [...new Set(params.keys())];
  return Object.fromEntries(
    names.map((name) => {
      const values = params.getAll(name);
      return [name, values.length === 1 ? (values[0] as string) : values];
    }),
  );
}
