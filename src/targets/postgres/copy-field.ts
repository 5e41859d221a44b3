import type { ColumnType } from '../../sdk/column-types.js';
import { timeText } from '../values/temporal.js';
import { valueReader, type CanonicalValue } from '../values/read-value.js';
import { doubleText } from './double-text.js';
import { EARLIEST_MICROS, postgresDate, postgresTimestamp } from './postgres-time.js';

/** Characters that COPY takes for something else, and the one that PostgreSQL cannot store. */
const SPECIAL = /[\0\t\n\r\\]/;
/** An escape in JSON text, so that the one of a NUL is not mistaken for text that shows it. */
const JSON_ESCAPE = /\\(?:u([0-9a-f]{4})|.)/g;

/**
 * The form that most APIs send, of days that every month has: PostgreSQL reads it as the host does, so it need not be
 * taken apart.
 */
const PLAIN_UTC =
  /^(?!0000)\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1\d|2[0-8])T(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?Z$/;

/** A value that PostgreSQL cannot store, though its type is right. */
export const UNSTORABLE = Symbol('unstorable');
/** A value as COPY text; undefined: it does not convert. */
export type Field = string | typeof UNSTORABLE | undefined;
export type FieldWriter = (value: unknown) => Field;

/** The function for a type takes the usual values at once and sends all others through the type's reader. */
export function fieldWriter(type: ColumnType | null): FieldWriter {
  const read = valueReader(type);
  switch (type) {
    case null:
    case 'string':
      return (value) =>
        typeof value === 'string' && !SPECIAL.test(value)
          ? value
          : escaped(read(value) as string | undefined);
    case 'bigint':
      return (value) => {
        if (Number.isSafeInteger(value)) return String(value);
        const integer = read(value);
        return integer === undefined ? undefined : String(integer);
      };
    case 'int':
      return whenKnown(read, String);
    case 'double':
      return (value) => {
        const number = typeof value === 'number' ? value : (read(value) as number | undefined);
        return number === undefined ? undefined : doubleText(number);
      };
    case 'float':
      return (value) => {
        const number = read(value) as number | undefined;
        return number === undefined ? undefined : doubleText(Math.fround(number));
      };
    case 'boolean':
      return (value) => {
        const is = typeof value === 'boolean' ? value : read(value);
        return is === undefined ? undefined : is ? 't' : 'f';
      };
    case 'json':
      return (value) => jsonField(read(value) as string | undefined);
    case 'date':
      return orInfinity(
        whenKnown(read, (days) => ifStorable(Number(days) * 86_400_000_000, postgresDate(days as number))),
      );
    case 'timestamp':
    case 'timestamptz':
      return timestampField(type === 'timestamp' ? '' : 'Z', read);
    case 'time':
      return whenKnown(read, (micros) => timeText(micros as number));
    case 'binary':
      return whenKnown(read, (bytes) => {
        const { buffer, byteOffset, byteLength } = bytes as Uint8Array;
        return `\\\\x${Buffer.from(buffer, byteOffset, byteLength).toString('hex')}`;
      });
    default:
      return whenKnown(read, String);
  }
}

function whenKnown(
  read: (value: unknown) => CanonicalValue | undefined,
  write: (canonical: CanonicalValue) => Field,
): FieldWriter {
  return (value) => {
    const canonical = read(value);
    return canonical === undefined ? undefined : write(canonical);
  };
}

/** PostgreSQL's days and instants have an end on both sides that is later than all others. */
function orInfinity(write: FieldWriter): FieldWriter {
  return (value) => (value === 'infinity' || value === '-infinity' ? value : write(value));
}

function timestampField(zone: '' | 'Z', read: (value: unknown) => CanonicalValue | undefined): FieldWriter {
  const other = orInfinity(
    whenKnown(read, (micros) =>
      ifStorable(micros as number | bigint, postgresTimestamp(micros as number | bigint, zone)),
    ),
  );
  return (value) => (typeof value === 'string' && PLAIN_UTC.test(value) ? value : other(value));
}

function ifStorable(micros: number | bigint, text: string): Field {
  return micros < EARLIEST_MICROS ? UNSTORABLE : text;
}

function escaped(text: string | undefined): Field {
  if (text === undefined || !SPECIAL.test(text)) return text;
  if (text.includes('\0')) return UNSTORABLE;
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('\t', '\\t')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r');
}

/** Half a surrogate pair has no UTF-8; like in text, U+FFFD stands for it. */
function jsonField(json: string | undefined): Field {
  if (json === undefined || !json.includes('\\')) return json;
  const storable = json.replace(JSON_ESCAPE, (escape, hex: string | undefined) =>
    // Of a NUL the character itself is left, which no JSON text has.
    hex === '0000' ? '\0' : hex?.startsWith('d') ? '\ufffd' : escape,
  );
  return escaped(storable);
}
