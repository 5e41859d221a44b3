import type { PagingSummary } from '../sdk/paginate/paging.js';

/** Reads of one address that ended alike, together. */
export interface PagingReport extends PagingSummary {
  /** How many reads there were. */
  readonly reads: number;
}

const MAX_ENTRIES = 100;
const OTHERS = '(others)';

/**
 * What `paginate` did in a run. Reads of the same address that ended alike are one entry; when a connector has read very
 * many addresses, those after the first hundred are one entry for each way and end.
 */
export class PagingLog {
  readonly #entries = new Map<string, PagingReport>();

  note(summary: PagingSummary): void {
    const isKnown = this.#entries.has(keyOf(summary));
    const entry = isKnown || this.#entries.size < MAX_ENTRIES ? summary : { ...summary, address: OTHERS };
    const key = keyOf(entry);
    const { reads, pages, rows } = this.#entries.get(key) ?? { reads: 0, pages: 0, rows: 0 };
    this.#entries.set(key, {
      ...entry,
      reads: reads + 1,
      pages: pages + summary.pages,
      rows: rows + summary.rows,
    });
  }

  get entries(): readonly PagingReport[] {
    return [...this.#entries.values()];
  }
}

function keyOf({ address, paging, end }: PagingSummary): string {
  return `${paging} ${end} ${address}`;
}
