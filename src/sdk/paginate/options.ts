import type { BodyFormat, HttpClient } from '../http.js';
import type { Row } from '../schema.js';
import type { Paging } from './paging.js';

/** What `paginate` does with a page that came before. */
export type OnRepeat = 'error' | 'stop' | 'allow';

/** What is wrong with an API's paging, for `advise`. */
export type PagingProblem =
  /** The first two pages are the same. */
  | 'same-first-page'
  /** A later page is the same as the one before. */
  | 'same-last-page'
  /** A page is the same as the first one, or another one long ago. */
  | 'began-anew'
  /** A page begins with rows that ended the page before. */
  | 'overlap'
  /** A cursor or next URL came again. */
  | 'same-cursor'
  /** A cursor, next URL or total is of a type that it cannot be. */
  | 'wrong-type'
  /** More pages than `maxPages`, or a long stretch of empty ones. */
  | 'too-many-pages'
  /** An offset beyond `maxOffset`. */
  | 'offset-cap'
  /** The pages end though the API says that more follows. */
  | 'unfinished'
  /** Fewer or more rows than the total. */
  | 'total'
  /** There are no rows where they should be. */
  | 'no-rows'
  /** The first page was refused with a 4xx status. */
  | 'refused-first-page'
  /** A later page was refused with a 4xx status. */
  | 'refused-page'
  /** The answer has an `errors` list. */
  | 'errors';

/** One read of an API, page by page. */
export interface PaginateOptions {
  /** Default: `context.http`. */
  readonly http?: HttpClient;
  readonly url: string;
  /** Default GET; POST with a body or GraphQL. A read is safe to repeat, whatever its method. */
  readonly method?: string;
  /** The query, besides what the URL has. */
  readonly params?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. Never changed: each request has a copy with the paging parameters in it. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly paging: Paging;
  /**
   * Where the rows are in an answer: names joined by dots, or a JMESPath expression; `""` (the default): the answer
   * itself. A list is its items; an object is one row, where there is no paging. Or a function that returns the rows.
   */
  readonly rows?: string | ((answer: unknown) => readonly Row[]);
  /** Path of the row inside each item. */
  readonly record?: string;
  /** True: a path that leads to nothing means no rows. False (the default): it is an error. */
  readonly emptyIfMissing?: boolean;
  /** True: an answer with an `errors` list is taken for a success. Default false. */
  readonly allowErrors?: boolean;
  /** Default json. */
  readonly decode?: BodyFormat;
  /** Rows wanted at most, as `request.recordsLimit`; below 0 (the default): all. No page is asked for beyond it. */
  readonly limit?: number;
  /**
   * True (the default): following pages are fetched while one is consumed. False: a page is asked for when the one
   * before has been consumed, for APIs whose answer depends on what was done with the last.
   */
  readonly prefetch?: boolean;
  /** Default error. */
  readonly onRepeat?: OnRepeat;
  /** Pages with rows at most; more are an error. Default 1,000,000. */
  readonly maxPages?: number;
  /** What to do about a problem, in one sentence, where the caller has better names than the options here. */
  readonly advise?: (problem: PagingProblem) => string | undefined;
}
