import { timestampText } from '../values/temporal.js';

/** The first instant of a timestamp: Julian day 0, in microseconds since 1970-01-01. */
export const EARLIEST_MICROS = -210_866_803_200_000_000n;

const DAY_MICROS = 86_400_000_000;
const BC = ' BC';
const LAST_INSTANT_MICROS = BigInt(8.64e15) * 1000n;

/** Days since 1970-01-01 as PostgreSQL reads them. */
export function postgresDate(days: number): string {
  const [text, era] = splitEra(timestampText(BigInt(days) * BigInt(DAY_MICROS)));
  return text.slice(0, text.indexOf('T')) + era;
}

/** Microseconds since 1970-01-01 as PostgreSQL reads them. @param zone `Z` for an instant */
export function postgresTimestamp(micros: number | bigint, zone: '' | 'Z'): string {
  const text = timestampText(micros);
  // Years 1 to 9999, as nearly all are.
  if (text.length < 27 && text > '0001') return text + zone;
  const [plain, era] = splitEra(text);
  return plain + zone + era;
}

/** JavaScript counts a year 0 and writes `+` before long years; PostgreSQL has neither. */
function splitEra(text: string): [text: string, era: string] {
  const dash = text.indexOf('-', 1);
  const year = Number(text.slice(0, dash));
  const rest = text.slice(dash);
  return year > 0
    ? [String(year).padStart(4, '0') + rest, '']
    : [String(1 - year).padStart(4, '0') + rest, BC];
}

/**
 * A date or timestamp as PostgreSQL writes it (DateStyle ISO, TimeZone UTC) in the form that every target takes:
 * `2026-11-21`, `2026-11-21T07:00:00.000001`, with a fraction of 3 or 6 digits and only where there is one. What a
 * JavaScript Date has no name for (`infinity`, years beyond 275760) stays PostgreSQL's text.
 *
 * @param zone `Z` for an instant
 */
export function canonicalTime(text: string, zone: '' | 'Z'): string {
  const match = /^(\d{4,})(-\d\d-\d\d)(?: (\d\d:\d\d:\d\d)(\.\d+)?(?:\+00)?)?( BC)?$/.exec(text);
  if (!match) return text;
  const [, digits = '', day = '', time, fraction = '', era] = match;
  const year = era ? 1 - Number(digits) : Number(digits);
  const yearText =
    year >= 0 && year <= 9999
      ? String(year).padStart(4, '0')
      : `${year < 0 ? '-' : '+'}${String(Math.abs(year)).padStart(6, '0')}`;
  const ms = Date.parse(`${yearText}${day}T00:00:00Z`);
  if (Number.isNaN(ms) || BigInt(ms) * 1000n > LAST_INSTANT_MICROS) return text;
  if (time === undefined) return yearText + day;
  const micros = fraction.slice(1).padEnd(6, '0');
  const shown = Number(micros) === 0 ? '' : micros.endsWith('000') ? `.${micros.slice(0, 3)}` : `.${micros}`;
  return `${yearText}${day}T${time}${shown}${zone}`;
}
