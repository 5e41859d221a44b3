import { ConfigError } from 'connector-host';
import type { ConnectorContext, HttpClient, Row } from 'connector-host';
import type { DgraphSettings } from './dgraph-settings.js';

/** One request at the most and five retries. */
const TRIES = 6;
/** Seconds: the bound of the first wait, which doubles, and of all waits together. */
const RETRY_BASE = 2;
const RETRY_MOST = 60;
const SHOWN_CHARACTERS = 200;

/** A question to one of the two endpoints. */
export interface GraphqlRequest {
  readonly endpoint: '/graphql' | '/admin';
  readonly query: string;
  readonly variables?: Row;
  /** The field of the answer's `data` that is wanted. */
  readonly field: string;
}

/** What came back. */
export interface GraphqlAnswer {
  /** The field that was asked for; null where the API has nothing there. */
  readonly value: unknown;
  /** False: the API named errors besides, so something in the value may be missing. */
  readonly isWhole: boolean;
}

/** Asks the GraphQL endpoints of a Dgraph instance. */
export class GraphqlClient {
  readonly #http: HttpClient;
  readonly #context: ConnectorContext;

  constructor(context: ConnectorContext, { baseUrl, apiKey, timeoutSeconds }: DgraphSettings) {
    this.#context = context;
    this.#http = context.createHttp({
      baseURL: baseUrl,
      auth: { type: 'apiKey', in: 'header', name: 'X-Auth-Token', value: apiKey },
      timeoutSeconds,
      // A query changes nothing, though it is sent by POST.
      retrySafe: true,
      retry: { tries: TRIES, seconds: RETRY_MOST, baseSeconds: RETRY_BASE },
    });
  }

  /**
   * Errors beside data are a warning.
   * @throws ConfigError where there are errors and no data, or neither; HostError of `context.http`
   */
  async ask({ endpoint, query, variables = {}, field }: GraphqlRequest): Promise<GraphqlAnswer> {
    const { data: answer } = await this.#http.post<unknown>(
      endpoint,
      { query, variables },
      { decode: 'json' },
    );
    const { data, errors } = isObject(answer) ? answer : {};
    const messages = Array.isArray(errors) ? errors.map(messageOf) : [];
    const value = isObject(data) ? data[field] : undefined;
    const what = `${field} of ${endpoint}`;
    if (messages.length === 0) {
      if (value !== undefined) return { value, isWhole: true };
      throw refused(`${what} was answered with something that is no answer to a GraphQL query`, 'dgraph_url');
    }
    if (value === undefined || value === null) throw refused(`${what} was answered with ${said(messages)}`);
    this.#context.logger.warn(`${what}: besides its data, the API answered with ${said(messages)}`);
    return { value, isWhole: false };
  }
}

function refused(message: string, param?: string): ConfigError {
  const action =
    param === undefined
      ? 'Check that the schema of the database has the types and fields that the README of the connector names, and that the key may read them.'
      : `Check ${param}.`;
  return new ConfigError(message, { code: 'HTTP_REFUSED', action });
}

/** `an error: "..."`, or the number of errors and the first one. */
function said(messages: readonly string[]): string {
  const [first = ''] = messages;
  const text = first.length > SHOWN_CHARACTERS ? `${first.slice(0, SHOWN_CHARACTERS)}…` : first;
  return `${messages.length === 1 ? 'an error' : `${messages.length} errors, first`}: "${text}"`;
}

function messageOf(error: unknown): string {
  const message = isObject(error) ? error.message : error;
  return typeof message === 'string' ? message : 'without a message';
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
