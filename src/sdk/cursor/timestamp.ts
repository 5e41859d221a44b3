import type { Position } from './position.js';

/** How a timestamp is written. */
export interface TimestampForm {
  readonly isDate: boolean;
  /** Between date and time: `T`, or what the API has. */
  readonly separator: string;
  /** False: it has neither `Z` nor an offset, so it is a time of nobody knows where, and is taken as UTC. */
  readonly hasZone: boolean;
}

export interface Timestamp {
  /** Seconds since 1970. */
  readonly position: Position;
  readonly form: TimestampForm;
}

/** The form of a moment that no text was given for. */
export const UTC_FORM: TimestampForm = { isDate: false, separator: 'T', hasZone: true };

const TIMESTAMP =
  /^(\d{4})-(\d\d)-(\d\d)(?:([Tt ])(\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?\s?([Zz]|[+-]\d\d(?::?\d\d)?)?)?$/;
const DAY_SECONDS = 86_400;
const WEST_HOURS = 12;
/** The farthest second from 1970 that a Date can hold. */
const FARTHEST = 8_640_000_000_000n;

/** Undefined: the text is no date or time of ISO 8601. */
export function readTimestamp(text: string): Timestamp | undefined {
  const match = TIMESTAMP.exec(text);
  if (!match) return undefined;
  const [, year, month, day, separator, hour = 0, minute = 0, second = 0, fraction = '', zone] = match;
  const midnight = Date.UTC(Number(year), Number(month) - 1, Number(day));
  // 2026-02-30 would roll over to March, and year 26 to 1926.
  if (!new Date(midnight).toISOString().startsWith(`${year}-${month}-${day}`)) return undefined;
  // 60 is a leap second: with the moment after it, as in most clocks.
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 60) return undefined;
  const offset = offsetSeconds(zone);
  if (offset === undefined) return undefined;
  const seconds = midnight / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offset;
  return {
    position: { whole: BigInt(seconds), rest: fraction.replace(/0+$/, '') },
    form: {
      isDate: separator === undefined,
      separator: separator ?? 'T',
      hasZone: zone !== undefined,
    },
  };
}

/** The moment in the same form, with all its digits; a date is the day it lies in. Undefined: no Date can hold it. */
export function timestampText(
  { whole, rest }: Position,
  { isDate, separator, hasZone }: TimestampForm,
): string | undefined {
  const text = isoText(whole);
  if (text === undefined) return undefined;
  const [date = '', time = ''] = text.split('T');
  if (isDate) return date;
  return `${date}${separator}${time.slice(0, 8)}${rest === '' ? '' : `.${rest}`}${hasZone ? 'Z' : ''}`;
}

/**
 * A day that has begun by that moment wherever the API may count its days: that of the farthest west. Dates, and times
 * without an offset, are in the API's own calendar already.
 */
export function dayText(position: Position, { hasZone }: TimestampForm): string | undefined {
  const west = hasZone ? WEST_HOURS * 3600 : 0;
  return isoText(position.whole - BigInt(west))?.split('T')[0];
}

/** How far below a bound rows may lie that were asked for by its day. */
export const DAY_TOLERANCE: Position = { whole: BigInt(3 * DAY_SECONDS), rest: '' };

function isoText(seconds: bigint): string | undefined {
  if (seconds > FARTHEST || seconds < -FARTHEST) return undefined;
  return new Date(Number(seconds) * 1000).toISOString();
}

function offsetSeconds(zone: string | undefined): number | undefined {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const [hours, minutes] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (hours > 23 || minutes > 59) return undefined;
  return (zone.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60);
}
