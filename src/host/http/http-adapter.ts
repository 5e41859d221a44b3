import type { Readable } from 'node:stream';
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { requestAddress } from '../../sdk/request-address.js';
import { readAnswer, type AnswerData } from './answer-data.js';
import { axiosRequest } from './axios-request.js';
import { MAX_REDIRECTS, REPEATABLE_METHODS, type HttpClient, type RequestPlan } from './http-client.js';
import { linkSignals } from './linked-signal.js';
import type { OriginGuard } from './origin-guard.js';
import type { RawAnswer } from './send-request.js';
import { stopError } from './stop-error.js';
import { streamAnswer } from './stream-answer.js';

/** What the adapter of a client is made of. */
export interface AdapterParts {
  readonly client: HttpClient;
  readonly guard: OriginGuard;
  /** The run's. */
  readonly signal: AbortSignal;
  readonly redact: (text: string) => string;
  /** Gets one line for each answer. */
  readonly log: (line: string) => void;
  readonly baseURL: string | undefined;
  readonly retrySafe: boolean;
  readonly maxBytes: number;
  /** Seconds; undefined: ten times the timeout. */
  readonly deadlineSeconds: number | undefined;
}

/** A try may take so many times the idle time, where nothing else is said. */
export const DEADLINE_TIMEOUTS = 10;

/** Puts our own client under axios: it takes axios' config and gives axios' response. */
export function createAdapter(parts: AdapterParts): AxiosAdapter {
  return async (config) => {
    const { client, guard, signal: runSignal, redact } = parts;
    const method = (config.method ?? 'get').toUpperCase();
    const name = (): string => redact(`${method} ${requestAddress(config.url, config.baseURL)}`);
    const ownSignal = (config.signal ?? config.cancelToken?.toAbortSignal()) as AbortSignal | undefined;
    const linked = linkSignals(runSignal, ownSignal);
    const { signal } = linked;
    const onAbort = (): Error => stopError(name(), runSignal, ownSignal?.reason);
    try {
      const request = await axiosRequest(config, { ...parts, method, name });
      guard.assertRequest(name, request.url, linkUrl(config));
      const plan = toPlan(config, method, { ...parts, name, signal });
      const begun = performance.now();
      const { answer, read } = await client.send(request, plan, async (got) => ({
        answer: got,
        read: got.stream
          ? { data: openStream(got.stream, got, plan) }
          : await readAnswer(got, config, { ...parts, name }),
      }));
      // A stream lets go of the signals when it is over.
      if (!answer.stream) linked.unlink();
      const milliseconds = Math.round(performance.now() - begun);
      parts.log(`${name()} answered ${answer.status} (${milliseconds} ms, ${answer.body.length} bytes)`);
      return toResponse(answer, read, config);
    } catch (error) {
      linked.unlink();
      throw signal.aborted ? onAbort() : error;
    }

    function openStream(stream: Readable, { headers, url }: RawAnswer, plan: RequestPlan): Readable {
      return streamAnswer(stream, {
        name,
        encoding: plan.decompress ? headers['content-encoding'] : undefined,
        explain: (failure) => (signal.aborted ? onAbort() : client.explain(failure, url, plan)),
        onClose: linked.unlink,
      });
    }
  };
}

function linkUrl({ linkedFrom, baseURL }: InternalAxiosRequestConfig): URL | undefined {
  return linkedFrom === undefined ? undefined : new URL(linkedFrom, baseURL);
}

type PlanParts = Pick<RequestPlan, 'name' | 'signal'> & Pick<AdapterParts, 'retrySafe' | 'deadlineSeconds'>;

function toPlan(config: InternalAxiosRequestConfig, method: string, parts: PlanParts): RequestPlan {
  const { validateStatus, maxRedirects = MAX_REDIRECTS } = config;
  const idleSeconds = config.timeout ? config.timeout / 1000 : Infinity;
  return {
    name: parts.name,
    signal: parts.signal,
    idleSeconds,
    deadlineSeconds: parts.deadlineSeconds ?? idleSeconds * DEADLINE_TIMEOUTS,
    isRepeatable: REPEATABLE_METHODS.has(method) || (config.retrySafe ?? parts.retrySafe),
    maxRedirects,
    accepts: ({ status }) => !validateStatus || validateStatus(status),
    isStream: config.responseType === 'stream',
    decompress: config.decompress !== false,
  };
}

function toResponse(
  { status, statusText, headers, url: { href } }: RawAnswer,
  read: AnswerData,
  config: InternalAxiosRequestConfig,
): AxiosResponse {
  // Where the adapter of axios for Node says which address answered.
  const request = { res: { responseUrl: href } };
  return {
    ...read,
    status,
    statusText,
    headers: headers as AxiosResponse['headers'],
    config,
    request,
    url: href,
  };
}
