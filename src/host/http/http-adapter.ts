import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import { requestAddress } from '../../sdk/request-address.js';
import { readAnswer, type AnswerData } from './answer-data.js';
import { axiosRequest } from './axios-request.js';
import type { HttpClient } from './http-client.js';
import { toHostError } from './http-error.js';
import { linkSignals, type LinkedSignal } from './linked-signal.js';
import type { OriginGuard } from './origin-guard.js';
import type { ReceivedAnswer } from './received-answer.js';
import { DEADLINE_TIMEOUTS, MAX_REDIRECTS, REPEATABLE_METHODS, type RequestPlan } from './request-plan.js';
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
  /** Makes headers as axios hands them out. */
  readonly headersOf: (headers: IncomingHttpHeaders) => AxiosResponse['headers'];
  readonly baseURL: string | undefined;
  readonly retrySafe: boolean;
  readonly maxBytes: number;
  /** Seconds; undefined: ten times the timeout. */
  readonly deadlineSeconds: number | undefined;
}

/** @param link the run's signal and that of the config; by default they are linked for this request */
export type Adapter = (config: InternalAxiosRequestConfig, link?: LinkedSignal) => Promise<AxiosResponse>;

/** Puts our own client under axios: it takes axios' config and gives axios' response. */
export function createAdapter(parts: AdapterParts): Adapter {
  const { client, guard, signal: runSignal, redact, baseURL } = parts;
  return async (config, link) => {
    const method = (config.method ?? 'get').toUpperCase();
    const name = (): string => redact(`${method} ${requestAddress(config.url, config.baseURL)}`);
    const ownSignal = (config.signal ?? config.cancelToken?.toAbortSignal()) as AbortSignal | undefined;
    const { signal, unlink } = link ?? linkSignals(runSignal, ownSignal);
    const onAbort = (): Error => stopError(name(), runSignal, ownSignal?.reason);
    try {
      const made = axiosRequest(config, { method, name, baseURL });
      const request = made instanceof Promise ? await made : made;
      guard.assertRequest(name, request.url, linkUrl(config));
      const plan = toPlan(config, method, parts, name, signal);
      const begun = performance.now();
      const { answer, read } = await client.send(request, plan, async (got) => ({
        answer: got,
        read: got.stream ? { data: openStream(got.stream, got, plan) } : await readAnswer(got, config, plan),
      }));
      // A stream lets go of the signals when it is over.
      if (!answer.stream) unlink();
      const milliseconds = Math.round(performance.now() - begun);
      parts.log(`${name()} answered ${answer.status} (${milliseconds} ms, ${answer.length} bytes)`);
      return toResponse(answer, read, parts.headersOf(answer.headers), config);
    } catch (error) {
      unlink();
      throw signal.aborted ? onAbort() : (toHostError(error, redact) ?? error);
    }

    function openStream(stream: Readable, { headers, url }: ReceivedAnswer, plan: RequestPlan): Readable {
      return streamAnswer(stream, {
        name,
        encoding: plan.decompress ? headers['content-encoding'] : undefined,
        explain: (failure) => (signal.aborted ? onAbort() : client.explain(failure, url, plan)),
        onClose: unlink,
      });
    }
  };
}

function linkUrl({ linkedFrom, baseURL }: InternalAxiosRequestConfig): URL | undefined {
  return linkedFrom === undefined ? undefined : new URL(linkedFrom, baseURL);
}

function toPlan(
  config: InternalAxiosRequestConfig,
  method: string,
  { deadlineSeconds, retrySafe, redact, maxBytes }: AdapterParts,
  name: () => string,
  signal: AbortSignal,
): RequestPlan {
  const { validateStatus, maxRedirects = MAX_REDIRECTS } = config;
  const idleSeconds = config.timeout ? config.timeout / 1000 : Infinity;
  return {
    name,
    redact,
    signal,
    idleSeconds,
    maxBytes,
    deadlineSeconds: deadlineSeconds ?? idleSeconds * DEADLINE_TIMEOUTS,
    isRepeatable: REPEATABLE_METHODS.has(method) || (config.retrySafe ?? retrySafe),
    maxRedirects,
    accepts: ({ status }) => !validateStatus || validateStatus(status),
    isStream: config.responseType === 'stream',
    decompress: config.decompress !== false,
  };
}

function toResponse(
  { status, statusText, url: { href } }: ReceivedAnswer,
  read: AnswerData,
  headers: AxiosResponse['headers'],
  config: InternalAxiosRequestConfig,
): AxiosResponse {
  // Where the adapter of axios for Node says which address answered.
  const request = { res: { responseUrl: href } };
  return {
    data: read.data,
    status,
    statusText,
    headers,
    config,
    request,
    url: href,
    ...(read.parseAgain ? { parseAgain: read.parseAgain } : {}),
  };
}
