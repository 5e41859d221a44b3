/** Where the server looks for a parameter: the query (the default), a header, or the JSON body, by a dotted path. */
export type FakePlace = 'query' | 'header' | 'body';

/** What all ways of paging share. */
interface AnyFakePaging {
  /** Rows of a page where the request names no size. Default 10. */
  readonly size?: number;
  /** Name of the parameter with the page size. Default `per_page` for pages by number, `limit` for all others. */
  readonly sizeParam?: string;
  /** Rows of a page at most. A larger size is lowered without a word. */
  readonly maxSize?: number;
  /** Where the parameters are. Default query. `body` needs the method POST. */
  readonly in?: FakePlace;
  /**
   * Pages that have fewer rows than asked for, by their number from 1: `{ 2: 1, 3: 0 }` gives one row on page 2 and
   * none on page 3. The rows that are missing there begin the next page; none is lost.
   */
  readonly shortPages?: Readonly<Record<number, number>>;
  /** True: every request gets all rows (up to `maxSize`). `position`: every request gets the first page of its size. */
  readonly ignoresPaging?: boolean | 'position';
}

/**
 * What lies beyond the last page: `empty` (the default), the `last` page again, the first one (`restart`), the last
 * rows, so that also a last page in sight is full and overlaps the one before (`slide`), or this status.
 */
export type PastEnd = 'empty' | 'last' | 'restart' | 'slide' | 400 | 404 | 410 | 416 | 422;

/** One answer has all rows. */
export interface FakeNoPaging {
  readonly type: 'none';
}

/** Pages by number. */
export interface FakePagePaging extends AnyFakePaging {
  readonly type: 'page';
  /** Default `page`. */
  readonly param?: string;
  /** Number of the first page. Default 1. A smaller number is refused with 400. */
  readonly first?: 0 | 1;
  /** True: page 0 is taken for page 1. */
  readonly zeroIsOne?: boolean;
  readonly pastEnd?: PastEnd;
}

/** Pages by the number of rows before them. */
export interface FakeOffsetPaging extends AnyFakePaging {
  readonly type: 'offset';
  /** Default `offset`. */
  readonly param?: string;
  /** Offset of the first row. Default 0. */
  readonly first?: 0 | 1;
  /** A larger offset is refused with 400. */
  readonly maxOffset?: number;
  readonly pastEnd?: PastEnd;
}

/** What the styles share where an answer leads to the next page. */
interface LinkedFakePaging extends AnyFakePaging {
  /** True: the last page with rows leads to one more, which is empty and the end. */
  readonly lateEnd?: boolean;
  /** Number, from 1, of a page that leads to itself for ever. */
  readonly stuckAt?: number;
}

/**
 * What stands on the last page in the place of the next cursor or URL: nothing (`missing`, the default), null, false,
 * `""`, 0, or (`cursor`) a cursor that leads to an empty page; then only `hasMore`, or that page, tells the end.
 */
export type FakeEnd = 'missing' | 'null' | 'false' | 'empty' | 'zero' | 'cursor';

/** The body has the cursor of the next page. */
export interface FakeCursorPaging extends LinkedFakePaging {
  readonly type: 'cursor';
  /** Default `cursor`. */
  readonly param?: string;
  /** Where the next cursor stands in the answer. Default `next_cursor`. */
  readonly path?: string;
  /**
   * `opaque` (the default): base64 text with `+`, `/` and `=`, refused with 400 when it comes back otherwise; `number`;
   * `object`: `{ "page": 2 }`, taken back in the body only.
   */
  readonly cursors?: 'opaque' | 'number' | 'object';
  readonly end?: FakeEnd;
}

/** The next page begins after a value of the last row. The rows must be in the order of that value. */
export interface FakeKeysetPaging extends AnyFakePaging {
  readonly type: 'keyset';
  /** Default `after`. */
  readonly param?: string;
  /** Name of the value in a row. Default `id`. */
  readonly field?: string;
  /** True: the row with the value itself comes again, first. */
  readonly inclusive?: boolean;
}

/**
 * How a next URL is written: whole (`absolute`, the default), from its path (`/items?page=2`), or as a query alone
 * (`?page=2`).
 */
export type NextUrlForm = 'absolute' | 'path' | 'query';

interface UrlFakePaging extends LinkedFakePaging {
  /** Name of the parameter with the page number in next URLs. Default `page`. */
  readonly param?: string;
  readonly form?: NextUrlForm;
  /** Origin of next URLs, such as `http://other.example`, in the place of the server's own. For absolute ones. */
  readonly otherOrigin?: string;
}

/** A `Link` header leads to the next page. */
export interface FakeLinkPaging extends UrlFakePaging {
  readonly type: 'link';
  /** Relation of the next page. Default `next`. */
  readonly rel?: string;
  /** Relations that are named besides, in this order before the next. `first`, `prev` and `last` lead where they say. */
  readonly otherRels?: readonly string[];
  /**
   * How a link is written: `plain` (the default) is `<url>; rel="next"`; `unquoted` has `rel=next`; `upper` has
   * `REL="NEXT"`; `commas` puts `title="a, <b>; rel=next"` before the relation; `several` has `rel="page next"`.
   */
  readonly writing?: 'plain' | 'unquoted' | 'upper' | 'commas' | 'several';
}

/** The body has the URL of the next page. */
export interface FakeNextUrlPaging extends UrlFakePaging {
  readonly type: 'nextUrl';
  /** Where the URL stands in the answer. Default `next`. */
  readonly path?: string;
  readonly end?: Exclude<FakeEnd, 'zero' | 'cursor'>;
}

/**
 * A GraphQL connection, asked by POST with `query` and `variables`: `{ edges: [{ cursor, node }], pageInfo }`. The query
 * is not read: the answer has all fields.
 */
export interface FakeGraphqlPaging extends LinkedFakePaging {
  readonly type: 'graphql';
  /** Where the connection stands in the answer. Default `data.items`. */
  readonly connection?: string;
  /** `edges` (the default), or `nodes`: the rows as they are. */
  readonly list?: 'edges' | 'nodes';
  /** Name of the variable with the cursor. Default `after`. Sizes are in `sizeParam`, default `first`. */
  readonly param?: string;
}

/** How a route gives its rows page by page. The types are those of `paginate`. */
export type FakePaging =
  | FakeNoPaging
  | FakePagePaging
  | FakeOffsetPaging
  | FakeCursorPaging
  | FakeKeysetPaging
  | FakeLinkPaging
  | FakeNextUrlPaging
  | FakeGraphqlPaging;
