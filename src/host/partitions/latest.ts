import { comparePartitions, type Partitioning } from '../../sdk/partitioning.js';

/** Keeps, of the ids that come, those of the latest period; where no dimension is one of time, the last id. */
export class Latest {
  readonly #times: readonly number[];
  /** Each once, in the order in which they came. */
  #ids = new Set<string>();
  #period: string | undefined;

  constructor(partitioning: Partitioning) {
    this.#times = timesOf(partitioning);
  }

  get ids(): readonly string[] {
    return [...this.#ids];
  }

  add(id: string): void {
    const period = this.#periodOf(id);
    const order = this.#period === undefined ? 1 : comparePartitions(period, this.#period);
    if (order < 0) return;
    if (order > 0) this.#ids = new Set();
    this.#period = period;
    this.#ids.add(id);
  }

  #periodOf(id: string): string {
    if (this.#times.length === 0) return id;
    const values = id.split('|');
    return this.#times.map((index) => values[index]).join('|');
  }
}

/** What `latest` chose, for people: `day 2026-11-21`; of dimensions without time, the id. @param id one of those */
export function latestText(id: string, partitioning: Partitioning): string {
  const values = id.split('|');
  const periods = timesOf(partitioning).map(
    (index) => `${partitioning.dimensions[index]?.name} ${values[index]}`,
  );
  return periods.length === 0 ? id : periods.join(', ');
}

/** Where in an id the dimensions of time are. */
function timesOf({ dimensions }: Partitioning): readonly number[] {
  return dimensions.flatMap(({ type }, index) => (type === 'time' ? [index] : []));
}
