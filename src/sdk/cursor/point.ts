import type { CursorFormat, CursorType, CursorValue } from './cursor-options.js';
import { numberPosition, shiftPosition, type Position } from './position.js';
import { dayText, readTimestamp, timestampText, UTC_FORM, type TimestampForm } from './timestamp.js';

/** What values are, once that is known. */
export type KnownType = Exclude<CursorType, 'auto'>;

/** How a value is written: another position can be written the same way. */
export type Form =
  | { readonly type: 'timestamp'; readonly timestamp: TimestampForm }
  | { readonly type: 'epochSeconds' | 'epochMilliseconds' | 'number'; readonly isText: boolean }
  | { readonly type: 'text' };

/** A value of a cursor. Positions of times count seconds since 1970, whatever the form. */
export interface Point {
  readonly given: CursorValue;
  readonly position: Position;
  readonly form: Form;
}

/** Powers of ten from the unit of a form to seconds. */
const POWERS = { epochSeconds: 0, epochMilliseconds: -3 };

/** What a value is, where nobody has said it; undefined: that cannot be told. */
export function typeOf(value: unknown): KnownType | undefined {
  if (readPoint(value, 'number')) return 'number';
  return readPoint(value, 'timestamp') ? 'timestamp' : undefined;
}

/** Whether values of that type are moments. */
export function isTime(type: KnownType): boolean {
  return type !== 'number' && type !== 'text';
}

/** Undefined: the value is none of that type. */
export function readPoint(value: unknown, type: KnownType): Point | undefined {
  const given = isDate(value) ? dateText(value) : value;
  if (typeof given !== 'string' && typeof given !== 'number' && typeof given !== 'bigint') return undefined;
  switch (type) {
    case 'text': {
      const text = String(given);
      return text === '' ? undefined : { given, position: { whole: 0n, rest: text }, form: { type } };
    }
    case 'timestamp': {
      const read = typeof given === 'string' ? readTimestamp(given) : undefined;
      return read && { given, position: read.position, form: { type, timestamp: read.form } };
    }
    case 'number':
    case 'epochSeconds':
    case 'epochMilliseconds': {
      const position = numberPosition(given);
      const form = { type, isText: typeof given === 'string' };
      return (
        position && {
          given,
          position: type === 'number' ? position : shiftPosition(position, POWERS[type]),
          form,
        }
      );
    }
  }
}

/** The form of values of which none has been seen. */
export function plainForm(type: KnownType): Form {
  if (type === 'timestamp') return { type, timestamp: UTC_FORM };
  return type === 'text' ? { type } : { type, isText: false };
}

/** A position as the values of that form are written, with all its digits; undefined: it cannot be. */
export function valueText(position: Position, form: Form): CursorValue | undefined {
  switch (form.type) {
    case 'timestamp':
      return timestampText(position, form.timestamp);
    case 'text':
      return position.rest;
    case 'number':
      return decimal(position, form.isText);
    case 'epochSeconds':
    case 'epochMilliseconds':
      return decimal(shiftPosition(position, -POWERS[form.type]), form.isText);
  }
}

/** A position as a filter wants it, never above it. Undefined: it is no time, or one that cannot be written. */
export function formatted(position: Position, form: Form, format: CursorFormat): CursorValue | undefined {
  if (format === 'asGiven') return valueText(position, form);
  if (!isTime(form.type)) return undefined;
  const timestamp = form.type === 'timestamp' ? form.timestamp : UTC_FORM;
  switch (format) {
    case 'iso':
      return timestampText(position, timestamp);
    case 'date':
      return dayText(position, timestamp);
    case 'epochSeconds':
      return decimal({ whole: position.whole, rest: '' }, false);
    case 'epochMilliseconds':
      return decimal({ whole: shiftPosition(position, 3).whole, rest: '' }, false);
  }
}

/** A number only where it holds every digit. */
function decimal({ whole, rest }: Position, isText: boolean): CursorValue {
  if (rest === '') {
    if (isText) return String(whole);
    return Number.isSafeInteger(Number(whole)) ? Number(whole) : whole;
  }
  if (whole >= 0n) return `${whole}.${rest}`;
  // What is behind the whole adds to it: -2 and 5 is -1.5.
  const part = String(10n ** BigInt(rest.length) - BigInt(rest)).padStart(rest.length, '0');
  return `-${-(whole + 1n)}.${part}`;
}

/** By shape, so that a Date of another realm counts. */
function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]';
}

function dateText(value: Date): string | undefined {
  return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
}
