/** Where a paging parameter is sent: in the query (the default), as a header, or in the JSON body, by a dotted path. */
export type ParamPlace = 'query' | 'header' | 'body';

/** What every way of paging may say. */
export interface PagingBase {
  /**
   * Path of a value that says whether more follows: false, 0, `""`, `"false"`, `"0"` and `"no"` say no, another value
   * says yes. One that is missing or null says nothing: the other rules decide.
   */
  readonly hasMorePath?: string;
  /** Path of the number of all rows. Ends the read when so many came; fewer are an error. */
  readonly totalPath?: string;
  /** Statuses that mean "there is no such page", for APIs that answer so beyond their last page. Never for the first. */
  readonly endStatus?: readonly number[];
}

/** What ways of paging that take parameters may say. */
export interface SizedPaging extends PagingBase {
  /** Where the parameters are sent. Default query. */
  readonly in?: ParamPlace;
  /** Rows asked for in one page. The API may give fewer; that alone never ends a read. */
  readonly size?: number;
  /** Name of the parameter with the page size; `""`: not sent. */
  readonly sizeParam?: string;
}

/** One request has everything. */
export interface NoPaging extends PagingBase {
  readonly type: 'none';
}

/** Pages by number. Default parameters `page` and `per_page`. */
export interface PageNumberPaging extends SizedPaging {
  readonly type: 'page';
  readonly param?: string;
  /** Number of the first page. Default 1. */
  readonly first?: number;
}

/** Pages by the number of rows before them, which grows by the rows that came. Default parameters `offset` and `limit`. */
export interface OffsetPaging extends SizedPaging {
  readonly type: 'offset';
  readonly param?: string;
  /** Offset of the first row. Default 0. */
  readonly first?: number;
  /** Largest offset that the API serves; a read that would go beyond is an error. */
  readonly maxOffset?: number;
}

/** Each answer names the cursor of the next page. It ends when that is missing, null, false or `""`. */
export interface CursorPaging extends SizedPaging {
  readonly type: 'cursor';
  /** Name of the parameter with the cursor. Default `cursor`. The first request has none. */
  readonly param?: string;
  /** Path of the next cursor in the answer. */
  readonly path: string;
}

/** The next page begins after a value of the last row: an id, a time. It ends at an empty page. */
export interface KeysetPaging extends SizedPaging {
  readonly type: 'keyset';
  /** Name of the parameter with the value. Default `after`. */
  readonly param?: string;
  /** Path of the value in a row. */
  readonly field: string;
  /** Value sent with the first request. Default: none is sent. */
  readonly first?: string | number | bigint;
}

/** Each answer has a `Link` header (RFC 8288) with the URL of the next page. */
export interface LinkPaging extends SizedPaging {
  readonly type: 'link';
  /** Relation that names the next page. Default `next`. */
  readonly rel?: string;
}

/** Each answer has the URL of the next page in its body, whole or relative. */
export interface NextUrlPaging extends SizedPaging {
  readonly type: 'nextUrl';
  readonly path: string;
}

/** A GraphQL connection: `pageInfo { hasNextPage endCursor }`, the cursor as a variable of the query. */
export interface GraphqlPaging extends SizedPaging {
  readonly type: 'graphql';
  /** Path of pageInfo, for example `data.users.pageInfo`. */
  readonly pageInfo: string;
  /** Name of the variable with the cursor. Default `after`. */
  readonly variable?: string;
  /** Name of the variable with the page size. Default: none is sent. */
  readonly sizeVariable?: string;
}

/** How an API gives its rows page by page. */
export type Paging =
  | NoPaging
  | PageNumberPaging
  | OffsetPaging
  | CursorPaging
  | KeysetPaging
  | LinkPaging
  | NextUrlPaging
  | GraphqlPaging;

/** Why a read ended. */
export type PagingEnd =
  | 'one-page'
  | 'empty-page'
  | 'no-next'
  | 'no-more'
  | 'total'
  | 'limit'
  | 'repeat'
  | 'end-status'
  | 'closed'
  | 'failed';

/** What one read of an API did, for the log and the run's report. */
export interface PagingSummary {
  /** Without query and credentials. */
  readonly address: string;
  readonly paging: Paging['type'];
  /** Answers that were read, those without rows included. */
  readonly pages: number;
  readonly rows: number;
  readonly end: PagingEnd;
}
