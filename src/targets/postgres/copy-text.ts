import { RowError } from '../../sdk/errors.js';
import type { Row } from '../../sdk/schema.js';
import { rowNumber, type RowBatch, type TableColumn } from '../target.js';
import { rowError } from '../values/row-error.js';
import { fieldReader } from '../values/row-field.js';
import { fieldWriter, UNSTORABLE, type Field, type FieldWriter } from './copy-field.js';

/** What COPY writes for null. */
const NULL = '\\N';
const BACKSLASH = 0x5c;
const CARRIAGE_RETURN = 0x0d;
/** Batches at most that are written with care after one that had to be. */
const MOST_CAREFUL = 64;

/** Makes the lines of COPY's text format for rows. */
export type CopyWriter = (batch: RowBatch) => Buffer;

/** A line's first fields, which are no columns of the row: numbers. */
export type OwnFields = (index: number) => string;

interface CopyColumn {
  readonly column: TableColumn;
  readonly read: ((row: Row) => unknown) | undefined;
  readonly write: FieldWriter;
  /** Whether a text goes as it is, and is looked at afterwards. */
  readonly takesText: boolean;
  /** Whether it is counted how much of what is written is special. */
  readonly isCounted: boolean;
}

interface Lines {
  readonly text: string;
  /** How many of its characters are what COPY takes for something else, where no text has any. */
  readonly special: number;
}

/** The first value that does not convert or cannot be stored. */
interface BadField {
  readonly column: TableColumn;
  /** Of its row in the batch. */
  readonly index: number;
  readonly value: unknown;
  readonly field: Field;
}

/**
 * Makes the function that turns the rows of a batch into lines for COPY. Few texts have anything that COPY takes for
 * something else, so they are not looked at one by one: afterwards it is counted whether the lines have more of it than
 * was put there, and where they do, they are made once more with care.
 *
 * @param table name of the table, for errors
 * @param own what each line begins with, each field with its tab; default: nothing
 * @returns a function that throws a RowError for the first value that does not convert or cannot be stored
 */
export function copyWriter(table: string, columns: readonly TableColumn[], own?: OwnFields): CopyWriter {
  const careful = columns.map(carefulColumn);
  const unchecked = careful.map(uncheckedColumn);
  /** Batches in a row that had to be made twice. */
  let misses = 0;
  let carefulLeft = 0;
  return (batch) => {
    const constants = batch.constants && careful.map((field) => constantText(table, field, batch));
    if (carefulLeft > 0) carefulLeft -= 1;
    else {
      const made = makeLines(unchecked, batch, constants, own);
      const lines = 'text' in made ? Buffer.from(made.text) : undefined;
      if (lines && 'text' in made && specialBytes(lines) === made.special) {
        misses = 0;
        return lines;
      }
      misses += 1;
      carefulLeft = Math.min(2 ** misses, MOST_CAREFUL);
    }
    const made = makeLines(careful, batch, constants, own);
    if ('text' in made) return Buffer.from(made.text);
    const { column, index, value, field } = made;
    throw badValue(table, column, rowNumber(batch, index), value, field);
  };
}

function carefulColumn(column: TableColumn): CopyColumn {
  return {
    column,
    read: column.name in Object.prototype ? fieldReader(column.name) : undefined,
    write: fieldWriter(column.type),
    takesText: false,
    isCounted: false,
  };
}

function uncheckedColumn(careful: CopyColumn): CopyColumn {
  const { type } = careful.column;
  const takesText = type === null || type === 'string';
  return { ...careful, takesText, isCounted: takesText || type === 'json' || type === 'binary' };
}

function makeLines(
  fields: readonly CopyColumn[],
  batch: RowBatch,
  constants: readonly (string | undefined)[] | undefined,
  own: OwnFields | undefined,
): Lines | BadField {
  const { rows } = batch;
  // Tabs and line ends.
  let special = rows.length * (fields.length + (own ? specialIn(own(0)) : 0));
  let text = '';
  // Piece by piece: a string of its own for each line would be one more for the garbage collector.
  for (let i = 0; i < rows.length; i += 1) {
    const row = rows[i] as Row;
    if (own) text += own(i);
    for (let c = 0; c < fields.length; c += 1) {
      const { column, read, write, takesText, isCounted } = fields[c] as CopyColumn;
      let field: Field = constants?.[c];
      if (field !== undefined) special += specialIn(field);
      else {
        const value = read ? read(row) : row[column.name];
        if (value !== null && value !== undefined) {
          if (takesText && typeof value === 'string') field = value;
          else {
            field = write(value);
            if (typeof field !== 'string') return { column, index: i, value, field };
            if (isCounted) special += specialIn(field);
          }
        } else if (column.nullable) {
          field = NULL;
          special += 1;
        } else return { column, index: i, value, field };
      }
      if (c > 0) text += '\t';
      text += field;
    }
    text += '\n';
  }
  return { text, special };
}

/** How many of its bytes are ones that COPY may take for something else, or nearly. */
function specialBytes(lines: Uint8Array): number {
  let count = 0;
  for (let i = 0; i < lines.length; i += 1) {
    const byte = lines[i] as number;
    if (byte <= CARRIAGE_RETURN || byte === BACKSLASH) count += 1;
  }
  return count;
}

function specialIn(field: string): number {
  let count = 0;
  for (let i = 0; i < field.length; i += 1) {
    const code = field.charCodeAt(i);
    if (code <= CARRIAGE_RETURN || code === BACKSLASH) count += 1;
  }
  return count;
}

/** The text of a column that all rows of a batch have in common; undefined: each has its own. */
function constantText(table: string, { column, write }: CopyColumn, batch: RowBatch): string | undefined {
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
