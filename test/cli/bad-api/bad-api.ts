import type { RestApiConfig } from '../../../python-connectors/my-plugin-rest-api/rest-api-config.js';
import type { ErrorCode } from '../../../src/sdk/errors.js';
import type { FakeRoute, Fault, FaultScript } from '../../../src/testing/index.js';
import { SECRET } from '../../helpers/secret-forms.js';

/** Where a case may lead, besides the API itself. */
export interface OtherPlaces {
  /** Another API, on another port. */
  readonly other: string;
  /** A third one, with a certificate that nobody trusts. */
  readonly tls: string;
  /** Nothing listens there. */
  readonly closed: string;
}

/** Where a case may lead. */
export interface Places extends OtherPlaces {
  /** The API that is asked. */
  readonly api: string;
}

/** An API that cannot be read, and how a run says so. */
export interface BadApi {
  readonly name: string;
  /** Besides what every case has: a bearer token and a short timeout. */
  readonly config?: RestApiConfig | ((places: Places) => RestApiConfig);
  /** What is odd about the path that is asked. */
  readonly route?: Partial<FakeRoute> | ((places: OtherPlaces) => Partial<FakeRoute>);
  readonly exitCode: number;
  readonly code: ErrorCode;
  /** What stderr says. */
  readonly says: RegExp;
  /** It is tried again with growing waits, which takes seconds. */
  readonly isSlow?: boolean;
  /** An idle time that is too short for a busy machine would hide what is meant. */
  readonly timeout?: number;
}

/** The same fault for ever. */
export const always =
  (fault: Fault): FaultScript =>
  () =>
    fault;

/** The same fault from the third page on. */
export const fromThirdPage =
  (fault: Fault): FaultScript =>
  ({ query }) =>
    Number(query.page) >= 2 ? fault : undefined;

/** An answer that repeats the request, credentials and all, as some APIs do. */
export const echoing =
  (status: number, headers: Readonly<Record<string, string>> = {}): FaultScript =>
  ({ target, headers: sent, body }) => ({ status, headers, body: { target, sent, body } });

/** Three pages of rows, counted from 0. */
export const PAGES: Partial<FakeRoute> = { rows: 25, paging: { type: 'page', first: 0 } };
export const PAGED: RestApiConfig = { pagination_type: 'page', page_size: 10 };
/** The secret as a parameter of each URL, next links and redirects too. */
export const KEY_IN_QUERY: RestApiConfig = {
  auth_type: 'api_key',
  auth_token: SECRET,
  api_key_in: 'query',
  api_key_header: 'key',
};
