import { CursorGuard } from './cursor-guard.js';
import { EndRules } from './end-rules.js';
import type { Fail } from './fail.js';
import type { PaginateOptions } from './options.js';
import type { PagingEnd } from './paging.js';
import type { Page, Pager, Step } from './step.js';

const MAX_PAGES = 1_000_000;
/** So many pages in a row without a new row, though the API names a next one, are a loop. */
const MAX_EMPTY_PAGES = 1000;

/** Decides what follows a page, and holds the rows that came against what the API says of them. */
export class NextStep {
  readonly rules: EndRules;
  readonly #pager: Pager;
  readonly #options: PaginateOptions;
  readonly #fail: Fail;
  readonly #warn: (message: string) => void;
  readonly #cursors = new CursorGuard();
  #pages = 0;
  #rows = 0;
  #emptyPages = 0;
  #total: number | undefined;
  #hasMore: boolean | undefined;

  /** @throws SyntaxError for a path that is none */
  constructor(options: PaginateOptions, pager: Pager, fail: Fail, warn: (message: string) => void) {
    this.rules = new EndRules(options.paging, fail);
    this.#options = options;
    this.#pager = pager;
    this.#fail = fail;
    this.#warn = warn;
  }

  /** Answers that were read. */
  get pages(): number {
    return this.#pages;
  }

  /** Rows that came, without those that were dropped as doubled. */
  get rows(): number {
    return this.#rows;
  }

  /** The number of all rows, as the API said last. */
  get total(): number | undefined {
    return this.#total;
  }

  /** True: all rows are there, if what the first page calls their total is no count of its own rows. */
  get isTotalInDoubt(): boolean {
    return this.#pages === 1 && this.#rows === this.#total && this.#hasMore !== true;
  }

  /** Counts a page. @param newRows its rows without those that came before */
  count(page: Page, newRows: number): void {
    this.#pages += 1;
    this.#rows += newRows;
    this.#emptyPages = newRows === 0 ? this.#emptyPages + 1 : 0;
    const { maxPages = MAX_PAGES } = this.#options;
    if (this.#pages > maxPages && newRows > 0) {
      this.#fail('too-many-pages', page.request, `was page ${this.#pages}, and maxPages is ${maxPages}`);
    }
  }

  /**
   * What follows the page that was counted last.
   * @throws ConfigError where rows would be lost or doubled
   */
  after(page: Page, step: Step): Step | PagingEnd {
    if (!page.isPastEnd) {
      this.#noteTotal(page);
      this.#hasMore = this.rules.hasMore(page);
    }
    if (this.#total !== undefined && this.#rows > this.#total) this.#failTotal(page, 'brought');
    const next = this.#following(page, step);
    return typeof next === 'string' ? this.endBy(next, page) : next;
  }

  /** Makes sure that the read may end so. */
  endBy(end: PagingEnd, page: Page): PagingEnd {
    if (this.#hasMore === true) {
      this.#fail(
        'unfinished',
        page.request,
        `ended the pages (${end}), though the API says that more follows`,
      );
    }
    if (this.#total !== undefined && this.#rows < this.#total)
      this.#failTotal(page, `ended the pages (${end}) with`);
    return end;
  }

  #following(page: Page, step: Step): Step | PagingEnd {
    const number = this.#pages - 1;
    const hasMore = this.#hasMore;
    if (page.isPastEnd) return 'end-status';
    if (hasMore === false) return 'no-more';
    // What the first page calls a total may be the number of its own rows; then another page follows, and shows it.
    if (!this.#pager.isNamed && number > 0 && this.#rows === this.#total && hasMore !== true) return 'total';
    if (this.#emptyPages >= MAX_EMPTY_PAGES) {
      this.#fail(
        'too-many-pages',
        page.request,
        `was the ${this.#emptyPages}th page in a row without new rows`,
      );
    }
    const next = this.#pager.next(page, step, { number, hasMore });
    if (typeof next === 'string' || next.cursor === undefined) return next;
    // A feed has no end: when all rows have come, it names the same cursor again.
    const isFeed = next.url === undefined && this.#rows > 0 && page.rows.length === 0 && hasMore !== true;
    if (isFeed && next.cursor === step.cursor) return 'no-next';
    return this.#repeated(page, next, next.cursor) ?? next;
  }

  #noteTotal(page: Page): void {
    const total = this.rules.total(page);
    if (total === undefined) return;
    if (this.#total !== undefined && total !== this.#total) {
      this.#warn(
        `the number of all rows changed from ${this.#total} to ${total} in mid-read, so rows may be missing or doubled`,
      );
    }
    this.#total = total;
  }

  #failTotal({ request }: Page, what: string): never {
    const rows = `${this.#rows} ${this.#rows === 1 ? 'row' : 'rows'}`;
    return this.#fail(
      'total',
      request,
      `${what} ${rows} so far, where the API says that there are ${this.#total}`,
    );
  }

  /** @returns the end of the read, where a cursor came again and that is one */
  #repeated(page: Page, next: Step, cursor: string): PagingEnd | undefined {
    const { onRepeat = 'error' } = this.#options;
    if (onRepeat === 'allow') return undefined;
    if (this.#pages === 1 && next.url !== undefined) this.#cursors.find(page.url);
    const found = this.#cursors.find(cursor);
    if (found === 'new') return undefined;
    if (this.#rows === this.#total) return 'total';
    // Where it was not found at once, rows have been doubled already.
    if (onRepeat === 'error' || found === 'late') {
      const what = next.url === undefined ? 'named a cursor' : 'named a next URL';
      this.#fail('same-cursor', page.request, `${what} that was there before`);
    }
    return 'repeat';
  }
}
