import { Connector } from 'connector-host';
import type { ConnectorContext, HttpClient, ReadRequest, Row } from 'connector-host';
import { extractRows } from './extract-rows.js';
import { parseAnswer } from './parse-answer.js';
import { RepeatGuard } from './repeat-guard.js';
import { readSettings, type RestApiConfig, type RestSettings } from './rest-settings.js';

/** One page and what was asked for it. */
interface Page {
  readonly rows: readonly Row[];
  readonly request: string;
  /** The answer as it came. */
  readonly body: string;
}

/** Reads the rows of any JSON API that gives all of them at once, by offset and limit, or by page number. */
export default class RestApiConnector extends Connector<RestApiConfig> {
  readonly #settings: RestSettings;
  readonly #http: HttpClient;

  /** @throws ConfigError that lists everything that is wrong with the config */
  constructor(config: RestApiConfig, context: ConnectorContext) {
    super(config, context);
    this.#settings = readSettings(config);
    this.#http = context.createHttp(this.#settings.http);
  }

  /**
   * Yields one page for each answer. Only a page without rows ends a paged read: a short one may come from an API that
   * has lowered the page size in silence.
   */
  async *generateRows({ recordsLimit }: ReadRequest): AsyncGenerator<readonly Row[]> {
    const { paginationType, dataPath } = this.#settings;
    const guard = new RepeatGuard(paginationType);
    let fetched = 0;
    for (let number = 0; ; number += 1) {
      const page = await this.#fetchPage(this.#pageParams(number, fetched));
      const { length } = page.rows;
      if (length > 0) {
        if (paginationType !== 'none') {
          // What surrounds the rows may differ where they do not: the number of the page, a time.
          const text = dataPath === '' ? page.body : JSON.stringify(page.rows, bigintAsText);
          guard.check({ text, rows: length, request: page.request });
        }
        yield recordsLimit > 0 ? page.rows.slice(0, recordsLimit - fetched) : page.rows;
        fetched += length;
      }
      // A page 0 without rows may belong to an API that counts from 1.
      const isEnd = length === 0 && !(paginationType === 'page' && number === 0);
      if (isEnd || paginationType === 'none' || (recordsLimit > 0 && fetched >= recordsLimit)) {
        this.context.logger.info(
          `fetched ${fetched} rows in ${number + 1} requests from ${this.#settings.shownUrl}`,
        );
        return;
      }
    }
  }

  /** The offset moves by the rows that came, which may be fewer than were asked for. */
  #pageParams(number: number, fetched: number): Record<string, number> {
    const { paginationType, pageSize } = this.#settings;
    if (paginationType === 'offset') return { offset: fetched, limit: pageSize };
    return paginationType === 'page' ? { page: number, per_page: pageSize } : {};
  }

  async #fetchPage(params: Record<string, number>): Promise<Page> {
    const { url, shownUrl, secretHeaders, secrets, dataPath, paginationType } = this.#settings;
    const asked = Object.entries(params).map(([name, value]) => `${name}=${value}`);
    const request = asked.length === 0 ? `GET ${shownUrl}` : `GET ${shownUrl} (${asked.join(', ')})`;
    this.context.logger.debug(request);
    const { status, headers, data } = await this.#http.get<string>(url, {
      params,
      sensitiveHeaders: secretHeaders,
      // As text: axios by itself takes a body that is not JSON for a string, without an error.
      responseType: 'text',
      transformResponse: (body: unknown) => body,
    });
    const answer = { status, contentType: String(headers['content-type'] ?? ''), body: data };
    const document = parseAnswer(answer, request, secrets);
    const rows = extractRows(document, dataPath, request, paginationType !== 'none');
    return { rows, request, body: data };
  }
}

/** JSON.stringify refuses a bigint; for the comparison of two pages any text of it will do. */
function bigintAsText(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
