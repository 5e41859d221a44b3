import type { Logger } from '../../sdk/logger.js';
import { ConfigError, type HostError } from '../../sdk/errors.js';
import type { AnswerHead } from './answer-head.js';
import type { Transport } from './agents.js';
import type { Authenticator } from './auth/authenticator.js';
import { decompress } from './decompress.js';
import { explainSendFailure } from './explain-send-failure.js';
import type { FailedTry } from './failed-try.js';
import type { HttpRequest } from './http-request.js';
import type { OriginGuard } from './origin-guard.js';
import type { RateLimitPause } from './rate-limit-pause.js';
import type { RateLimiter } from './rate-limiter.js';
import { redirected } from './redirects.js';
import { isRateLimited, refusal } from './refusal.js';
import { SendFailure } from './send-failure.js';
import { sendRequest, type RawAnswer } from './send-request.js';
import { untilAborted } from './wait.js';
import { withRetries, type RetryLimits } from './with-retries.js';

/** What all requests of one client have in common. */
export interface HttpClientParts {
  readonly transportOf: (url: URL) => Transport | Promise<Transport>;
  readonly guard: OriginGuard;
  readonly retry: RetryLimits;
  readonly maxBytes: number;
  readonly logger: Logger;
  readonly redact: (text: string) => string;
  readonly limiter?: RateLimiter | undefined;
  readonly pause?: RateLimitPause | undefined;
  readonly authenticator?: Authenticator | undefined;
}

/** How one request is sent. */
export interface RequestPlan {
  /** The request, as the start of a sentence: `GET https://host/path`. Redacted. */
  readonly name: () => string;
  readonly signal: AbortSignal;
  readonly idleSeconds: number;
  readonly deadlineSeconds: number;
  readonly isRepeatable: boolean;
  readonly maxRedirects: number;
  /** Whether an answer is a success. */
  readonly accepts: (head: AnswerHead) => boolean;
  /** The body is handed on while it comes. */
  readonly isStream: boolean;
  /** False: the body stays as it was sent. */
  readonly decompress: boolean;
}

/** An answer and what `authorize` put on the request it came for. */
interface Followed {
  readonly answer: RawAnswer;
  readonly used: unknown;
}

/** Methods that may be sent again by themselves. */
export const REPEATABLE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
/** Redirects followed at most. */
export const MAX_REDIRECTS = 5;

/** Said of an http address by the proxy itself, which answers in the place of the server. */
const PROXY_REFUSED = 407;
const NO_CREDENTIALS = new Set([401, 403]);

/** Sends the requests of one client: limits, credentials, redirects, retries. Knows nothing of axios. */
export class HttpClient {
  readonly #parts: HttpClientParts;

  constructor(parts: HttpClientParts) {
    this.#parts = parts;
  }

