import type { ColumnType } from '../../sdk/column-types.js';
import { dateText, readDate, readTimestamp } from '../../targets/values/temporal.js';

const INTEGER = /^(?:0|-?[1-9]\d*)$/;
const FRACTION = /^(-?)(0|[1-9]\d*)\.(\d+)$/;
const DAY = /^\d{4}-\d\d-\d\d$/;
const MOMENT = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d{1,6})?(Z|[+-]\d\d:?\d\d)?$/;
const MAX_BIGINT = 2n ** 63n - 1n;
/** Digits of an integer that is surely one of 64 bits. */
const SAFE_DIGITS = 18;
const MAX_DIGITS = 38;
/** Digits of decimals that have no more: the same in files whose values are a little longer. */
const USUAL_DIGITS = 18;

/** What a text can be read as without a digit of it being lost. */
type Reading = 'boolean' | 'bigint' | 'integer' | 'decimal' | 'double' | 'date' | 'timestamp' | 'timestamptz';

const ALL: readonly Reading[] = [
  'boolean',
  'bigint',
  'integer',
  'decimal',
  'double',
  'date',
  'timestamp',
  'timestamptz',
];

/**
 * Finds the type of a column of text from all of its values: one that each of them can be read as and written from
 * again, letter by letter (times: to the microsecond). So `007` and `1e3` stay text.
 */
export class TextColumn {
  #readings: readonly Reading[] = ALL;
  #isEmpty = true;
  /** Digits before and after the point. */
  #whole = 1;
  #scale: number | undefined;

  /** Looks at the next value that is there. */
  add(text: string): void {
    if (this.#readings.length === 0) return;
    this.#isEmpty = false;
    this.#readings = this.#readings.filter((reading) => this.#reads(text, reading));
  }

  /** The type, in the end. */
  get type(): ColumnType {
    const [first] = this.#readings;
    if (this.#isEmpty || first === undefined) return 'string';
    if (first === 'integer') return `decimal(${MAX_DIGITS},0)`;
    if (first !== 'decimal') return first;
    const scale = this.#scale ?? 0;
    const digits = this.#whole + scale;
    if (digits <= MAX_DIGITS)
      return `decimal(${digits <= USUAL_DIGITS ? USUAL_DIGITS : MAX_DIGITS},${scale})`;
    return this.#readings.includes('double') ? 'double' : 'string';
  }

  #reads(text: string, reading: Reading): boolean {
    switch (reading) {
      case 'boolean':
        return text === 'true' || text === 'false';
      case 'bigint':
        return INTEGER.test(text) && (text.length <= SAFE_DIGITS || fits(text));
      case 'integer':
        return INTEGER.test(text) && text.replace('-', '').length <= MAX_DIGITS;
      case 'decimal':
        return this.#readsDecimal(text);
      case 'double':
        return isDouble(text);
      case 'date':
        return DAY.test(text) && isDay(text);
      default: {
        const match = MOMENT.exec(text);
        if (!match || readTimestamp(text) === undefined) return false;
        return (match[1] === undefined) === (reading === 'timestamp');
      }
    }
  }

  /** All of one scale: a column has one, and would add zeros to the others. */
  #readsDecimal(text: string): boolean {
    const match = FRACTION.exec(text);
    if (!match) return false;
    const [, sign = '', whole = '', fraction = ''] = match;
    // A decimal has no zero of its own sign.
    if (sign === '-' && /^0*$/.test(whole + fraction)) return false;
    this.#scale ??= fraction.length;
    this.#whole = Math.max(this.#whole, whole.length);
    return this.#scale === fraction.length;
  }
}

function fits(text: string): boolean {
  const value = BigInt(text);
  return value <= MAX_BIGINT && value >= -MAX_BIGINT - 1n;
}

function isDouble(text: string): boolean {
  const value = Number(text);
  return Number.isFinite(value) && String(value) === text;
}

function isDay(text: string): boolean {
  const days = readDate(text);
  return days !== undefined && dateText(days) === text;
}
