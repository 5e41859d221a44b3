import type { Logger } from '../../sdk/logger.js';
import { ConfigError, type HostError } from '../../sdk/errors.js';
import type { Transport } from './agents.js';
import type { Authenticator } from './auth/authenticator.js';
import { decompress } from './decompress.js';
import { explainSendFailure } from './explain-send-failure.js';
import type { FailedTry } from './failed-try.js';
import { hasCredentials } from './has-credentials.js';
import type { HttpRequest } from './http-request.js';
import type { OriginGuard } from './origin-guard.js';
import type { RateLimitPause } from './rate-limit-pause.js';
import type { RateLimiter } from './rate-limiter.js';
import type { ReceivedAnswer } from './received-answer.js';
import { redirected } from './redirects.js';
import { isRateLimited, refusal } from './refusal.js';
import type { RequestPlan } from './request-plan.js';
import { SendFailure } from './send-failure.js';
import { sendRequest } from './send-request.js';
import { untilAborted } from './wait.js';
import { withRetries, type RetryLimits } from './with-retries.js';

/** What all requests of one client have in common. */
export interface HttpClientParts {
  readonly transportOf: (url: URL) => Transport | Promise<Transport>;
  readonly guard: OriginGuard;
  readonly retry: RetryLimits;
  readonly logger: Logger;
  readonly limiter?: RateLimiter | undefined;
  readonly pause?: RateLimitPause | undefined;
  readonly authenticator?: Authenticator | undefined;
}

/** An answer and what `authorize` put on the request it came for. */
interface Followed {
  readonly answer: ReceivedAnswer;
  readonly used: unknown;
}

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
    read: (answer: ReceivedAnswer) => T | Promise<T>,
    giveUp = (failed: FailedTry, suffix: string): T => {
      throw failed.toError(suffix);
    },
  ): Promise<T> {
    let mayRefresh = true;
    const isResendable = request.body === undefined || request.body instanceof Uint8Array;
    const attempt = async (): Promise<T> => {
      const { answer, used } = await this.#follow(request, plan);
      this.#parts.pause?.note(answer);
      if (mayRefresh && isResendable && NO_CREDENTIALS.has(answer.status) && !isRateLimited(answer)) {
        mayRefresh = false;
        if (await this.#refresh(used, plan)) return attempt();
      }
      if (plan.accepts(answer)) return read(answer);
      const isKnown = hasCredentials(request, this.#parts.authenticator);
      throw refusal(answer, plan.name(), plan.redact, isKnown);
    };
    const { retry: limits, logger } = this.#parts;
    const { isRepeatable, signal } = plan;
    return withRetries({ limits, isRepeatable, isResendable, signal, logger }, attempt, giveUp);
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
      const authorized = this.#parts.authenticator ? copyOf(request) : request;
      const used = await this.#authorize(authorized, plan);
      const begun = performance.now();
      const answer = await this.#exchange(authorized, plan, left);
      left = Math.max(1, left - (performance.now() - begun));
      const next = plan.maxRedirects === 0 ? undefined : redirected(request, answer, plan.name);
      if (!next) return { answer: answer.from(request.url), used };
      if (hops >= plan.maxRedirects) {
        throw new ConfigError(`${plan.name()} failed: too many redirects`, { code: 'HTTP_REFUSED' });
      }
      this.#parts.guard.assertRedirect(plan.name, request.url, next.url);
      request = next;
    }
  }

  /** Puts credentials on a try's own copy of the request. */
  async #authorize(request: HttpRequest, { signal }: RequestPlan): Promise<unknown> {
    const { authenticator } = this.#parts;
    return authenticator && untilAborted(authenticator.authorize(request, signal), signal);
  }

  async #exchange(request: HttpRequest, plan: RequestPlan, deadline: number): Promise<ReceivedAnswer> {
    const found = this.#parts.transportOf(request.url);
    const transport = found instanceof Promise ? await found : found;
    try {
      const answer = await sendRequest(request, {
        signal: plan.signal,
        transport,
        idle: plan.idleSeconds * 1000,
        deadline,
        maxBytes: plan.maxBytes,
        streams: (head) => plan.isStream && plan.accepts(head),
      });
      if (answer.status === PROXY_REFUSED && transport.proxy !== undefined) throw proxyRefusal();
      const encoding = answer.headers['content-encoding'];
      if (encoding === undefined || !plan.decompress || answer.stream) return answer;
      return answer.withBody(await decompress(answer.body, encoding, plan));
    } catch (error) {
      if (!(error instanceof SendFailure)) throw error;
      if (error.kind === 'aborted') throw plan.signal.reason;
      if (isStaleConnection(error) && plan.isRepeatable) return this.#exchange(request, plan, deadline);
      throw this.explain(error, request.url, plan, transport.proxy);
    }
  }

  /** Puts a failed exchange in words. */
  explain(failure: SendFailure, url: URL, plan: RequestPlan, proxy?: string): FailedTry | HostError {
    return explainSendFailure(failure, { ...plan, request: plan.name(), host: url.host, proxy });
  }
}

function copyOf(request: HttpRequest): HttpRequest {
  return { ...request, url: new URL(request.url), headers: { ...request.headers } };
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
