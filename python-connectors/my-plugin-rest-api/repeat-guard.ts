import { createHash } from 'node:crypto';
import { ConfigError } from 'connector-host';
import type { PaginationType } from './rest-settings.js';

/** One page as the guard sees it. */
export interface PageToCheck {
  /** The JSON text that its rows came in, or an equal one for equal rows. */
  readonly text: string;
  readonly rows: number;
  /** What was asked, as the start of a sentence. */
  readonly request: string;
}

interface SeenPage {
  readonly hash: string;
  readonly request: string;
}

/**
 * Refuses a page that came before: its rows would be doubled, and an API that ignores the paging parameters would be
 * read without end. Keeps the hashes of the first page and of the last one only: an API either stays where it is or
 * begins anew.
 */
export class RepeatGuard {
  readonly #paginationType: PaginationType;
  #first: SeenPage | undefined;
  #last: SeenPage | undefined;

  constructor(paginationType: PaginationType) {
    this.#paginationType = paginationType;
  }

  /** @throws ConfigError for the first page or the last one again */
  check({ text, rows, request }: PageToCheck): void {
    const hash = createHash('sha256').update(text).digest('base64');
    const seen = [this.#last, this.#first].find((page) => page?.hash === hash);
    if (seen) {
      const same = rows === 1 ? 'the same row as' : `the same ${rows} rows as`;
      throw new ConfigError(`${request} brought ${same} ${seen.request}`, { action: this.#advice(seen) });
    }
    this.#last = { hash, request };
    this.#first ??= this.#last;
  }

  #advice(seen: SeenPage): string {
    if (seen !== this.#first) {
      return (
        'The API seems to give its last page again beyond the end; set pagination_type to none and put a page size ' +
        'that takes all rows into endpoint.'
      );
    }
    if (seen !== this.#last) {
      return 'The API seems to begin anew after its last page; set pagination_type to the way it pages by.';
    }
    return this.#paginationType === 'page'
      ? 'The API seems to count pages from 1 and to take page 0 for page 1, or to ignore page and per_page; set pagination_type to offset, or to none if one request brings everything.'
      : 'The API seems to ignore offset and limit; set pagination_type to page, or to none if one request brings everything.';
  }
}
