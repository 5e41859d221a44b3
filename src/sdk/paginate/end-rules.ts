import { compilePath } from '../read-path.js';
import type { Fail } from './fail.js';
import { kindOf } from './kind-of.js';
import type { PagingBase } from './paging.js';
import type { Page } from './step.js';

const NO = new Set<unknown>([false, 0, '', 'false', '0', 'no']);

/** What an answer says about the end of a read, besides the way of paging itself. */
export class EndRules {
  readonly #hasMore: ((answer: unknown) => unknown) | undefined;
  readonly #total: ((answer: unknown) => unknown) | undefined;
  readonly #totalPath: string;
  readonly #fail: Fail;
  #saysMore = false;
  #saysTotal = false;

  constructor({ hasMorePath, totalPath }: PagingBase, fail: Fail) {
    this.#hasMore = hasMorePath ? compilePath(hasMorePath).read : undefined;
    this.#total = totalPath ? compilePath(totalPath).read : undefined;
    this.#totalPath = totalPath ?? '';
    this.#fail = fail;
  }

  /** Undefined: the answer says nothing about it. */
  hasMore({ answer }: Page): boolean | undefined {
    const value = this.#hasMore?.(answer);
    if (value === undefined || value === null) return undefined;
    this.#saysMore = true;
    return !NO.has(typeof value === 'string' ? value.trim().toLowerCase() : value);
  }

  /** True: `hasMorePath` is given and has led to nothing on any page so far. */
  get neverSaysMore(): boolean {
    return this.#hasMore !== undefined && !this.#saysMore;
  }

  /**
   * The number of all rows; undefined: the answer does not say.
   * @throws ConfigError where the first page with rows does not say it: then the path is wrong, and guards nothing
   */
  total({ answer, rows, request }: Page): number | undefined {
    if (!this.#total) return undefined;
    const value = this.#total(answer);
    if (value === undefined && rows.length > 0 && !this.#saysTotal) this.#wrongTotal('nothing', request);
    if (value === undefined) return undefined;
    this.#saysTotal = true;
    if (value === null) return undefined;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
    return this.#wrongTotal(typeof value === 'string' ? 'a text' : kindOf(value), request);
  }

  #wrongTotal(what: string, request: string): never {
    return this.#fail(
      'wrong-type',
      request,
      `has ${what} at "${this.#totalPath}", where the number of all rows should be`,
    );
  }
}
