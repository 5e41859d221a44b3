import type { ColumnType } from '../../sdk/column-types.js';
import { RowError } from '../../sdk/errors.js';
import type { Row } from '../../sdk/schema.js';
import { rowNumber, type RowBatch, type TableColumn } from '../target.js';
import { valueReader, type CanonicalValue } from '../values/read-value.js';
import { rowError } from '../values/row-error.js';
import { fieldReader } from '../values/row-field.js';
import { EARLIEST_MICROS, postgresDate, postgresTimestamp } from './postgres-time.js';
import { timeText } from '../values/temporal.js';

/** What COPY writes for null. */
const NULL = '\\N';
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
const UNSTORABLE = Symbol('unstorable');
/** A value as COPY text; undefined: it does not convert. */
type Field = string | typeof UNSTORABLE | undefined;
type FieldWriter = (value: unknown) => Field;

/** Makes the lines of COPY's text format for rows. */
export type CopyWriter = (batch: RowBatch) => string;

/** A line's first fields, which are no columns of the row. */
export type OwnFields = (index: number) => string;

/**
 * Makes the function that turns the rows of a batch into lines for COPY.
 *
 * @param table name of the table, for errors
 * @param own what each line begins with, each field with its tab; default: nothing
 * @returns a function that throws a RowError for the first value that does not convert or cannot be stored
 */
export function copyWriter(table: string, columns: readonly TableColumn[], own?: OwnFields): CopyWriter {
  const fields = columns.map((column) => ({
    column,
    read: column.name in Object.prototype ? fieldReader(column.name) : undefined,
    write: fieldWriter(column.type),
  }));
  return (batch) => {
    const { rows } = batch;
    const constants = batch.constants && fields.map((field) => constantText(table, field, batch));
    let text = '';
    // Piece by piece: a string of its own for each line would be one more for the garbage collector.
    for (let i = 0; i < rows.length; i += 1) {
      const row = rows[i] as Row;
      if (own) text += own(i);
      for (let c = 0; c < fields.length; c += 1) {
        const { column, read, write } = fields[c] as (typeof fields)[number];
        const constant = constants?.[c];
        if (constant !== undefined) {
          text += c > 0 ? `\t${constant}` : constant;
          continue;
        }
        const value = read ? read(row) : row[column.name];
        let field: Field;
        if (value !== null && value !== undefined) field = write(value);
        else if (column.nullable) field = NULL;
        if (typeof field !== 'string') throw badValue(table, column, rowNumber(batch, i), value, field);
        if (c > 0) text += '\t';
        text += field;
      }
      text += '\n';
    }
    return text;
  };
}

/** The text of a column that all rows of a batch have in common; undefined: each has its own. */
function constantText(
  table: string,
  { column, write }: { readonly column: TableColumn; readonly write: FieldWriter },
  batch: RowBatch,
): string | undefined {
  const { constants = {} } = batch;
  if (!Object.hasOwn(constants, column.name)) return undefined;
  const value = constants[column.name];
  const text = write(value);
  if (typeof text !== 'string') throw badValue(table, column, rowNumber(batch, 0), value, text);
  return text;
}

function badValue(table: string, column: TableColumn, row: number, value: unknown, field: Field): RowError {
  if (field !== UNSTORABLE) return rowError(table, column, row, value);
  return new RowError(
    `row ${row}: column "${column.name}" of table "${table}" has a value that PostgreSQL cannot store: ${
      typeof value === 'string' || column.type === 'json' || column.type === 'string'
        ? 'text with a NUL character'
        : 'a day before 4714-11-24 BC'
    }`,
    {
      action: 'Remove NUL characters at the source, or keep such rows aside with --on-bad-row dead-letter.',
      details: { table, column: column.name, row },
    },
  );
}

/** The function for a type takes the usual values at once and sends all others through the type's reader. */
function fieldWriter(type: ColumnType | null): FieldWriter {
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
      return (value) => numberText(typeof value === 'number' ? value : (read(value) as number | undefined));
    case 'float':
      return (value) => {
        const number = read(value) as number | undefined;
        return number === undefined ? undefined : numberText(Math.fround(number));
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

function numberText(value: number | undefined): string | undefined {
  return value === undefined ? undefined : Object.is(value, -0) ? '-0' : String(value);
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
