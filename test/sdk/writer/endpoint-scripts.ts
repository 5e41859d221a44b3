import type { BufferedWriterOptions, Row, RowResultOptions } from 'connector-host';
import type { EndpointRules } from './scripted-endpoint.js';

/** What an endpoint does to a writer, and what comes of it. */
export interface EndpointScript extends EndpointRules {
  readonly what: string;
  /** How many rows there are, with the ids 1 to n, or the rows themselves. Default 4. */
  readonly rows?: number | readonly Row[];
  /** Default: batches of 4 rows, three tries, waits of milliseconds. */
  readonly options?: BufferedWriterOptions;
  /** How the writer reads the answers; absent: what is answered counts for all rows. */
  readonly results?: RowResultOptions;
  /** Refused rows that the run takes. Default: all. */
  readonly mostRejected?: number;
  readonly primaryKey?: readonly string[];
  readonly expects: {
    /** Ids of the rows that the endpoint has in the end, sorted, twice where it was given them twice. */
    readonly stored: readonly number[];
    /** Number of each row that was rejected, with its code. */
    readonly rejected?: readonly (readonly [number: number, code: string])[];
    /** Rows in each request; or how many requests there were, exactly or at least and at most. */
    readonly requests: readonly number[] | number | { readonly from: number; readonly to: number };
    /** How the writer ends; absent: it closes. */
    readonly error?: { readonly name: string; readonly code: string; readonly message?: RegExp };
    readonly waits?: readonly (string | null)[];
    readonly versions?: Readonly<Record<number, number>>;
  };
}

const upTo = (last: number, first = 1): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);
const outage = { name: 'TransientError', code: 'SOURCE_UNAVAILABLE' } as const;
const always = (status: number) => ({ rules: [{ does: { status } }] });
const items = { shape: 'list', path: 'results' } as const;

