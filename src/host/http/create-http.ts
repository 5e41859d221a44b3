import { setMaxListeners } from 'node:events';
import { createRequire } from 'node:module';
import type * as Axios from 'axios';
import type { AxiosInstance, AxiosRequestTransformer, AxiosResponse, AxiosResponseTransformer } from 'axios';
import type { HttpOptions } from '../../sdk/http.js';
import { parseJson } from '../../sdk/parse-json.js';
import { REQUEST_AGAIN } from '../../sdk/request-again.js';
import { jsonText } from '../../targets/values/json-text.js';
import { clientParts } from './client-parts.js';
import { createAdapter } from './http-adapter.js';
import { HttpClient } from './http-client.js';
import type { HttpEnvironment } from './http-environment.js';
import { toHostError } from './http-error.js';
import { HttpShare } from './http-share.js';
import { querySerializer } from './query-serializer.js';
import { repeatingAdapter } from './request-again.js';
import { DEADLINE_TIMEOUTS } from './request-plan.js';

const DEFAULT_TIMEOUT_SECONDS = 30;

// `context.http` is a getter, so axios must load without a promise, and only where it is used: it takes 60 ms.
const hostRequire = createRequire(import.meta.url);

/**
 * Makes the function behind `context.createHttp` of one instance. Loads axios at the first call.
 * @param share what its clients have in common with those of other instances; default: with each other only
 */
export function createHttpFactory(
  environment: HttpEnvironment,
  share = new HttpShare(),
): (options: HttpOptions) => AxiosInstance {
  const { signal, redact, logger, userAgent } = environment;
  // One listener for each request in flight is no leak.
  setMaxListeners(0, signal);
  return (options) => {
    const { baseURL, headers, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, deadlineSeconds } = options;
    const { default: axios, AxiosHeaders } = hostRequire('axios') as typeof Axios;
    const parts = clientParts(options, environment, share, {
      idleSeconds: timeoutSeconds,
      deadlineSeconds: deadlineSeconds ?? timeoutSeconds * DEADLINE_TIMEOUTS,
    });
    const { adapter, requestAgainFor } = repeatingAdapter(
      createAdapter({
        ...parts,
        client: new HttpClient(parts),
        signal,
        // Names come in lower case and once each, which is what axios would spend a while to find out.
        headersOf: (received) => Object.assign(new AxiosHeaders(), received) as AxiosResponse['headers'],
        log: (line) => logger.debug(line),
        baseURL,
        retrySafe: options.retrySafe ?? false,
        deadlineSeconds,
      }),
      signal,
    );
    const client = axios.create({
      ...(baseURL === undefined ? {} : { baseURL }),
      headers: { 'User-Agent': userAgent, ...headers },
      timeout: timeoutSeconds * 1000,
      paramsSerializer: querySerializer(options.arrayFormat ?? 'brackets', (params, paramsSerializer) =>
        axios.getUri({ url: '', params, paramsSerializer }).slice(1),
      ),
      transformResponse: readJson,
      transformRequest: bodyWriter([axios.defaults.transformRequest ?? []].flat()),
      // Forms of the platform, so that there is one kind.
      env: { FormData },
      adapter,
    });
    // Only what axios throws by itself is left to name: a request that was aborted before it began.
    client.interceptors.response.use(undefined, (error: unknown) => {
      throw toHostError(error, redact, signal) ?? error;
    });
    return Object.assign(client, { [REQUEST_AGAIN]: requestAgainFor(client) });
  };
}

/**
 * Writes what would become JSON anyhow; axios by itself fails on a bigint. Bytes that are a view stay that view; axios
 * would send all of the memory behind it. Everything else is left to axios.
 */
function bodyWriter(others: readonly AxiosRequestTransformer[]): AxiosRequestTransformer {
  return function (this, data: unknown, headers) {
    if (ArrayBuffer.isView(data) || data instanceof Blob) {
      const type = data instanceof Blob ? data.type : '';
      headers.setContentType(type || 'application/octet-stream', false);
      return data;
    }
    const type = headers.getContentType();
    const isJson = !type || /^application\/([^;]*\+)?json/i.test(String(type));
    const text = isJson && isPlain(data) ? jsonText(data) : undefined;
    if (text === undefined) {
      return others.reduce((body: unknown, other): unknown => other.call(this, body, headers), data);
    }
    headers.setContentType('application/json', false);
    return text;
  };
}

/** Axios by itself rounds integers beyond 2^53. As it does, text that is not JSON is left as text. */
const readJson: AxiosResponseTransformer = function (this, data: unknown) {
  const wanted = this.responseType ?? 'json';
  if (typeof data !== 'string' || data === '' || wanted !== 'json' || this.decode !== undefined) return data;
  try {
    return parseJson(data);
  } catch (error) {
    if (error instanceof SyntaxError) return data;
    throw error;
  }
};

function isPlain(data: unknown): boolean {
  if (Array.isArray(data)) return true;
  if (typeof data !== 'object' || data === null) return false;
  const prototype: unknown = Object.getPrototypeOf(data);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
