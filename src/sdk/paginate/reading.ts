import type { ConnectorContext } from '../connector.js';
import { isHostError } from '../errors.js';
import { readPath } from '../read-path.js';
import type { Row } from '../schema.js';
import { CursorGuard } from './cursor-guard.js';
import { EndRules } from './end-rules.js';
import { failWith, type Fail } from './fail.js';
import type { PaginateOptions } from './options.js';
import { PageReader } from './page-reader.js';
import { createPager } from './pager.js';
import type { PagingEnd } from './paging.js';
import { ReadAhead } from './read-ahead.js';
import { RepeatGuard } from './repeat-guard.js';
import { isSameStep, type Page, type Pager, type Step } from './step.js';

const MAX_PAGES = 1_000_000;
/** So many pages in a row without a new row, though the API says that more follows, are a loop. */
const MAX_EMPTY_PAGES = 1000;
/** An API that pages at all has pages of at least so many rows. */
const SMALLEST_PAGE = 10;

/** One read of an API. */
export class Reading {
  readonly #context: Pick<ConnectorContext, 'logger' | 'notePaging'>;
  readonly #options: PaginateOptions;
  readonly #fail: Fail;
  readonly #pager: Pager;
  readonly #reader: PageReader;
  readonly #endRules: EndRules;
  readonly #repeats = new RepeatGuard();
  readonly #cursors = new CursorGuard();
  readonly #ahead: ReadAhead;
  readonly #limit: number;
  #pages = 0;
  /** Rows that came, without those that were dropped as doubled. */
  #rows = 0;
  #emptyPages = 0;
  #total: number | undefined;

  /** @throws SyntaxError for a path that is none */
  constructor(context: Pick<ConnectorContext, 'http' | 'logger' | 'notePaging'>, options: PaginateOptions) {
    const { paging, advise, limit = -1 } = options;
    this.#context = context;
    this.#options = options;
    this.#limit = limit > 0 ? limit : Infinity;
    this.#fail = failWith(advise);
    this.#pager = createPager(paging, this.#fail);
    this.#reader = new PageReader(context, options, this.#fail);
    this.#endRules = new EndRules(paging, this.#fail);
    const first = this.#pager.first();
    this.#ahead = new ReadAhead((step, signal) => this.#reader.read(step, isSameStep(step, first), signal));
  }

  /** Yields each page that has rows. */
  async *pages(): AsyncGenerator<readonly Row[], void> {
    let end: PagingEnd = 'failed';
    try {
      let step = this.#pager.first();
      let lastLength = this.#askedSize();
      for (;;) {
        const page = await this.#take(step);
        if (page === undefined) {
          end = 'total';
          return;
        }
        const rows = this.#newRows(page);
        if (rows === undefined) {
          end = 'repeat';
          return;
        }
        const room = this.#limit - this.#rows;
        this.#rows += rows.length;
        const next = rows.length >= room ? 'limit' : this.#next(page, step);
        if (typeof next !== 'string' && this.#options.prefetch !== false) {
          this.#fetchAhead(next, page.rows.length, lastLength);
        }
        this.#pages += 1;
        if (rows.length > 0) {
          end = typeof next === 'string' ? next : 'closed';
          yield rows.length > room ? rows.slice(0, room) : rows;
          end = 'failed';
        }
        if (typeof next === 'string') {
          end = next;
          this.#warn(end, page);
          return;
        }
        lastLength = page.rows.length;
        step = next;
      }
    } finally {
      this.#finish(end);
    }
  }

  /** Undefined: the page was asked for to make sure of the total, and the API says that there is none. */
  async #take(step: Step): Promise<Page | undefined> {
    try {
      return await this.#ahead.take(step);
    } catch (error) {
      const isRefused =
        isHostError(error) && error.code === 'HTTP_REFUSED' && error.details.status !== undefined;
      if (isRefused && this.#pages === 1 && this.#rows === this.#total) return undefined;
      throw error;
    }
  }

