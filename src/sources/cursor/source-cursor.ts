import type { ColumnType } from '../../sdk/column-types.js';
import type { CursorOrder, CursorProblem, CursorType } from '../../sdk/cursor/cursor-options.js';
import type { Cursor } from '../../sdk/cursor/cursor.js';
import { createCursor } from '../../sdk/cursor/create-cursor.js';
import { ConfigError } from '../../sdk/errors.js';
import type { State } from '../../sdk/operations.js';

/** What the cursor of a read of a file or database is made of. */
export interface SourceCursorOptions {
  readonly column: string;
  /** Undefined: the first value shows it. */
  readonly type: ColumnType | undefined;
  readonly key: readonly string[];
  readonly state: State;
  readonly order: CursorOrder;
}

const PLAIN_NAME = /^[A-Za-z_]\w*$/;

const ADVICE: Readonly<Partial<Record<CursorProblem, string>>> = {
  'no-value':
    'Name a column with --cursor that has a value in every row, or leave such rows out with --query.',
  'wrong-type': 'Name a column with --cursor whose values are all numbers, or all dates and times.',
  state: 'Run with --full-refresh, and everything is read again.',
  order: 'Run with --full-refresh: the column does not sort as its values do.',
  'too-many': 'Name the columns that identify a row with --primary-key.',
};

/** Makes the cursor of one read by a column of a known type. @throws ConfigError CURSOR_FAILED */
export function sourceCursor({ column, type, key, state, order }: SourceCursorOptions): Cursor {
  return createCursor({
    // A name is no path: it may have dots in it.
    field: PLAIN_NAME.test(column) ? column : JSON.stringify(column),
    state,
    key,
    order,
    type: cursorType(column, type),
    advise: (problem) => ADVICE[problem],
  });
}

function cursorType(column: string, type: ColumnType | undefined): CursorType {
  switch (type) {
    case undefined:
      return 'auto';
    case 'date':
    case 'timestamp':
    case 'timestamptz':
      return 'timestamp';
    case 'int':
    case 'bigint':
    case 'float':
    case 'double':
      return 'number';
    case 'string':
      return 'text';
    case 'boolean':
    case 'time':
    case 'binary':
    case 'json':
      throw new ConfigError(`column "${column}" is ${type}, and a cursor needs values that grow`, {
        code: 'CURSOR_FAILED',
        action: 'Name a column of numbers, text, dates or times with --cursor.',
        details: { column },
      });
    default:
      // A decimal.
      return 'number';
  }
}
