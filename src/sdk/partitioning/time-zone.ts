import { ConfigError } from '../errors.js';

const SECOND_MS = 1000;
const DAY_MS = 86_400_000;
/** Days whose offsets are remembered; more than a run over neighbouring periods looks back to. */
const MAX_OFFSETS = 512;

const zones = new Map<string, TimeZone>();

/**
 * The clock on the wall of a place. Local times are milliseconds as if that clock showed UTC. It never stands still, but
 * may leap ahead (some local times do not exist) or back (some exist twice).
 */
export class TimeZone {
  readonly name: string;
  /** Null: UTC, which needs no asking. */
  readonly #format: Intl.DateTimeFormat | null;
  /** Offset at the start of a UTC day, by the number of the day. */
  readonly #offsets = new Map<number, number>();

  private constructor(name: string) {
    this.name = name;
    const format = formatOf(name);
    if (!format) {
      throw new ConfigError(`there is no time zone ${JSON.stringify(name)}`, {
        code: 'PARTITION_SPEC_INVALID',
        action: 'Use a name of the IANA database, such as Europe/Berlin.',
      });
    }
    this.#format = format.resolvedOptions().timeZone === 'UTC' ? null : format;
  }

  /** @throws ConfigError PARTITION_SPEC_INVALID when there is none of this name */
  static of(name = 'UTC'): TimeZone {
    let zone = zones.get(name);
    if (!zone) {
      zone = new TimeZone(name);
      zones.set(name, zone);
    }
    return zone;
  }

  /** True: the clock never leaps. */
  get isUtc(): boolean {
    return this.#format === null;
  }

  /** Local time at an instant. */
  localAt(instant: number): number {
    if (!this.#format) return instant;
    const second = Math.floor(instant / SECOND_MS) * SECOND_MS;
    const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
    for (const { type, value } of this.#format.formatToParts(second)) parts[type] = value;
    const year = parts.era === 'BC' ? 1 - Number(parts.year) : Number(parts.year);
    const day = new Date(0).setUTCFullYear(year, Number(parts.month) - 1, Number(parts.day));
    const seconds = Number(parts.hour) * 3600 + Number(parts.minute) * 60 + Number(parts.second);
    return day + seconds * SECOND_MS + (instant - second);
  }

  /**
   * The first instant at which the clock shows a local time, or has leapt over it. So instants never fall while local times
   * rise, and what begins where the next begins does not exist.
   */
  instantOf(local: number): number {
    if (!this.#format) return local;
    // No place is further than a day from UTC, and none moves its clock twice in three days.
    const day = Math.floor(local / DAY_MS);
    const before = this.#offset(day - 1);
    const after = this.#offset(day + 2);
    if (before === after) return local - before;
    const leap = this.#leapBetween((day - 1) * DAY_MS, (day + 2) * DAY_MS, before);
    return local - before < leap ? local - before : Math.max(leap, local - after);
  }

  /** The first second in which the offset is another. */
  #leapBetween(from: number, to: number, offset: number): number {
    let low = from / SECOND_MS;
    let high = to / SECOND_MS;
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2) * SECOND_MS;
      if (this.localAt(middle) - middle === offset) low = middle / SECOND_MS;
      else high = middle / SECOND_MS;
    }
    return high * SECOND_MS;
  }

  #offset(day: number): number {
    let offset = this.#offsets.get(day);
    if (offset === undefined) {
      offset = this.localAt(day * DAY_MS) - day * DAY_MS;
      if (this.#offsets.size >= MAX_OFFSETS) this.#offsets.clear();
      this.#offsets.set(day, offset);
    }
    return offset;
  }
}

/** Whether there is a time zone of this name. */
export function isTimeZone(name: string): boolean {
  return formatOf(name) !== undefined;
}

function formatOf(name: string): Intl.DateTimeFormat | undefined {
  // Some versions of Node take offsets such as +01:00 too; a scheme means the same with each of them.
  if (!/^[A-Za-z]/.test(name)) return undefined;
  try {
    return new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      era: 'short',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
