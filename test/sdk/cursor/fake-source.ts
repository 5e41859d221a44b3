import type { Row } from 'connector-host';

/** The moment that ticks are counted from, in milliseconds since 1970. */
const EPOCH_MS = Date.UTC(2026, 0, 27, 10);

/** How ticks are written as values of the cursor. Each tick is a second. */
export interface Clock {
  readonly name: string;
  readonly write: (tick: number, id: number) => unknown;
  /** The tick of a filter's value. */
  readonly read: (value: unknown) => number;
}

/** Fractions keep the order of the ticks; every row has another offset. */
export const CLOCKS: readonly Clock[] = [
  {
    name: 'ISO with offsets and fractions',
    write: (tick, id) => {
      const offset = (id % 5) - 2;
      const text = new Date(EPOCH_MS + tick * 1000 + offset * 3_600_000).toISOString().slice(0, 19);
      const zone = `${offset < 0 ? '-' : '+'}0${Math.abs(offset)}:00`;
      return `${text}${['', '.0', '.000', '.000000'][id % 4]}${zone}`;
    },
    read: (value) => (Date.parse(value as string) - EPOCH_MS) / 1000,
  },
  {
    name: 'seconds',
    write: (tick) => EPOCH_MS / 1000 + tick,
    read: (value) => Number(value) - EPOCH_MS / 1000,
  },
  {
    name: 'milliseconds',
    write: (tick) => EPOCH_MS + tick * 1000,
    read: (value) => (Number(value) - EPOCH_MS) / 1000,
  },
];

/** By rising values, or in an order that has nothing to do with them. */
export type SourceOrder = 'asc' | 'unknown';

interface Place {
  /** Its value of the cursor. */
  readonly tick: number;
  /** What nobody sees of it, as the database's own number of a row. */
  readonly place: number;
}

interface Stored extends Place {
  readonly row: Row;
}

/** A table that changes: rows come, change and share values; nothing is removed. */
export class FakeSource {
  tick = 0;
  readonly #clock: Clock;
  readonly #stored: Stored[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get rows(): Row[] {
    return this.#stored.map(({ row }) => row);
  }

  /** In milliseconds since 1970. */
  now(): number {
    return EPOCH_MS + this.tick * 1000;
  }

  /** A row comes or changes, and is seen from now on; its value is that of so many ticks ago. */
  put(id: number, content: number, lateBy: number): void {
    const tick = this.tick - lateBy;
    const known = this.#stored.findIndex(({ row }) => row.id === id);
    const place = known === -1 ? this.#stored.length : known;
    this.#stored[place] = { row: { id, content, at: this.#clock.write(tick, id) }, tick, place };
  }

  /** A row without a key comes, which may be the same as others. */
  add(content: number, lateBy: number): void {
    const tick = this.tick - lateBy;
    const row = { content, at: this.#clock.write(tick, content) };
    this.#stored.push({ row, tick, place: this.#stored.length });
  }

  /**
   * Pages as a sound API gives them, by {@link page}.
   *
   * @param between called after each page: the source may change
   */
  *pages(
    lowerBound: unknown,
    order: SourceOrder,
    size: number,
    between: () => void,
  ): Generator<readonly Row[]> {
    let after: string | undefined;
    for (;;) {
      const { rows, next } = this.page(lowerBound, order, size, after);
      if (rows.length === 0) return;
      after = next;
      yield rows;
      between();
    }
  }

  /** The page behind a place, by rising values or in an order of its own; `next` is the place of its last row. */
  page(
    lowerBound: unknown,
    order: SourceOrder,
    size: number,
    after?: string,
  ): { readonly rows: readonly Row[]; readonly next: string | undefined } {
    const lower = lowerBound === undefined ? -Infinity : this.#clock.read(lowerBound);
    const compare = (a: Place, b: Place): number =>
      order === 'asc' ? a.tick - b.tick || a.place - b.place : b.place - a.place;
    const [tick = 0, place = 0] = (after ?? '').split(':').map(Number);
    const page = this.#stored
      .filter((stored) => stored.tick >= lower)
      .filter((stored) => after === undefined || compare(stored, { tick, place }) > 0)
      .sort(compare)
      .slice(0, size);
    const last = page.at(-1);
    return { rows: page.map(({ row }) => ({ ...row })), next: last && `${last.tick}:${last.place}` };
  }
}
