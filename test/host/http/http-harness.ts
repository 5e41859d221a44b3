import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Server as NetServer } from 'node:net';
import { afterEach } from '@jest/globals';
import { createHttpFactory } from '../../../src/host/http/create-http.js';
import type { HttpEnvironment } from '../../../src/host/http/http-environment.js';
import type { HttpShare } from '../../../src/host/http/http-share.js';
import type { HostError } from '../../../src/sdk/errors.js';
import type { HttpClient, HttpOptions } from '../../../src/sdk/http.js';

export const SECRET = 's3cr3t-t0ken';

const open: (NetServer & { closeAllConnections?: () => void })[] = [];

afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections?.();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Lets a server listen until the test is over. */
export async function listen(server: NetServer): Promise<number> {
  open.push(server);
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** @param answer called with each request, and how many came before it */
export async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, count: number) => void,
): Promise<string> {
  let count = 0;
  return `http://127.0.0.1:${await listen(createServer((request, response) => answer(request, response, count++)))}`;
}

/** What was asked of a server made by serveEcho. */
export interface Echo {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly port: number;
}

/** A server that tells what was asked of it. */
export async function serveEcho(): Promise<string> {
  return serve((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers, socket } = request;
      const body = Buffer.concat(chunks).toString('latin1');
      response.setHeader('Content-Type', 'application/json');
      response.end(JSON.stringify({ method, url, headers, body, port: socket.remotePort }));
    });
  });
}

/** What a test may change of a client's surroundings. */
export type TestEnvironment = Partial<HttpEnvironment> & {
  readonly lines?: string[];
  /** What it has in common with others. */
  readonly share?: HttpShare;
};

/** The function behind context.createHttp, with waits that are short. */
export function factory({ lines = [], share, ...given }: TestEnvironment = {}): (
  options?: HttpOptions,
) => HttpClient {
  const log = (line: string): void => void lines.push(line);
  const environment = {
    userAgent: 'test-agent/1',
    signal: new AbortController().signal,
    logger: { debug: log, info: log, warn: log, error: log },
    redact: (text: string) => text.replaceAll(SECRET, '***'),
    addSecret: () => undefined,
    stateFolder: '.host',
    connectorId: 'test',
    ...given,
  };
  const create = createHttpFactory(environment, share);
  return (options = {}) => create({ ...options, retry: { baseSeconds: 0.01, ...options.retry } });
}

export function client(options: HttpOptions = {}, environment: TestEnvironment = {}): HttpClient {
  return factory(environment)(options);
}

export async function failureOf(request: Promise<unknown>): Promise<HostError> {
  return request.then(
    () => {
      throw new Error('the request did not fail');
    },
    (error: unknown) => error as HostError,
  );
}