  /** The rows of a page without those that came before; undefined where the whole page did, and that ends the read. */
  #newRows(page: Page): readonly Row[] | undefined {
    const { paging, onRepeat = 'error' } = this.#options;
    if (paging.type === 'none' || onRepeat === 'allow') return page.rows;
    const repetition = this.#repeats.check(page);
    if (!repetition) return page.rows;
    if (onRepeat === 'error') this.#fail(repetition.problem, page.request, repetition.what);
    if (repetition.problem === 'overlap') return page.rows.slice(repetition.rows);
    return this.#mayBePageZero() ? [] : undefined;
  }

  /** Page 1 is the same as page 0: the API may count from 1, and then more follows. */
  #mayBePageZero(): boolean {
    const { paging } = this.#options;
    return paging.type === 'page' && paging.first === 0 && this.#pages === 1;
  }

  #next(page: Page, step: Step): Step | PagingEnd {
    this.#emptyPages = page.rows.length === 0 ? this.#emptyPages + 1 : 0;
    const hasMore = page.isPastEnd ? undefined : this.#endRules.hasMore(page);
    const next = this.#followingStep(page, step, hasMore);
    const isEnd = typeof next === 'string';
    if (this.#isTotalReached(page, isEnd)) return 'total';
    if (isEnd) return next;
    const { maxPages = MAX_PAGES } = this.#options;
    if (this.#pages + 1 >= maxPages) {
      this.#fail('too-many-pages', page.request, `was page ${this.#pages + 1}, and more would follow`);
    }
    if (this.#emptyPages >= MAX_EMPTY_PAGES) {
      this.#fail('too-many-pages', page.request, `was the ${this.#emptyPages}th page in a row without rows`);
    }
    return this.#repeatsCursor(page, next) ? 'repeat' : next;
  }

  #followingStep(page: Page, step: Step, hasMore: boolean | undefined): Step | PagingEnd {
    if (page.isPastEnd) return 'end-status';
    if (hasMore === false) return 'no-more';
    return this.#pager.next(page, step, { number: this.#pages, hasMore });
  }

  /** @throws ConfigError where the rows that came are not as many as the API says that there are */
  #isTotalReached(page: Page, isEnd: boolean): boolean {
    if (!page.isPastEnd) this.#total = this.#endRules.total(page) ?? this.#total;
    const total = this.#total;
    if (total === undefined) return false;
    if (this.#rows > total || (isEnd && this.#rows < total)) {
      const count = `${this.#rows} ${this.#rows === 1 ? 'row has' : 'rows have'} come`;
      this.#fail(
        'total',
        page.request,
        `${isEnd ? 'ended the pages' : 'is not the last page'}: ${count} of ${total} in all`,
      );
    }
    if (isEnd || this.#rows < total) return false;
    // What is called a total may be the number of rows in the page; then another page follows, and shows it.
    return this.#pages > 0;
  }

  /** @returns true where a cursor came again, and that ends the read */
  #repeatsCursor(page: Page, next: Step): boolean {
    const { onRepeat = 'error' } = this.#options;
    if (next.cursor === undefined || onRepeat === 'allow') return false;
    if (this.#pages === 0 && next.url !== undefined) this.#cursors.repeats(page.url);
    if (!this.#cursors.repeats(next.cursor)) return false;
    const what = next.url === undefined ? 'named a cursor' : 'named a next URL';
    if (onRepeat === 'error') this.#fail('same-cursor', page.request, `${what} that was there before`);
    return true;
  }

  /**
   * Starts the request for the next page, and for the one after it where that can be known: when pages have one and the
   * same length, by now.
   */
  #fetchAhead(next: Step, length: number, lastLength: number | undefined): void {
    void this.#ahead.start(next);
    const expected = this.#rows + length;
    const isWanted = length > 0 && expected < this.#limit && expected < (this.#total ?? Infinity);
    if (isWanted && length === lastLength && this.#pager.guess) {
      void this.#ahead.start(this.#pager.guess(next, length));
    }
  }

  #askedSize(): number | undefined {
    const { paging } = this.#options;
    return 'size' in paging ? paging.size : undefined;
  }

  /** Says what may be wrong where nothing can be known to be. */
  #warn(end: PagingEnd, page: Page): void {
    this.#warnOfOnePage(end, page);
    const { hasMorePath = '' } = this.#options.paging;
    if (end !== 'limit' && this.#rows > 0 && this.#endRules.neverSaysMore) {
      this.#context.logger.warn(
        `no answer of ${this.#reader.address} has anything at "${hasMorePath}", which should say whether more follows; correct the path`,
      );
    }
  }

  /** One page and no word of a next one: there is none, or the path is wrong and rows are missing. */
  #warnOfOnePage(end: PagingEnd, { answer }: Page): void {
    const { paging } = this.#options;
    // A short page is no sign of the end: the API may have lowered the page size.
    if (end !== 'no-next' || this.#pages > 1 || this.#rows < SMALLEST_PAGE) return;
    if ('path' in paging && readPath(paging.path, answer) !== undefined) return;
    const where = 'path' in paging ? `at "${paging.path}"` : 'in a Link header';
    this.#context.logger.warn(
      `${this.#reader.address} has only one page of ${this.#rows} rows, as it names no next page ${where}; check that if there should be more`,
    );
  }

  #finish(end: PagingEnd): void {
    this.#ahead.stop();
    const { type: paging } = this.#options.paging;
    const { address } = this.#reader;
    const summary = { address, paging, pages: this.#pages, rows: Math.min(this.#rows, this.#limit), end };
    const { logger } = this.#context;
    logger.info(
      `read ${summary.rows} rows in ${summary.pages} pages from ${address} (${paging}), ended by ${end}`,
    );
    this.#context.notePaging(summary);
  }
}
