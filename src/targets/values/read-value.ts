import { decimalDigits, type ColumnType } from '../../sdk/column-types.js';
import { readDecimal } from './decimal.js';
import { jsonText } from './json-text.js';
import { readDate, readTime, readTimestamp } from './temporal.js';
import { textOf } from './text-of.js';

/**
 * A value in the one form that every target writes from:
 *
 * | type | form |
 * |---|---|
 * | string, decimal | string (decimal: digits with exactly s of them after the point) |
 * | boolean | boolean |
 * | int, float, double | number |
 * | bigint | number when safe, else bigint |
 * | date | number: days since 1970-01-01 |
 * | timestamp, timestamptz | number (bigint beyond 2^53): microseconds since 1970-01-01 (UTC) |
 * | time | number: microseconds since midnight |
 * | binary | Uint8Array |
 * | json | string: JSON text |
 */
export type CanonicalValue = string | number | bigint | boolean | Uint8Array;

/** Reads a value that is not null; undefined means that it does not convert. */
export type ValueReader = (value: unknown) => CanonicalValue | undefined;

const INT32_MAX = 2 ** 31 - 1;
const INT64_MAX = 2n ** 63n - 1n;
const INTEGER_TEXT = /^[+-]?\d+$/;
const NUMBER_TEXT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const BASE64_TEXT = /^[A-Za-z0-9+/]*={0,2}$/;

/** The reader for a type. Null stands for an inferred column without a value yet, which is text. */
export function valueReader(type: ColumnType | null): ValueReader {
  switch (type) {
    case null:
    case 'string':
      return readString;
    case 'boolean':
      return readBoolean;
    case 'int':
      return readInt;
    case 'bigint':
      return readBigint;
    case 'float':
      return readFloat;
    case 'double':
      return readDouble;
    case 'date':
      return readDate;
    case 'timestamp':
    case 'timestamptz':
      return readTimestamp;
    case 'time':
      return readTime;
    case 'binary':
      return readBinary;
    case 'json':
      return jsonText;
    default: {
      const digits = decimalDigits(type);
      if (!digits) throw new TypeError(`no reader for column type ${type}`);
      return (value) => readDecimal(value, digits.precision, digits.scale);
    }
  }
}

function readString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : textOf(value);
}

function readBoolean(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === 0) return value === 1;
  if (typeof value !== 'string') return undefined;
  const text = value.toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

function readInt(value: unknown): number | undefined {
  const integer = readBigint(value);
  return typeof integer === 'number' && integer >= -INT32_MAX - 1 && integer <= INT32_MAX
    ? integer
    : undefined;
}

function readBigint(value: unknown): number | bigint | undefined {
  if (Number.isSafeInteger(value)) return value as number;
  if (typeof value === 'bigint') return narrow(value);
  return typeof value === 'string' && INTEGER_TEXT.test(value) ? narrow(BigInt(value)) : undefined;
}

/** A number where it is exact, undefined beyond 64 bits. */
function narrow(value: bigint): number | bigint | undefined {
  if (value > INT64_MAX || value < -INT64_MAX - 1n) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

function readDouble(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'string') return undefined;
  if (NUMBER_TEXT.test(value)) {
    const number = Number(value);
    // Digits beyond the range of a double are not infinity.
    return Number.isFinite(number) ? number : undefined;
  }
  return value === 'NaN' || value === 'Infinity' || value === '-Infinity' ? Number(value) : undefined;
}

/** A double that stays finite with 32 bits; it is rounded to them by whoever stores it so. */
function readFloat(value: unknown): number | undefined {
  const number = readDouble(value);
  return number === undefined || Number.isFinite(number) === Number.isFinite(Math.fround(number))
    ? number
    : undefined;
}

function readBinary(value: unknown): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (typeof value !== 'string' || value.length % 4 !== 0 || !BASE64_TEXT.test(value)) return undefined;
  return Buffer.from(value, 'base64');
}