export const ENDPOINT_SCRIPTS: readonly EndpointScript[] = [
  // Taken.
  { what: 'takes all', expects: { stored: upTo(4), requests: [4] } },
  {
    what: 'takes all without a body',
    rules: [{ does: { status: 204 } }],
    expects: { stored: upTo(4), requests: [4] },
  },
  { what: 'takes several batches', rows: 10, expects: { stored: upTo(10), requests: [4, 4, 2] } },
  {
    what: 'is slow',
    rules: [{ does: { delay: 40 } }],
    rows: 8,
    expects: { stored: upTo(8), requests: [4, 4] },
  },
  {
    what: 'never answers',
    rules: [{ does: { delay: 5000 } }],
    options: { timeoutSeconds: 0.05 },
    expects: {
      stored: [],
      requests: 1,
      error: {
        name: 'TransientError',
        code: 'TRANSIENT',
        message: /^batch 1 of people \(4 rows\) was not done within 0.05 s$/,
      },
    },
  },
  // Refused.
  {
    what: 'refuses a row',
    rules: [{ when: { has: 3 }, does: { status: 422 } }],
    expects: { stored: [1, 2, 4], rejected: [[3, '422']], requests: [4, 2, 2, 1, 1] },
  },
  {
    what: 'refuses the first row',
    rules: [{ when: { has: 1 }, does: { status: 400 } }],
    expects: { stored: [2, 3, 4], rejected: [[1, '400']], requests: [4, 2, 1, 1, 2] },
  },
  {
    what: 'has a row already',
    rules: [{ when: { has: 2 }, does: { status: 409 } }],
    expects: { stored: [1, 3, 4], rejected: [[2, '409']], requests: [4, 2, 1, 1, 2] },
  },
  {
    what: 'refuses two rows of several batches, many in flight',
    rows: 12,
    options: { maxInFlight: 8 },
    rules: [
      { when: { has: 2 }, does: { status: 422 } },
      { when: { has: 11 }, does: { status: 400 } },
    ],
    expects: {
      stored: [1, ...upTo(10, 3), 12],
      rejected: [
        [2, '422'],
        [11, '400'],
      ],
      requests: 11,
    },
  },
  {
    what: 'refuses all',
    ...always(422),
    expects: {
      stored: [],
      rejected: [
        [1, '422'],
        [2, '422'],
        [3, '422'],
        [4, '422'],
      ],
      requests: 7,
    },
  },
  {
    what: 'refuses all, and the run takes no refused rows',
    ...always(422),
    mostRejected: 0,
    expects: {
      stored: [],
      requests: [4, 2, 1],
      error: { name: 'RowError', code: 'ROW_REFUSED', message: /^row 1 / },
    },
  },
  {
    what: 'takes one row at a time only',
    rules: [{ when: { rowsOver: 1 }, does: { status: 400 } }],
    expects: { stored: upTo(4), requests: [4, 2, 1, 1, 2, 1, 1] },
  },
  // Too large.
  {
    what: 'takes no more than two rows',
    rows: 10,
    rules: [{ when: { rowsOver: 2 }, does: { status: 413 } }],
    expects: { stored: upTo(10), requests: [4, 2, 2, 2, 2, 2] },
  },
  {
    what: 'takes no more than 500 bytes',
    rows: upTo(12).map((id) => ({ id, text: 'x'.repeat(50) })),
    options: { rows: 8 },
    rules: [{ when: { bytesOver: 500 }, does: { status: 413 } }],
    expects: { stored: upTo(12), requests: [8, 4, 4, 4] },
  },
  {
    what: 'does not take a row that is too large for any batch',
    rows: upTo(8).map((id) => ({ id, text: 'x'.repeat(id === 2 ? 2000 : 5) })),
    rules: [{ when: { bytesOver: 1000 }, does: { status: 413 } }],
    expects: { stored: [1, ...upTo(8, 3)], rejected: [[2, '413']], requests: [4, 2, 1, 1, 2, 4] },
  },
  // Too many requests.
  {
    what: 'asks to come back at once',
    rules: [{ when: { requests: [1, 1] }, does: { status: 429, headers: { 'Retry-After': '0' } } }],
    expects: { stored: upTo(4), requests: [4, 4] },
  },
  {
    what: 'asks to come back in a second',
    rules: [{ when: { requests: [1, 1] }, does: { status: 429, headers: { 'Retry-After': '1' } } }],
    expects: { stored: upTo(4), requests: [4, 4], waits: ['429 of the endpoint, 1 s', null] },
  },
  {
    what: 'has too many requests without saying for how long',
    rules: [{ when: { requests: [1, 2] }, does: { status: 429 } }],
    expects: { stored: upTo(4), requests: [4, 4, 4] },
  },
  {
    what: 'has too many requests for ever',
    ...always(429),
    rows: 40,
    expects: {
      stored: [],
      requests: [4, 4, 4],
      error: { ...outage, message: /^batch 1 of people \(4 rows\) was sent 3 times: POST / },
    },
  },
  {
    what: 'asks to come back tomorrow',
    rules: [{ does: { status: 429, headers: { 'Retry-After': '86400' } } }],
    expects: {
      stored: [],
      requests: 1,
      error: { ...outage, message: /the endpoint asks to wait for 86400 s$/ },
    },
  },
  {
    what: 'is overloaded for a moment',
    rules: [{ when: { requests: [1, 1] }, does: { status: 503, headers: { 'Retry-After': '0' } } }],
    expects: { stored: upTo(4), requests: [4, 4] },
  },
  {
    what: 'bears few requests at a time, many in flight',
    rows: 80,
    options: { maxInFlight: 8, tries: 5 },
    rules: [{ when: { requests: [3, 8] }, does: { status: 429 } }],
    expects: { stored: upTo(80), requests: 26 },
  },
  // Down.
  {
    what: 'fails once',
    rules: [{ when: { requests: [1, 1] }, does: { status: 500 } }],
    expects: { stored: upTo(4), requests: [4, 4] },
  },
  {
    what: 'fails twice, with pages of a proxy',
    rules: [{ when: { requests: [1, 2] }, does: { status: 502, body: '<html>Bad Gateway</html>' } }],
    expects: { stored: upTo(4), requests: [4, 4, 4] },
  },
  {
    what: 'times out once',
    rules: [{ when: { requests: [1, 1] }, does: { status: 408 } }],
    expects: { stored: upTo(4), requests: [4, 4] },
  },
  {
    what: 'is down, with one batch',
    ...always(500),
    expects: { stored: [], requests: [4, 4, 4, 2, 2], error: outage },
  },
  {
    what: 'is down, with one row',
    ...always(500),
    rows: 1,
    expects: { stored: [], requests: [1, 1, 1], error: outage },
  },
  {
    what: 'is down, with many batches',
    ...always(503),
    rows: 100,
    expects: { stored: [], requests: [4, 4, 4, 4], error: outage },
  },
  {
    what: 'is down, many in flight',
    ...always(500),
    rows: 200,
    options: { maxInFlight: 8 },
    expects: { stored: [], requests: 11, error: outage },
  },
  {
    what: 'goes down in the middle',
    rules: [{ when: { requests: [3, Infinity] }, does: { status: 500 } }],
    rows: 40,
    expects: { stored: upTo(8), requests: [4, 4, 4, 4, 4, 4], error: outage },
  },
  {
    what: 'refuses connections in the middle',
    rules: [{ when: { requests: [2, Infinity] }, does: { cut: 'before' } }],
    rows: 40,
    expects: { stored: upTo(4), requests: [4, 4, 4, 4], error: outage },
  },
  // A row that nobody can take.
  {
    what: 'fails at a row, with another batch behind',
    rows: 8,
    rules: [{ when: { has: 3 }, does: { status: 500 } }],
    expects: {
      stored: [1, 2, ...upTo(8, 4)],
      rejected: [[3, '500']],
      requests: [4, 4, 4, 4, 2, 2, 2, 2, 1, 1, 1, 1],
    },
  },
  {
    what: 'fails at the first row of the only batch',
    rules: [{ when: { has: 1 }, does: { status: 500 } }],
    expects: { stored: [2, 3, 4], rejected: [[1, '500']], requests: [4, 4, 4, 2, 2, 2, 2, 1, 1, 1, 1] },
  },
  {
    what: 'fails at a row, many in flight',
    rows: 48,
    options: { maxInFlight: 4 },
    rules: [{ when: { has: 5 }, does: { status: 500 } }],
    expects: { stored: [...upTo(4), ...upTo(48, 6)], rejected: [[5, '500']], requests: { from: 20, to: 26 } },
  },
  // Lost answers.
  {
    what: 'takes a batch and does not say so, knowing requests again',
    deduplicates: 'request',
    rules: [{ when: { requests: [1, 1] }, does: { cut: 'after' } }],
    expects: { stored: upTo(4), requests: [4, 4] },
  },
  {
    what: 'takes a batch and does not say so, knowing rows again',
    deduplicates: 'row',
    rules: [{ when: { requests: [1, 1] }, does: { cut: 'after' } }],
    expects: { stored: upTo(4), requests: [4, 4] },
  },
  {
    what: 'takes a batch and does not say so, knowing nothing again',
    rules: [{ when: { requests: [1, 1] }, does: { cut: 'after' } }],
    expects: { stored: [1, 1, 2, 2, 3, 3, 4, 4], requests: [4, 4] },
  },
  {
    what: 'cuts the connection before it reads',
    rules: [{ when: { requests: [1, 1] }, does: { cut: 'before' } }],
    expects: { stored: upTo(4), requests: [4, 4] },
  },
  {
    what: 'cuts its answer',
    deduplicates: 'request',
    rules: [{ when: { requests: [1, 1] }, does: { cut: 'within', body: '{"results":[' } }],
    expects: { stored: upTo(4), requests: [4, 4] },
  },
  {
    what: 'cuts every connection',
    rules: [{ does: { cut: 'before' } }],
    expects: { stored: [], requests: [4, 4, 4], error: outage },
  },
  // Results of rows.
  {
    what: 'answers a list of statuses, one of them to be tried again',
    rules: [
      { when: { requests: [1, 1] }, does: { status: 207, rows: 'list', codes: { 2: 422, 4: 429 } } },
      { does: { status: 207, rows: 'list' } },
    ],
    results: { shape: 'list' },
    expects: { stored: [1, 3, 4], rejected: [[2, '422']], requests: [4, 1] },
  },
  {
    what: 'answers a result for each row',
    rules: [{ does: { rows: 'items', codes: { 1: 'duplicate_email', 3: 'too_young' } } }],
    results: items,
    rows: 8,
    expects: {
      stored: [2, ...upTo(8, 4)],
      rejected: [
        [1, 'duplicate_email'],
        [3, 'too_young'],
      ],
      requests: [4, 4],
    },
  },
  {
    what: 'answers errors in the body',
    rules: [{ does: { rows: 'errors', codes: { 2: 'bad_zip' } } }],
    results: { shape: 'errors', path: 'errors' },
    expects: { stored: [1, 3, 4], rejected: [[2, 'bad_zip']], requests: [4] },
  },
  {
    what: 'answers errors counted from 1',
    rules: [{ does: { rows: 'errors from 1', codes: { 4: 'bad_zip' } } }],
    results: { shape: 'errors', path: 'errors', firstIndex: 1 },
    expects: { stored: [1, 2, 3], rejected: [[4, 'bad_zip']], requests: [4] },
  },
  {
    what: 'answers the indexes that failed',
    rules: [{ does: { rows: 'indexes', codes: { 1: 1, 4: 1 } } }],
    results: { shape: 'indexes', path: 'failed' },
    expects: {
      stored: [2, 3],
      rejected: [
        [1, 'refused'],
        [4, 'refused'],
      ],
      requests: [4],
    },
  },
  {
    what: 'answers a map by id',
    rules: [{ does: { rows: 'by id', codes: { 3: 404 } } }],
    results: { shape: 'by-id' },
    expects: { stored: [1, 2, 4], rejected: [[3, '404']], requests: [4] },
  },
  {
    what: 'answers failures by id',
    rules: [{ does: { rows: 'failures by id', codes: { 2: 'gone' } } }],
    results: { shape: 'by-id', unnamed: 'ok' },
    expects: { stored: [1, 3, 4], rejected: [[2, 'gone']], requests: [4] },
  },
  {
    what: 'answers NDJSON',
    rules: [{ does: { rows: 'ndjson', codes: { 4: 400 } } }],
    results: { shape: 'ndjson' },
    expects: { stored: [1, 2, 3], rejected: [[4, '400']], requests: [4] },
  },
  {
    what: 'rolls a group back for one row, with 201',
    rules: [
      {
        when: { has: 3 },
        does: {
          status: 201,
          rows: 'items',
          drops: true,
          codes: { 1: 'rolled_back', 2: 'rolled_back', 3: 'bad', 4: 'rolled_back' },
        },
      },
      { does: { status: 201, rows: 'items' } },
    ],
    results: { ...items, okCodes: [201], retryCodes: ['rolled_back'] },
    expects: { stored: [1, 2, 4], rejected: [[3, 'bad']], requests: [4, 3] },
  },
  {
    what: 'puts all rows off for ever',
    rules: [{ does: { rows: 'items', codes: { 1: 503, 2: 503, 3: 503, 4: 503 } } }],
    results: items,
    expects: {
      stored: [],
      requests: [4, 4, 4],
      error: { ...outage, message: /the endpoint asks to send rows again/ },
    },
  },
  {
    what: 'puts one row off for ever',
    rules: [{ does: { rows: 'items', codes: { 2: 503 } } }],
    results: items,
    rows: 8,
    expects: { stored: [1, ...upTo(8, 3)], rejected: [[2, 'retry']], requests: [4, 1, 1, 4] },
  },
  // Answers that are wrong.
  {
    what: 'answers a list that is too short',
    rules: [{ does: { body: { results: [{ status: 200 }] } } }],
    results: items,
    expects: {
      stored: upTo(4),
      requests: 1,
      error: {
        name: 'ConnectorError',
        code: 'WRITER_FAILED',
        message: /^batch 1 of people \(4 rows\): writeBatch returned 1 result for 4 rows$/,
      },
    },
  },
  {
    what: 'answers a list that is too long',
    rules: [{ does: { body: [200, 200, 200, 200, 200] } }],
    results: { shape: 'list' },
    expects: {
      stored: upTo(4),
      requests: 1,
      error: { name: 'ConnectorError', code: 'WRITER_FAILED', message: /returned 5 results for 4 rows$/ },
    },
  },
  {
    what: 'answers a page of HTML',
    rules: [{ does: { body: '<html>Please log in</html>' } }],
    results: items,
    expects: {
      stored: upTo(4),
      requests: 1,
      error: {
        name: 'ConfigError',
        code: 'HTTP_REFUSED',
        message: /^the answer to a batch has no list of results at results, but nothing$/,
      },
    },
  },
  // Nothing that another try would change.
  {
    what: 'knows no such user',
    ...always(401),
    expects: { stored: [], requests: 1, error: { name: 'AuthError', code: 'AUTH_FAILED' } },
  },
  {
    what: 'lets nobody write',
    ...always(403),
    expects: { stored: [], requests: 1, error: { name: 'AuthError', code: 'AUTH_FAILED' } },
  },
  {
    what: 'is not there',
    ...always(404),
    expects: { stored: [], requests: 1, error: { name: 'ConfigError', code: 'HTTP_REFUSED' } },
  },
  {
    what: 'takes no POST',
    ...always(405),
    expects: { stored: [], requests: 1, error: { name: 'ConfigError', code: 'HTTP_REFUSED' } },
  },
  {
    what: 'does not do this',
    ...always(501),
    expects: { stored: [], requests: 1, error: { name: 'ConfigError', code: 'HTTP_REFUSED' } },
  },
  // Order.
  {
    what: 'is down, and the batch behind has later versions of the rows',
    ...always(500),
    rows: upTo(8).map((n) => ({ id: (n % 4) + 1, version: n })),
    primaryKey: ['id'],
    expects: { stored: [], requests: [4, 4, 4, 2, 2], error: outage },
  },
  {
    what: 'is down, and the halves of the only batch have the same rows',
    ...always(500),
    rows: upTo(4).map((n) => ({ id: n % 2, version: n })),
    primaryKey: ['id'],
    expects: { stored: [], requests: [4, 4, 4, 2], error: outage },
  },
  {
    what: 'gets versions of the same rows, many in flight',
    rows: upTo(48).map((n) => ({ id: n % 5, version: n })),
    options: { rows: 3, maxInFlight: 8 },
    primaryKey: ['id'],
    rules: [
      { when: { requests: [2, 3] }, does: { status: 500 } },
      { when: { requests: [5, 5] }, does: { delay: 20 } },
    ],
    expects: {
      stored: upTo(48)
        .map((n) => n % 5)
        .sort((a, b) => a - b),
      requests: 18,
      versions: { 0: 45, 1: 46, 2: 47, 3: 48, 4: 44 },
    },
  },
];
