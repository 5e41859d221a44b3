/**
 * Where an answer says what became of each row. `list`: an item for each row, in their order; `ndjson`: the same, a line
 * each; `errors`: an item with the index of each row that was not taken; `indexes`: these indexes alone; `by-id`: an
 * object with an item for each id, or a list of items that name theirs.
 */
export type RowResultShape = 'list' | 'ndjson' | 'errors' | 'indexes' | 'by-id';

/** How {@link readRowResults} reads an answer. Paths are those of `readPath`. */
export interface RowResultOptions {
  readonly shape: RowResultShape;
  /** Where the list, or the object of `by-id`, lies in the body. Default: the body is it. */
  readonly path?: string;
  /**
   * Where an item has its status or code; an item that is no object is its own code, and one that is null has none.
   * Default `status`.
   */
  readonly codePath?: string;
  /** Where an item says what is wrong. Default `message`. */
  readonly messagePath?: string;
  /** Where an item says how many seconds to wait. Default `retryAfter`. */
  readonly retryAfterPath?: string;
  /** Codes of rows that were taken; null: those without a code. Default: 200 to 299, and true. */
  readonly okCodes?: readonly (string | number | boolean | null)[];
  /** Codes of rows to send again, as those of a group that was rolled back. Default: 408, 429 and 500 to 599. */
  readonly retryCodes?: readonly (string | number | boolean)[];
  /** With `errors`: where an item has the index of its row. Default `index`. */
  readonly indexPath?: string;
  /** Index of the first row, with `errors` and `indexes`. Default 0. */
  readonly firstIndex?: 0 | 1;
  /**
   * With `errors` and `indexes`: an answer without the list says that all rows were taken (`ok`). Default: an error, since
   * a path that is mistyped would take every refused row for one that was taken.
   */
  readonly missing?: 'ok';
  /** With `by-id`: the column of a row that has its id. Default `id`. */
  readonly idColumn?: string;
  /** With `by-id` and a list: where an item has its id. Default `id`. */
  readonly idPath?: string;
  /** With `by-id`: rows that the answer does not name were taken (`ok`), or are sent again (`retry`). Default: an error. */
  readonly unnamed?: 'ok' | 'retry';
}
