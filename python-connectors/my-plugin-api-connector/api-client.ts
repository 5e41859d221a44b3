import { randomUUID } from 'node:crypto';
import type { ConnectorContext, HttpClient } from 'connector-host';
import { jsonText } from './json-text.js';
import type { Answer } from './read-answer.js';
import type { RequestBody } from './request-body.js';
import type { WriteSettings } from './write-settings.js';

/** Where the API is, and who asks. */
export interface ApiAccess {
  readonly endpoint: string;
  readonly key: string;
}

/** One request that writes. */
export interface WriteCall {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly body?: RequestBody;
  /** Names the request, so that the API knows it when it is sent again; absent: it needs no name. */
  readonly idempotencyKey?: () => string;
  readonly signal: AbortSignal;
}

/** Of an answer that is kept with refused rows. */
const EXCERPT_CHARACTERS = 500;

/** The API as the writer asks it. */
export class ApiClient {
  readonly #base: string;
  readonly #key: string;
  readonly #single: HttpClient;
  readonly #batch: HttpClient;
  readonly #settings: WriteSettings;
  /** Put before the names of requests, so that the API does not take them for those of an earlier run. */
  #prefix = '';

  constructor(context: ConnectorContext, { endpoint, key }: ApiAccess, settings: WriteSettings) {
    const client = { baseURL: endpoint, headers: { Authorization: `Bearer ${key}` } };
    this.#base = addressOf(endpoint);
    this.#key = key;
    this.#settings = settings;
    // A batch that failed is sent again by the writer, which then also sends fewer at a time.
    this.#batch = context.createHttp({ ...client, retry: { tries: 1 } });
    this.#single = settings.body.shape === 'object' ? this.#batch : context.createHttp(client);
  }

  /** From now on requests have other names than in any earlier run. */
  forgetEarlierRuns(): void {
    this.#prefix = `${randomUUID()}-`;
  }

  /**
   * @param isSingle true: for one row of a batch, so that it alone is tried again
   * @throws HostError for an answer that is no success
   */
  async send(call: WriteCall, isSingle: boolean): Promise<Answer> {
    const { method, path, body, idempotencyKey, signal } = call;
    const { header } = this.#settings.keys;
    const isNamed = header !== '' && idempotencyKey !== undefined;
    const { status, headers, data } = await (isSingle ? this.#single : this.#batch).request<unknown>({
      method,
      url: path,
      ...(body ? { data: body.data } : {}),
      headers: {
        ...(body?.contentType === undefined ? {} : { 'Content-Type': body.contentType }),
        ...(isNamed ? { [header]: `${this.#prefix}${idempotencyKey()}` } : {}),
      },
      ...(!isSingle && this.#settings.answer.results?.shape === 'ndjson'
        ? { decode: 'ndjson' as const }
        : {}),
      signal,
    });
    const contentType = String(headers['content-type'] ?? '');
    const excerpt = (): string => excerptOf(data).replaceAll(this.#key, '***');
    return { request: `${method} ${this.#base}${path}`, status, contentType, body: data, excerpt };
  }
}

function excerptOf(body: unknown): string {
  const text = typeof body === 'string' ? body : body === undefined ? '' : jsonText(body);
  return text.slice(0, EXCERPT_CHARACTERS);
}

function addressOf(endpoint: string): string {
  const { origin, pathname } = new URL(endpoint);
  return `${origin}${pathname.replace(/\/$/, '')}`;
}
