import type { Row } from '../../sdk/schema.js';
import type { FakeAuth } from './fake-auth.js';
import type { FakePaging } from './fake-paging.js';
import type { FakeRequest } from './fake-request.js';
import type { FaultScript } from './fault.js';

/** How a value that tells of the whole read stands in an answer. */
export interface FakeFact<T> {
  /** Names joined by dots; `"a.b"` in quotes is one name. */
  readonly path: string;
  /** Said in the place of the truth. */
  readonly value?: T;
  /** True: as text, such as `"25"` or `"false"`. */
  readonly asText?: boolean;
}

/** One path of the server. */
export interface FakeRoute {
  /**
   * The rows in their order, or a number of rows to be made: `{ id: 1, name: 'Café 1' }` and so on; or what gives the rows
   * that a request asks for, such as those of a day, the same for each of its pages.
   */
  readonly rows: readonly Row[] | number | ((request: FakeRequest) => readonly Row[]);
  /** Default: `{ type: 'none' }`. */
  readonly paging?: FakePaging;
  /**
   * Where the rows stand in the answer: names joined by dots, such as `data.items`; `""`: the answer is a list. Default
   * `""`, or `items` where the answer has to say more than rows. GraphQL has `connection` for it.
   */
  readonly envelope?: string;
  /** Name, or names joined by dots, under which each item holds its row: `node` makes `{ node: row }`. */
  readonly record?: string;
  /** What stands at the envelope where a page has no rows: `[]` (the default), null, or nothing. */
  readonly emptyRows?: 'list' | 'null' | 'missing';
  /** What else the answer has. */
  readonly fields?: Row;
  /** The number of all rows. A path alone tells the truth. */
  readonly total?: string | FakeFact<number>;
  /** Whether more follows. A path alone tells the truth. */
  readonly hasMore?: string | FakeFact<boolean>;
  /** Default json. NDJSON and CSV take no envelope. */
  readonly format?: 'json' | 'ndjson' | 'csv';
  /** Default: that of the format, with charset UTF-8. */
  readonly contentType?: string;
  /** True: Content-Encoding gzip. `file`: a gzip file, without that header. */
  readonly gzip?: boolean | 'file';
  /** Other methods are answered with 405. Default GET; POST where parameters are in the body. */
  readonly method?: 'GET' | 'POST';
  /** Added to every answer with rows. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Overrides the server's. */
  readonly auth?: FakeAuth;
  /** Overrides the server's. */
  readonly latencyMs?: number;
  readonly faults?: FaultScript;
}

/** So many requests in any stretch of so many seconds; more are refused. Refused ones do not count. */
export interface FakeRateLimit {
  readonly requests: number;
  readonly perSeconds: number;
  /**
   * What tells the client: `retry-after` (seconds, the default) or `retry-after-date` with a refusal; `ratelimit`
   * (`RateLimit-Limit`, `-Remaining`, `-Reset` in seconds), `ratelimit-policy` (`RateLimit: "default";r=0;t=5`) or
   * `x-ratelimit` (`X-RateLimit-*`, the reset in seconds since 1970) with every answer; `none`.
   */
  readonly headers?:
    'retry-after' | 'retry-after-date' | 'ratelimit' | 'ratelimit-policy' | 'x-ratelimit' | 'none';
  /** Default 429. */
  readonly status?: 429 | 503 | 403;
}

/** What the fake API does. All of it is data, so that a test can be one line. */
export interface FakeApiOptions {
  /** By path, such as `/items`. */
  readonly routes: Readonly<Record<string, FakeRoute>>;
  /** Who is served. Default: everybody. */
  readonly auth?: FakeAuth;
  /** Faults of the token or login endpoint that `auth` makes. */
  readonly authFaults?: FaultScript;
  readonly rateLimit?: FakeRateLimit;
  /** Milliseconds before each answer. Default 0. */
  readonly latencyMs?: number;
  /** PEM texts: the server speaks https. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** Default 0: any free one. */
  readonly port?: number;
}
