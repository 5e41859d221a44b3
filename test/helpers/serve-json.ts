import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll } from '@jest/globals';

const servers: Server[] = [];
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** One request as the function behind {@link serveJson} sees it. */
export interface JsonRequest {
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  /** The JSON body; undefined where there is none. */
  readonly body: unknown;
  /** Counted from 1. */
  readonly number: number;
}

/** What to answer: a body alone, or more. */
export type JsonAnswer =
  | { readonly json: unknown; readonly status?: number; readonly headers?: Readonly<Record<string, string>> }
  | undefined;

/** A server on loopback that answers each request with what a function says; no answer for undefined. */
export async function serveJson(
  answer: (request: JsonRequest) => JsonAnswer | Promise<JsonAnswer>,
): Promise<{ readonly url: string; readonly requests: JsonRequest[] }> {
  const requests: JsonRequest[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      const url = new URL(request.url ?? '/', 'http://localhost');
      const seen: JsonRequest = {
        path: url.pathname,
        query: url.searchParams,
        headers: request.headers,
        body: text === '' ? undefined : (JSON.parse(text) as unknown),
        number: requests.length + 1,
      };
      requests.push(seen);
      void Promise.resolve(answer(seen)).then((given) => {
        if (!given) return;
        response.writeHead(given.status ?? 200, { 'Content-Type': 'application/json', ...given.headers });
        response.end(JSON.stringify(given.json));
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  servers.push(server);
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}
