import type { ConnectorContext } from '../connector.js';
import { ConfigError, isHostError } from '../errors.js';
import { PathError, readPath } from '../read-path.js';
import type { Row } from '../schema.js';
import { adviceFor, failWith, type Fail } from './fail.js';
import { NextStep } from './next-step.js';
import type { OnRepeat, PaginateOptions } from './options.js';
import { PageReader } from './page-reader.js';
import { createPager } from './pager.js';
import type { PagingEnd } from './paging.js';
import { ReadAhead } from './read-ahead.js';
import { RepeatGuard } from './repeat-guard.js';
import { isSameStep, type Page, type Pager, type Step } from './step.js';

/** An API that pages at all has pages of at least so many rows. */
const SMALLEST_PAGE = 10;
/** Statuses that may mean that there is no such page. */
const NO_SUCH_PAGE = new Set<number | undefined>([400, 404, 410, 416, 422]);

/** One read of an API. */
export class Reading {
  readonly #context: Pick<ConnectorContext, 'logger' | 'notePaging'>;
  readonly #options: PaginateOptions;
  readonly #onRepeat: OnRepeat;
  readonly #fail: Fail;
  readonly #pager: Pager;
  readonly #reader: PageReader;
  readonly #next: NextStep;
  readonly #repeats = new RepeatGuard();
  readonly #ahead: ReadAhead;
  readonly #limit: number;

  /** @throws SyntaxError for a path that is none */
  constructor(context: Pick<ConnectorContext, 'http' | 'logger' | 'notePaging'>, options: PaginateOptions) {
    const { paging, advise, limit = -1, onRepeat = 'error' } = options;
    this.#context = context;
    this.#options = options;
    this.#onRepeat = onRepeat;
    this.#limit = limit >= 0 ? limit : Infinity;
    this.#fail = failWith(advise);
    this.#pager = createPager(paging, this.#fail, onRepeat);
    this.#reader = new PageReader(context, options, this.#fail);
    const warn = (message: string): void => context.logger.warn(`${this.#reader.address}: ${message}`);
    this.#next = new NextStep(options, this.#pager, this.#fail, warn);
    const first = this.#pager.first();
    this.#ahead = new ReadAhead((step, signal) => this.#reader.read(step, isSameStep(step, first), signal));
  }

  /** Yields each page that has rows. */
  async *pages(): AsyncGenerator<readonly Row[], void> {
    let end: PagingEnd = this.#limit === 0 ? 'limit' : 'failed';
    try {
      let step = this.#pager.first();
      let lastLength = this.#askedSize();
      while (end !== 'limit') {
        const page = await this.#take(step);
        const rows = page && this.#newRows(page);
        if (page === undefined || rows === undefined) {
          end = page === undefined ? 'total' : this.#next.endBy('repeat', page);
          return;
        }
        const room = this.#limit - this.#next.rows;
        this.#next.count(page, rows.length);
        const next = rows.length >= room ? 'limit' : this.#next.after(page, step);
        if (typeof next !== 'string' && this.#options.prefetch !== false) {
          this.#fetchAhead(next, page.rows.length, lastLength);
        }
        if (rows.length > 0) {
          end = typeof next === 'string' ? next : 'closed';
          yield rows.length > room ? rows.slice(0, room) : rows;
          end = 'failed';
        }
        if (typeof next === 'string') {
          end = next;
          this.#warnOfEnd(end, page);
          return;
        }
        lastLength = page.rows.length;
        step = next;
      }
    } catch (error) {
      if (!(error instanceof PathError)) throw error;
      throw new ConfigError(`${this.#reader.address}: ${error.message}`, {
        code: 'PAGING_FAILED',
        action: adviceFor('wrong-type', this.#options.advise),
        cause: error,
      });
    } finally {
      this.#finish(end);
    }
  }

  /** Undefined: the page was asked for to make sure of the total, and the API says that there is none. */
  async #take(step: Step): Promise<Page | undefined> {
    try {
      return await this.#ahead.take(step);
    } catch (error) {
      const isRefused = isHostError(error) && NO_SUCH_PAGE.has(error.details.status);
      if (isRefused && !this.#pager.isNamed && this.#next.isTotalInDoubt) return undefined;
      throw error;
    }
  }

  /** The rows of a page without those that came before; undefined where the whole page did, and that ends the read. */
  #newRows(page: Page): readonly Row[] | undefined {
    if (this.#options.paging.type === 'none' || this.#onRepeat === 'allow') return page.rows;
    const repetition = this.#repeats.check(page);
    if (!repetition) return page.rows;
    if (this.#onRepeat === 'error' || repetition.isLate) {
      this.#fail(repetition.problem, page.request, repetition.what);
    }
    if (repetition.problem === 'overlap') return page.rows.slice(repetition.rows);
    return this.#mayBePageZero() ? [] : undefined;
  }

  /** Page 1 is the same as page 0: the API may count from 1, and then more follows. */
  #mayBePageZero(): boolean {
    const { paging } = this.#options;
    return paging.type === 'page' && paging.first === 0 && this.#next.pages === 1;
  }

  /**
   * Starts the request for the next page, and for the one after it where that can be known: when pages have one and the
   * same length, by now.
   */
  #fetchAhead(next: Step, length: number, lastLength: number | undefined): void {
    void this.#ahead.start(next);
    const expected = this.#next.rows + length;
    const isWanted = length > 0 && expected < this.#limit && expected < (this.#next.total ?? Infinity);
    if (isWanted && length === lastLength && this.#pager.guess) {
      void this.#ahead.start(this.#pager.guess(next, length));
    }
  }

  #askedSize(): number | undefined {
    const { paging } = this.#options;
    return 'size' in paging ? paging.size : undefined;
  }

  /** Says what may be wrong where nothing can be known to be. */
  #warnOfEnd(end: PagingEnd, page: Page): void {
    if (end === 'no-next') this.#warnOfOnePage(page);
    const { hasMorePath = '' } = this.#options.paging;
    if (end !== 'limit' && this.#next.rows > 0 && this.#next.rules.neverSaysMore) {
      this.#context.logger.warn(
        `no answer of ${this.#reader.address} has anything at "${hasMorePath}", which should say whether more follows; correct the path`,
      );
    }
  }

  /** One page and no word of a next one: there is none, or the path is wrong and rows are missing. */
  #warnOfOnePage({ answer }: Page): void {
    const { paging } = this.#options;
    // A short page is no sign of the end: the API may have lowered the page size.
    if (this.#next.pages > 1 || this.#next.rows < SMALLEST_PAGE) return;
    if ('path' in paging && readPath(paging.path, answer) !== undefined) return;
    const where = 'path' in paging ? `at "${paging.path}"` : 'in a Link header';
    this.#context.logger.warn(
      `${this.#reader.address} has only one page of ${this.#next.rows} rows, as it names no next page ${where}; check that if there should be more`,
    );
  }

  #finish(end: PagingEnd): void {
    this.#ahead.stop();
    const { type: paging } = this.#options.paging;
    const { address } = this.#reader;
    const { pages } = this.#next;
    const rows = Math.min(this.#next.rows, this.#limit);
    this.#context.logger.info(
      `read ${rows} ${rows === 1 ? 'row' : 'rows'} in ${pages} ${pages === 1 ? 'page' : 'pages'} from ${address} (${paging}), ended by ${end}`,
    );
    this.#context.notePaging({ address, paging, pages, rows, end });
  }
}
