import { createServer, request as httpRequest, type IncomingHttpHeaders, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { expect } from '@jest/globals';
import { Redactor } from '../../../../src/host/redactor.js';
import type { AuthEnvironment, Authenticator } from '../../../../src/host/http/auth/authenticator.js';
import type { HttpAnswer, HttpRequest } from '../../../../src/host/http/http-request.js';
import { AuthError, TransientError } from '../../../../src/sdk/errors.js';

/** A request as the server got it. */
export interface Received {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What the server answers; an object is sent as JSON. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly body?: unknown;
  /** Milliseconds. */
  readonly after?: number;
}

/** A server on the loopback that notes what it gets and answers by a function. */
export class AuthServer {
  readonly received: Received[] = [];
  reply: (request: Received) => Reply | Promise<Reply> = () => ({});
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => {
      void (async () => {
        let body = '';
        for await (const chunk of request) body += String(chunk);
        const { method = '', url: path = '', headers } = request;
        const received = { method, path, headers, body };
        this.received.push(received);
        const reply = await this.reply(received);
        if (reply.after) await new Promise((resolve) => setTimeout(resolve, reply.after));
        const isText = typeof reply.body === 'string';
        response.writeHead(reply.status ?? 200, {
          'content-type': isText ? 'text/html' : 'application/json',
          ...reply.headers,
        });
        response.end(isText ? reply.body : JSON.stringify(reply.body ?? {}));
      })();
    });
  }

  static async start(): Promise<AuthServer> {
    const server = new AuthServer();
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** What came to a path. */
  to(path: string): Received[] {
    return this.received.filter((request) => request.path.split('?')[0] === path);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** An environment with a redactor and a folder of its own. */
export class TestEnvironment implements AuthEnvironment {
  readonly #redactor = new Redactor();
  /** What was registered. */
  readonly secrets = new Set<string>();

  private constructor(readonly stateFolder: string) {}

  static async create(): Promise<TestEnvironment> {
    return new TestEnvironment(join(await mkdtemp(join(tmpdir(), 'auth-')), '.host'));
  }

  async remove(): Promise<void> {
    await rm(join(this.stateFolder, '..'), { recursive: true, force: true });
  }

  readonly send = sendOverHttp;
  readonly addSecret = (secret: string): void => {
    this.secrets.add(secret);
    this.#redactor.addSecret(secret);
  };
  readonly redact = (text: string): string => this.#redactor.redact(text);
}

/** One try, without retries. */
function sendOverHttp({ method, url, headers, body }: HttpRequest, signal: AbortSignal): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (error: NodeJS.ErrnoException): void =>
      reject(
        signal.aborted
          ? (signal.reason as Error)
          : new TransientError(`${method} ${url.origin}${url.pathname} failed (${error.code ?? ''})`, {
              code: 'SOURCE_UNAVAILABLE',
            }),
      );
    const request = httpRequest(url, { method, headers, signal, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', fail);
      response.on('end', () => {
        const { statusCode: status = 0, statusMessage: statusText = '' } = response;
        resolve({ status, statusText, headers: response.headers, body: Buffer.concat(chunks), url });
      });
    });
    request.on('error', fail);
    request.end(body);
  });
}

/** What a client does for one request: a try, one refresh where it is refused, and another try. */
export async function get(
  authenticator: Authenticator,
  address: string,
  signal: AbortSignal = new AbortController().signal,
): Promise<HttpAnswer> {
  for (let tries = 1; ; tries += 1) {
    const url = new URL(address);
    const headers: Record<string, string> = {};
    const used = await authenticator.authorize({ method: 'GET', url, headers }, signal);
    const answer = await sendOverHttp({ method: 'GET', url, headers, body: undefined }, signal);
    if (answer.status !== 401 && answer.status !== 403) return answer;
    if (tries > 1 || !(await authenticator.refresh?.(used, signal))) {
      throw new AuthError(`GET ${url.origin}${url.pathname} answered ${answer.status}`);
    }
  }
}

/** What a promise is rejected with; everything that an error could show is searched for secrets. */
export async function failureOf(promise: unknown, ...secrets: string[]): Promise<Error> {
  const error = await Promise.resolve(promise).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof Error)) throw new Error(`nothing was thrown, but ${String(error)}`);
  expectNoSecrets(error, ...secrets);
  return error;
}

/** What a function throws; see {@link failureOf}. */
export function thrownBy(make: () => unknown, ...secrets: string[]): Promise<Error> {
  return failureOf(Promise.resolve().then(make), ...secrets);
}

function expectNoSecrets(error: Error, ...secrets: string[]): void {
  const shown = inspect(error, { depth: 10, showHidden: true }) + JSON.stringify(error) + String(error.stack);
  for (const secret of secrets) {
    for (const form of [secret, encodeURIComponent(secret)]) {
      expect(shown).not.toContain(form);
      // In base64, whatever stands before it.
      for (const before of ['', ':', '::']) {
        const base64 = Buffer.from(before + form).toString('base64');
        expect(shown).not.toContain(base64.slice(before === '' ? 0 : 4).slice(0, -4));
      }
    }
  }
}
