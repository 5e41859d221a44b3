import type { Row } from '../schema.js';
import type { PagingEnd } from './paging.js';

/** What the next request differs by. */
export interface Step {
  /** Paging parameters by name. Undefined: not sent. */
  readonly values: Readonly<Record<string, unknown>>;
  /** Instead of the read's own URL: a next link. The query of the read is not added to it. */
  readonly url?: string;
  /** Where that URL was found. */
  readonly linkedFrom?: string;
  /** The cursor or URL that leads to the next page, where the answer before named one: it may come once only. */
  readonly cursor?: string;
}

/** One answer, read. */
export interface Page {
  readonly rows: readonly Row[];
  /** The answer as it was parsed; undefined where `endStatus` says that there is no such page. */
  readonly answer: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Where it came from. */
  readonly url: string;
  /** Reads the rows once more: whoever was given `rows` may have changed them. */
  readonly readAgain: () => readonly Row[];
  /** What was asked, as the start of a sentence. */
  readonly request: string;
  /** True: the API says that there is no such page. */
  readonly isPastEnd: boolean;
}

/** Where a read stands when a page has come. */
export interface Position {
  /** Number of the page, from 0. */
  readonly number: number;
  /** What `hasMorePath` says; undefined: nothing. */
  readonly hasMore: boolean | undefined;
}

/** Knows one way of paging. Has no state: everything is in the page, the step that led to it and the position. */
export interface Pager {
  /** True: the API itself names the next page. False: it is counted, or follows from the last row. */
  readonly isNamed: boolean;
  first(): Step;
  /**
   * What follows a page: the step to the next one, or why there is none. Not asked for a page past the end, nor where
   * `hasMorePath` says that no more follows.
   */
  next(page: Page, step: Step, position: Position): Step | PagingEnd;
  /**
   * The step that will follow a step if the page between has so many rows, where that can be known before the page is
   * there. Absent: it cannot.
   */
  guess?(step: Step, rows: number): Step;
}

/** Whether two steps ask for the same page. */
export function isSameStep(one: Step, other: Step): boolean {
  const names = Object.keys(one.values);
  return (
    one.url === other.url &&
    names.length === Object.keys(other.values).length &&
    names.every((name) => one.values[name] === other.values[name])
  );
}
