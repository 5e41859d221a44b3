import { plainInstant } from './plain-instant.js';

/** Microseconds. */
const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DAY_MICROS = BigInt(DAY);
const DAY_MS = 86_400_000;
/** The farthest instant that a Date can hold, on both sides of 1970; in the years -271821 and 275760. */
const FARTHEST_MS = 8.64e15;

const DATE = /^([+-]?\d{4,6})-(\d\d)-(\d\d)$/;
const TIME = /^(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?$/;
const TIMESTAMP =
  /^([+-]?\d{4,6}-\d\d-\d\d)[Tt ](\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)\s?(Z|z|[+-]\d\d(?::?\d\d)?)?$/;
/** Days since 1970-01-01. A date and time counts when it is midnight UTC. */
export function readDate(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const days = dateDays(value);
    if (days !== undefined) return days;
  } else if (!isDate(value)) return undefined;
  const micros = readTimestamp(value);
  if (micros === undefined) return undefined;
  // Exact: a day has so many factors of two that its multiples are doubles far beyond 2^53.
  const days = Number(micros) / DAY;
  return Number.isInteger(days) && BigInt(days) * BigInt(DAY) === BigInt(micros) ? days : undefined;
}

/**
 * Microseconds since 1970-01-01 UTC. Text with an offset is moved to UTC, text without one is taken as it is; digits
 * beyond the microsecond are cut off. A number is refused: it could be seconds as well as milliseconds.
 */
export function readTimestamp(value: unknown): number | bigint | undefined {
  if (typeof value !== 'string') {
    if (!isDate(value)) return undefined;
    const ms = value.getTime();
    return Number.isNaN(ms) ? undefined : micros(ms, 0);
  }
  const plain = plainInstant(value);
  if (plain !== undefined) return micros(plain, 0);
  const match = TIMESTAMP.exec(value);
  if (!match) {
    const days = dateDays(value);
    return days === undefined ? undefined : micros(days * DAY_MS, 0);
  }
  const days = dateDays(match[1] ?? '');
  const time = readTime(match[2]);
  const offset = offsetMicros(match[3]);
  return days === undefined || time === undefined || offset === undefined
    ? undefined
    : micros(days * DAY_MS, time - offset);
}

/** Microseconds since midnight. */
export function readTime(value: unknown): number | undefined {
  const match = typeof value === 'string' ? TIME.exec(value) : null;
  if (!match) return undefined;
  const [hour, minute, second] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const fraction = Number((match[4] ?? '').padEnd(6, '0').slice(0, 6));
  return hour * HOUR + minute * MINUTE + second * SECOND + fraction;
}

/** Texts of days, since the days of a table are few and the text of one takes as long as the rest of its row. */
const dayTexts = new Map<number, string>();
const MAX_DAY_TEXTS = 10_000;

/** `2026-11-21` */
export function dateText(days: number): string {
  const known = dayTexts.get(days);
  if (known !== undefined) return known;
  const iso = new Date(days * DAY_MS).toISOString();
  const text = iso.slice(0, iso.indexOf('T'));
  if (dayTexts.size === MAX_DAY_TEXTS) dayTexts.clear();
  dayTexts.set(days, text);
  return text;
}

/** `2026-11-21T07:00:00`, with a fraction only where there is one. */
export function timestampText(value: number | bigint): string {
  const number = Number(value);
  const isExact = Number.isSafeInteger(number);
  let days = isExact ? Math.trunc(number / DAY) : Number(BigInt(value) / DAY_MICROS);
  let rest = isExact ? number - days * DAY : Number(BigInt(value) % DAY_MICROS);
  if (rest < 0) {
    days -= 1;
    rest += DAY;
  }
  return `${dateText(days)}T${timeText(rest)}`;
}

/** `07:00:00`, with a fraction only where there is one. */
export function timeText(value: number): string {
  const fraction = value % SECOND;
  const whole = `${twoDigits(value / HOUR)}:${twoDigits((value % HOUR) / MINUTE)}:${twoDigits((value % MINUTE) / SECOND)}`;
  if (fraction === 0) return whole;
  return fraction % 1000 === 0
    ? `${whole}.${String(fraction / 1000).padStart(3, '0')}`
    : `${whole}.${String(fraction).padStart(6, '0')}`;
}

// --- helpers ---

function twoDigits(value: number): string {
  const whole = Math.floor(value);
  return whole < 10 ? `0${whole}` : String(whole);
}

/** By shape, so that a Date of another realm counts. */
function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]';
}

function dateDays(text: string): number | undefined {
  const match = DATE.exec(text);
  if (!match) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  const same =
    date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
  return same ? date.getTime() / DAY_MS : undefined;
}

function offsetMicros(text: string | undefined): number | undefined {
  if (text === undefined || text === 'Z' || text === 'z') return 0;
  const digits = text.slice(1).replace(':', '');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2) || 0)];
  if (hours > 23 || minutes > 59) return undefined;
  return (text.startsWith('-') ? -1 : 1) * (hours * HOUR + minutes * MINUTE);
}

/** Undefined where an offset leads beyond what a Date can hold. */
function micros(ms: number, more: number): number | bigint | undefined {
  const value = ms * 1000 + more;
  if (Math.abs(value) > FARTHEST_MS * 1000) return undefined;
  return Number.isSafeInteger(value) ? value : BigInt(ms) * 1000n + BigInt(more);
}