  /**
   * Sends a request until its answer is read, or it fails for good.
   *
   * @param read makes the result of an accepted answer; a FailedTry of its own counts as one of the request
   * @param giveUp makes a result of the last failed try; by default it is thrown
   * @throws HostError
   */
  async send<T>(
    request: HttpRequest,
    plan: RequestPlan,
    read: (answer: RawAnswer) => T | Promise<T>,
    giveUp = (failed: FailedTry, suffix: string): T => {
      throw failed.toError(suffix);
    },
  ): Promise<T> {
    let mayRefresh = true;
    const isResendable = request.body === undefined || request.body instanceof Uint8Array;
    const attempt = async (): Promise<T> => {
      const { answer, used } = await this.#follow(request, plan);
      this.#parts.pause?.note(answer.headers);
      if (mayRefresh && isResendable && NO_CREDENTIALS.has(answer.status) && !isRateLimited(answer)) {
        mayRefresh = false;
        if (await this.#refresh(used, plan)) return attempt();
      }
      if (plan.accepts(answer)) return read(answer);
      throw refusal(answer, plan.name(), this.#parts.redact);
    };
    const { retry: limits, logger } = this.#parts;
    const log = (line: string): void => logger.info(line);
    return withRetries({ ...plan, limits, isResendable, log }, attempt, giveUp);
  }

  async #refresh(used: unknown, { signal }: RequestPlan): Promise<boolean> {
    const { authenticator } = this.#parts;
    return authenticator?.refresh ? untilAborted(authenticator.refresh(used, signal), signal) : false;
  }

  /** One try: the request, and where its redirects lead. */
  async #follow(first: HttpRequest, plan: RequestPlan): Promise<Followed> {
    let request = first;
    let left = plan.deadlineSeconds * 1000;
    for (let hops = 0; ; hops += 1) {
      const { limiter, pause } = this.#parts;
      if (pause && pause.seconds > 0) await pause.wait(plan.signal);
      if (limiter) await limiter.take(plan.signal);
      const { request: authorized, used } = await this.#authorize(request, plan);
      const begun = performance.now();
      const answer = await this.#exchange(authorized, plan, left);
      left = Math.max(1, left - (performance.now() - begun));
      const next = plan.maxRedirects === 0 ? undefined : redirected(request, answer, plan.name);
      if (!next) return { answer: { ...answer, url: request.url }, used };
      if (hops >= plan.maxRedirects) {
        throw new ConfigError(`${plan.name()} failed: too many redirects`, { code: 'HTTP_REFUSED' });
      }
      this.#parts.guard.assertRedirect(plan.name, request.url, next.url);
      request = next;
    }
  }

  /** A try's own copy of the request, with credentials. */
  async #authorize(
    request: HttpRequest,
    { signal }: RequestPlan,
  ): Promise<{ request: HttpRequest; used: unknown }> {
    const { authenticator } = this.#parts;
    if (!authenticator) return { request, used: undefined };
    const copy = { ...request, url: new URL(request.url), headers: { ...request.headers } };
    return { request: copy, used: await untilAborted(authenticator.authorize(copy, signal), signal) };
  }

  async #exchange(request: HttpRequest, plan: RequestPlan, deadline: number): Promise<RawAnswer> {
    const { maxBytes, transportOf } = this.#parts;
    const transport = await transportOf(request.url);
    try {
      const answer = await sendRequest(request, {
        signal: plan.signal,
        transport,
        idle: plan.idleSeconds * 1000,
        deadline,
        maxBytes,
        streams: (head) => plan.isStream && plan.accepts(head),
      });
      if (answer.status === PROXY_REFUSED && transport.proxy !== undefined) throw proxyRefusal();
      const encoding = answer.headers['content-encoding'];
      if (encoding === undefined || !plan.decompress || answer.stream) return answer;
      return { ...answer, body: await decompress(answer.body, encoding, { maxBytes, name: plan.name }) };
    } catch (error) {
      if (!(error instanceof SendFailure)) throw error;
      if (error.kind === 'aborted') throw plan.signal.reason;
      if (isStaleConnection(error) && plan.isRepeatable) return this.#exchange(request, plan, deadline);
      throw this.explain(error, request.url, plan, transport.proxy);
    }
  }

  /** Puts a failed exchange in words. */
  explain(failure: SendFailure, url: URL, plan: RequestPlan, proxy?: string): FailedTry | HostError {
    const { maxBytes, redact } = this.#parts;
    return explainSendFailure(failure, {
      ...plan,
      request: plan.name(),
      host: url.host,
      maxBytes,
      proxy,
      redact,
    });
  }
}

/**
 * A server closes idle connections without asking, and may do so just as a request is on its way. Such a connection is
 * gone from the pool afterwards, so this ends.
 */
function isStaleConnection({ kind, isReused, hasHead, code }: SendFailure): boolean {
  return kind === 'network' && isReused && !hasHead && (code === 'ECONNRESET' || code === 'EPIPE');
}

function proxyRefusal(): SendFailure {
  return new SendFailure('proxy', { hasHead: true, isReused: false, proxyStatus: PROXY_REFUSED });
}
