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
    return !NO.has(typeof value === 'string' ? value.trim().toLowerCase() : value);
  }

  /** The number of all rows; undefined: the answer does not say. */
  total({ answer, request }: Page): number | undefined {
    const value = this.#total?.(answer);
    if (value === undefined || value === null) return undefined;
    const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
    if (typeof number === 'number' && Number.isSafeInteger(number) && number >= 0) return number;
    const what = typeof value === 'string' ? 'a text' : kindOf(value);
    return this.#fail(
      'wrong-type',
      request,
      `has ${what} at "${this.#totalPath}", where the number of all rows should be`,
    );
  }
}
