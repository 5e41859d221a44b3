import { setMaxListeners } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { plainAnswer, type Answer } from './answer.js';
import { refusedAnswer, type AuthGate } from './auth-gate.js';
import { checkOptions } from './check-options.js';
import { checkedRoute, routeFor, type CheckedRoute } from './checked-route.js';
import type { FakeApiOptions } from './fake-api-options.js';
import { readRequest, type FakeRequest } from './fake-request.js';
import type { FaultObject } from './fault.js';
import { faultOf } from './fault-script.js';
import { openGate } from './open-gate.js';
import { pageAnswer } from './page-answer.js';
import { RateWindow } from './rate-window.js';
import { sendAnswer } from './send-answer.js';

/** A fake API that runs. */
export interface FakeApi {
  /** Such as `http://127.0.0.1:49152`, without a slash at its end. */
  readonly url: string;
  /** What came, oldest first. Grows as requests come. */
  readonly requests: readonly FakeRequest[];
  /** Every token that was issued: access, refresh and session tokens. */
  readonly tokens: readonly string[];
  /** Rows of a path that were sent in whole and right answers; a row that was sent twice counts twice. */
  served(path: string): number;
  /** Forgets requests, counts, tokens and what was used of the rate limit, as if it had just been started. */
  reset(): void;
  /** Ends all connections at once and frees the port. Rejects with the first error of the server or of a fault function. */
  close(): Promise<void>;
}

/**
 * Starts an API on a free port of 127.0.0.1 that does what its options say, and nothing else.
 *
 * @throws TypeError for options that are unknown or do not go together; each is named. Error where the port is taken
 */
export async function startFakeApi(options: FakeApiOptions): Promise<FakeApi> {
  checkOptions(options);
  const server = new FakeApiServer(options);
  await server.listen();
  return server;
}

interface ServedRoute {
  readonly route: CheckedRoute;
  readonly gate: AuthGate;
}

class FakeApiServer implements FakeApi {
  readonly requests: FakeRequest[] = [];
  readonly tokens: string[] = [];
  readonly #options: FakeApiOptions;
  readonly #server: ReturnType<typeof createServer>;
  readonly #routes: ReadonlyMap<string, ServedRoute>;
  readonly #gates: ReadonlySet<AuthGate>;
  readonly #rate: RateWindow | undefined;
  readonly #counts = new Map<string, number>();
  readonly #served = new Map<string, number>();
  readonly #stop = new AbortController();
  readonly #running = new Set<Promise<void>>();
  readonly #began = performance.now();
  #error: Error | undefined;

  constructor(options: FakeApiOptions) {
    this.#options = options;
    const gate = openGate(options.auth ?? { type: 'none' }, this.tokens);
    this.#routes = new Map(
      Object.entries(options.routes).map(([path, route]) => [
        path,
        { route: checkedRoute(route), gate: route.auth ? openGate(route.auth, this.tokens) : gate },
      ]),
    );
    this.#gates = new Set([gate, ...[...this.#routes.values()].map((each) => each.gate)]);
    this.#rate = options.rateLimit && new RateWindow(options.rateLimit);
    // Every answer that waits listens to the signal.
    setMaxListeners(0, this.#stop.signal);
    const listener = (message: IncomingMessage, response: ServerResponse): void => {
      const running = this.#handle(message, response).finally(() => this.#running.delete(running));
      this.#running.add(running);
    };
    this.#server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#options.tls ? 'https' : 'http'}://127.0.0.1:${port}`;
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(this.#options.port ?? 0, '127.0.0.1', resolve);
    });
  }

  served(path: string): number {
    return this.#served.get(path) ?? 0;
  }

  reset(): void {
    for (const list of [this.requests, this.tokens]) list.length = 0;
    for (const counts of [this.#counts, this.#served]) counts.clear();
    for (const gate of this.#gates) gate.clear();
    this.#rate?.clear();
  }

  async close(): Promise<void> {
    if (!this.#stop.signal.aborted) {
      this.#stop.abort();
      const closed = new Promise((resolve) => this.#server.close(resolve));
      this.#server.closeAllConnections();
      await closed;
    }
    await Promise.all(this.#running);
    if (this.#error !== undefined) throw this.#error;
  }

  async #handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#answer(message, response);
    } catch (error) {
      // A client that left in mid-request, or this server that closes, is no error.
      if (response.destroyed || this.#stop.signal.aborted) return;
      this.#error ??= error instanceof Error ? error : new Error(String(error));
      if (response.headersSent) response.destroy();
      else response.writeHead(500).end(String(error));
    }
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const request = await readRequest(message, {
      count: (path) => this.#count(path),
      now: () => performance.now() - this.#began,
    });
    this.requests.push(request);
    const served = this.#routes.get(request.path);
    const wait = async (ms: number): Promise<void> => {
      await sleep(ms, undefined, { signal: this.#stop.signal });
    };
    const latency = served?.route.latencyMs ?? this.#options.latencyMs ?? 0;
    if (latency > 0) await wait(latency);
    const endpoint = this.#endpointOf(request);
    const fault = faultOf(endpoint ? this.#options.authFaults : served?.route.faults, request);
    const pass = this.#rate?.take(performance.now());
    const answer = pass?.refusal ?? endpoint?.answer(request) ?? this.#routeAnswer(served, request, fault);
    const sent = sendAnswer({
      response,
      answer: { ...answer, headers: { ...pass?.headers, ...answer.headers } },
      fault,
      target: request.target,
      sleep: wait,
    });
    request.status = sent.status;
    this.#served.set(request.path, this.served(request.path) + sent.rows);
    await sent.done;
  }

  #routeAnswer(
    served: ServedRoute | undefined,
    request: FakeRequest,
    fault: FaultObject | undefined,
  ): Answer {
    if (!served) return plainAnswer(404, { error: 'there is no such path' });
    const { route, gate } = served;
    const auth = route.auth ?? this.#options.auth ?? { type: 'none' };
    if (!gate.admits(request)) {
      const { refusal = 401, echoes = false } = auth.type === 'none' ? {} : auth;
      return refusedAnswer(request, refusal, echoes);
    }
    return pageAnswer({ route: routeFor(route, request), request, origin: this.url, fault });
  }

  #endpointOf({ path }: FakeRequest): AuthGate['endpoint'] {
    return [...this.#gates].find(({ endpoint }) => endpoint?.path === path)?.endpoint;
  }

  #count(path: string): number {
    const count = (this.#counts.get(path) ?? 0) + 1;
    this.#counts.set(path, count);
    return count;
  }
}
