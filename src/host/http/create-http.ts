import { setMaxListeners } from 'node:events';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createRequire } from 'node:module';
import type { AxiosInstance, AxiosRequestTransformer, AxiosResponseTransformer, AxiosStatic } from 'axios';
import type { HttpOptions } from '../../sdk/http.js';
import type { Logger } from '../../sdk/logger.js';
import { parseJson } from '../../sdk/parse-json.js';
import { jsonText } from '../../targets/values/json-text.js';
import { requestAddress, toHostError } from './http-error.js';

/** What all clients of one run share. */
export interface HttpEnvironment {
  /** Sent as User-Agent. */
  readonly userAgent: string;
  /** Ends every request when it aborts. */
  readonly signal: AbortSignal;
  /** Gets one debug line for each answer: method, address without query, status. */
  readonly logger: Logger;
  /** Hides secrets in the messages of errors. */
  readonly redact: (text: string) => string;
}

const DEFAULT_TIMEOUT_SECONDS = 30;

// `context.http` is a getter, so axios must load without a promise, and only where it is used: it takes 60 ms.
const hostRequire = createRequire(import.meta.url);

/** Makes the function behind `context.createHttp`; its clients share their connections. Loads axios at the first call. */
export function createHttpFactory(environment: HttpEnvironment): (options: HttpOptions) => AxiosInstance {
  const agents = {
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
  };
  // One listener for each request in flight is no leak.
  setMaxListeners(0, environment.signal);
  return ({ baseURL, headers, auth, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS }) => {
    const { default: axios } = hostRequire('axios') as { default: AxiosStatic };
    const client = axios.create({
      ...agents,
      ...(baseURL === undefined ? {} : { baseURL }),
      ...(auth === undefined ? {} : { auth }),
      headers: { 'User-Agent': environment.userAgent, ...headers },
      timeout: timeoutSeconds * 1000,
      // Axios by itself sends a space as `+`, which some servers take literally.
      paramsSerializer: { encode: encodeURIComponent },
      transformResponse: readJson,
      transformRequest: jsonWriter([axios.defaults.transformRequest ?? []].flat()),
    });
    intercept(client, environment);
    return client;
  };
}

/** Writes what would become JSON anyhow; axios by itself fails on a bigint. Everything else is left to axios. */
function jsonWriter(others: readonly AxiosRequestTransformer[]): AxiosRequestTransformer {
  return function (this, data: unknown, headers) {
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
  if (typeof data !== 'string' || data === '' || wanted !== 'json') return data;
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

function intercept(client: AxiosInstance, { signal, logger, redact }: HttpEnvironment): void {
  client.interceptors.request.use((request) => {
    // A request may bring a signal of its own; the run's ends it all the same.
    const own = request.signal as AbortSignal | undefined;
    request.signal = own && own !== signal ? AbortSignal.any([signal, own]) : signal;
    return request;
  });
  client.interceptors.response.use(
    (response) => {
      const { method = 'get', url, baseURL } = response.config;
      logger.debug(`${method.toUpperCase()} ${requestAddress(url, baseURL)} answered ${response.status}`);
      return response;
    },
    (error: unknown) => {
      throw toHostError(error, redact, signal) ?? error;
    },
  );
}
