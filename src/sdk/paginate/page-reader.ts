import type { AxiosRequestConfig, AxiosResponse, InternalAxiosRequestConfig } from 'axios';
import type { ConnectorContext } from '../connector.js';
import { ConfigError, isHostError } from '../errors.js';
import type { HttpClient } from '../http.js';
import { requestAddress } from '../request-address.js';
import { requestAgainOf, type NextRequest } from '../request-again.js';
import { adviceFor, type Fail } from './fail.js';
import type { PaginateOptions } from './options.js';
import { rowsReader, type RowsReader } from './page-rows.js';
import { shortened } from './shortened.js';
import type { Page, Step } from './step.js';
import { withPath } from './with-path.js';

const SHOWN_VALUE_LENGTH = 40;

/** Asks for pages: makes a request of a step, and a page of its answer. */
export class PageReader {
  /** Without query and credentials. */
  readonly address: string;
  readonly #http: HttpClient;
  readonly #options: PaginateOptions;
  readonly #rows: RowsReader;
  readonly #method: string;
  /** Where paging parameters are sent. */
  readonly #place: 'query' | 'header' | 'body';
  /** What axios made of the first request, once it was answered. */
  #answered: InternalAxiosRequestConfig | undefined;

  constructor(context: Pick<ConnectorContext, 'http'>, options: PaginateOptions, fail: Fail) {
    const { http = context.http, url, paging, body } = options;
    this.#http = http;
    this.#options = options;
    this.#rows = rowsReader(options, fail);
    const sendsBody =
      body !== undefined || paging.type === 'graphql' || ('in' in paging && paging.in === 'body');
    this.#method = (options.method ?? (sendsBody ? 'POST' : 'GET')).toUpperCase();
    this.#place = paging.type === 'graphql' ? 'body' : ('in' in paging && paging.in) || 'query';
    this.address = requestAddress(url, http.defaults.baseURL);
  }

  /**
   * @param isFirst the first page cannot lie past the end
   * @param signal ends the request when the page is not needed any more
   * @throws HostError when there is no answer, or none that has rows where they should be
   */
  async read(step: Step, isFirst: boolean, signal: AbortSignal): Promise<Page> {
    const { paging, advise } = this.#options;
    const request = this.#describe(step);
    const endStatus = isFirst ? [] : (paging.endStatus ?? []);
    try {
      const response = await this.#send(step, this.#differing(step, endStatus, signal));
      if (endStatus.includes(response.status)) return this.#pagePastEnd(request);
      const { data: answer, headers, url = this.address } = response;
      const rows = this.#rows.read(answer, request);
      const parseAgain = response.parseAgain ?? (() => answer);
      const readAgain = (): Page['rows'] => this.#rows.read(parseAgain(), request);
      return { rows, readAgain, answer, headers, url, request, isPastEnd: false };
    } catch (error) {
      const { status } = (isHostError(error) && error.details) || {};
      // What stands in such an answer, a page of HTML or nothing, is of no use to anybody.
      if (status !== undefined && endStatus.includes(status)) return this.#pagePastEnd(request);
      if (!isHostError(error) || error.code !== 'HTTP_REFUSED' || status === undefined) throw error;
      const shown = this.#shownParameters(step);
      throw new ConfigError(shown === '' ? error.message : `${error.message} (${shown})`, {
        code: error.code,
        // An answer of another status is no refusal: it cannot be read, and says why.
        action:
          status < 400 ? error.action : adviceFor(isFirst ? 'refused-first-page' : 'refused-page', advise),
        details: error.details,
        cause: error.cause,
      });
    }
  }

  /** The first request goes through axios. Most others differ by their address only, and need not. */
  async #send({ values }: Step, next: NextRequest): Promise<AxiosResponse<unknown>> {
    const { headers, body, decode = 'json' } = this.#options;
    if (this.#answered && this.#place !== 'header') {
      const sent = requestAgainOf(this.#http)?.(this.#answered, next);
      if (sent) return sent;
    }
    const inHeaders = this.#place === 'header' ? values : {};
    const config: AxiosRequestConfig = {
      ...next,
      method: this.#method,
      decode,
      retrySafe: true,
      headers: { ...headers, ...inHeaders } as Record<string, string>,
    };
    if (this.#place === 'body') {
      config.data = Object.entries(values).reduce(
        (data, [path, value]) => withPath(data, path, value),
        body ?? {},
      );
    } else if (body !== undefined) config.data = body;
    const response = await this.#http.request<unknown>(config);
    this.#answered ??= response.config;
    return response;
  }

  /** What the requests of a read differ by. */
  #differing(
    { values, url, linkedFrom }: Step,
    endStatus: readonly number[],
    signal: AbortSignal,
  ): NextRequest {
    const { params } = this.#options;
    const inQuery = this.#place === 'query' ? values : {};
    return {
      url: url ?? this.#options.url,
      signal,
      params: url === undefined ? { ...params, ...inQuery } : undefined,
      ...(linkedFrom === undefined ? {} : { linkedFrom }),
      // Axios takes undefined for: any status will do.
      ...(endStatus.length === 0
        ? {}
        : { validateStatus: (status) => (status >= 200 && status < 300) || endStatus.includes(status) }),
    };
  }

  #pagePastEnd(request: string): Page {
    const url = this.address;
    return { rows: [], readAgain: () => [], answer: undefined, headers: {}, url, request, isPastEnd: true };
  }

  #describe(step: Step): string {
    const address = step.url === undefined ? this.address : requestAddress(step.url);
    const shown = this.#shownParameters(step);
    return `${this.#method} ${address}${shown === '' ? '' : ` (${shown})`}`;
  }

  /** `page=2, per_page=100`; of a next link its query, which has what tells pages apart, is not shown: it may hold a key. */
  #shownParameters({ values }: Step): string {
    return Object.entries(values)
      .map(([name, value]) => `${name}=${shortened(String(value), SHOWN_VALUE_LENGTH)}`)
      .join(', ');
  }
}
