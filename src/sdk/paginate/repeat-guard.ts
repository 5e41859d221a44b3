import { isDeepStrictEqual } from 'node:util';
import type { Row } from '../schema.js';
import type { PagingProblem } from './options.js';
import type { Page } from './step.js';

/** In so many rows, values that are all different tell rows apart. */
const TRUSTED_ROWS = 20;
/** Pages in which such a column is looked for. */
const KEY_TRIES = 10;
/** Names of columns that tell rows apart by what they are. */
const ID_NAME = /^_?(?:id|Id|ID|uuid|guid|key|pk|code)$|_id$|[a-z](?:Id|ID)$/;

/** What a page is compared with. */
interface SeenPage extends Pick<Page, 'readAgain' | 'request'> {
  /** Number of rows, the first and the last one as text: pages that differ here are different. */
  readonly sample: string;
}

/** A page, or the beginning of one, that came before. */
export interface Repetition {
  readonly problem: PagingProblem;
  /** What was seen, as the end of a sentence. */
  readonly what: string;
  /** Rows at the beginning of the page that came before. */
  readonly rows: number;
  /** True: it was not found at once, so other pages have come twice already. */
  readonly isLate: boolean;
}

/**
 * Finds a page that came before: its rows would be doubled, and an API that ignores the paging parameters would be read
 * without end. A page is compared with the one before it, with the first one, and with a later one at each power of
 * two, so that a cycle of any length is found (Brent's algorithm) and memory does not grow.
 *
 * It also finds a page that begins with the rows that ended the one before, where a column tells all rows of the first
 * page apart.
 */
export class RepeatGuard {
  #first: SeenPage | undefined;
  #last: SeenPage | undefined;
  #mark: SeenPage | undefined;
  #pages = 0;
  /** A column whose values in the first page of several rows are all different; null: there is none so far. */
  #keyColumn: string | null = null;
  #isTrusted = false;
  #lastKeys: readonly unknown[] = [];

  /** @param page the next page; one without rows is never a repetition */
  check(page: Page): Repetition | undefined {
    const { rows, readAgain, request } = page;
    if (rows.length === 0) return undefined;
    const seen = { readAgain, request, sample: sampleOf(rows) };
    const repetition = this.#samePage(seen, rows) ?? this.#overlap(rows);
    this.#remember(seen, rows);
    return repetition;
  }

  #samePage({ sample }: SeenPage, rows: readonly Row[]): Repetition | undefined {
    const same = [this.#last, this.#first, this.#mark].find(
      (page) => page?.sample === sample && isDeepStrictEqual(page.readAgain(), rows),
    );
    if (!same) return undefined;
    const isFirst = same === this.#first;
    const isLast = same === this.#last;
    return {
      problem: isFirst && isLast ? 'same-first-page' : isLast ? 'same-last-page' : 'began-anew',
      what: `brought ${rows.length === 1 ? 'the same row' : `the same ${rows.length} rows`} as ${same.request}`,
      rows: rows.length,
      isLate: !isFirst && !isLast,
    };
  }

  #overlap(rows: readonly Row[]): Repetition | undefined {
    const column = this.#keyColumn;
    if (column === null || !this.#last) return undefined;
    const first = rows[0]?.[column];
    // Usually there is none, or one; where values repeat, any of them may be where the rows begin again.
    for (
      let begin = this.#lastKeys.indexOf(first);
      begin !== -1;
      begin = this.#lastKeys.indexOf(first, begin + 1)
    ) {
      const length = this.#lastKeys.length - begin;
      if (length > rows.length || (length === 1 && !this.#isTrusted)) continue;
      if (!this.#lastKeys.slice(begin).every((key, i) => key === rows[i]?.[column])) continue;
      if (!isDeepStrictEqual(this.#last.readAgain().slice(begin), rows.slice(0, length))) continue;
      const what = `began with the ${length === 1 ? 'row' : `${length} rows`} that ended ${this.#last.request}`;
      return { problem: 'overlap', what, rows: length, isLate: false };
    }
    return undefined;
  }

  #remember(seen: SeenPage, rows: readonly Row[]): void {
    this.#first ??= seen;
    if (this.#keyColumn === null && this.#pages < KEY_TRIES) {
      this.#keyColumn = keyColumnOf(rows);
      // One row that comes again proves nothing in a column that happens to be different in a few rows.
      this.#isTrusted = rows.length >= TRUSTED_ROWS || ID_NAME.test(this.#keyColumn ?? '');
    }
    const column = this.#keyColumn;
    if (column !== null) this.#lastKeys = rows.map((row) => row[column]);
    this.#last = seen;
    this.#pages += 1;
    if ((this.#pages & (this.#pages - 1)) === 0) this.#mark = seen;
  }
}

function sampleOf(rows: readonly Row[]): string {
  return JSON.stringify([rows.length, rows[0], rows.at(-1)], bigintAsText);
}

/** JSON.stringify refuses a bigint; for a comparison any text of it will do. */
function bigintAsText(_name: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function keyColumnOf(rows: readonly Row[]): string | null {
  const [first, second] = rows;
  if (!first || !second) return null;
  const isKey = (name: string): boolean =>
    isKeyValue(first[name]) &&
    first[name] !== second[name] &&
    new Set(rows.map((row) => row[name])).size === rows.length;
  const keys = Object.keys(first).filter(isKey);
  return keys.find((name) => ID_NAME.test(name)) ?? keys[0] ?? null;
}

function isKeyValue(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint';
}
