import type { State } from '../operations.js';

/** A value as the API gave it. */
export type CursorValue = string | number | bigint;

/**
 * What the values of a cursor are. `auto`: `timestamp` for text in ISO 8601, `number` for numbers and text of digits;
 * other text has to be declared as `text`, since the order of dates in other forms is not that of their text.
 */
export type CursorType = 'auto' | 'timestamp' | 'epochSeconds' | 'epochMilliseconds' | 'number' | 'text';

/** How the API wants a value in its filter. Whatever is finer than the format is rounded down. */
export type CursorFormat = 'asGiven' | 'iso' | 'date' | 'epochSeconds' | 'epochMilliseconds';

/** Whether rows come by rising values of the cursor. */
export type CursorOrder = 'asc' | 'unknown';

/** What keeps a cursor from being exact, for `advise`. The last two are warnings, the others end the read. */
export type CursorProblem =
  /** A row has no value of the cursor, or null. */
  | 'no-value'
  /** A value cannot be compared with the others. */
  | 'wrong-type'
  /** A look-back or a format of time is asked for, and the values are no times. */
  | 'no-time'
  /** The start is no value of that type. */
  | 'start'
  /** The saved state is none of a cursor. */
  | 'state'
  /** With `asc`, a row came after one with a higher value. */
  | 'order'
  /** Without a key, more rows than can be remembered have the values that will be read again. */
  | 'too-many'
  /** Rows came from below the lower bound. */
  | 'filter-ignored'
  /** No row that is known at the lower bound came again. */
  | 'filter-open';

/** What a cursor is made of. */
export interface CursorOptions {
  /** Path of the value in a row: names joined by dots, or a JMESPath expression. It must grow with every change. */
  readonly field: string;
  /** The saved state of this cursor: `request.state`, or a part of it. `{}` at first. */
  readonly state: State;
  /** Columns that tell rows apart, as the read schema declares them; none (the default): rows are appended. */
  readonly key?: readonly string[];
  /** Default unknown: the cursor moves only when the read is complete. */
  readonly order?: CursorOrder;
  /** Default auto. */
  readonly type?: CursorType;
  /** Default asGiven. */
  readonly format?: CursorFormat;
  /** Seconds below the last value from which on rows are read again, for changes that show up late. Default 0. */
  readonly lookBackSeconds?: number;
  /** Lower bound of the first run; later ones never go below it. Default: everything is read. */
  readonly start?: CursorValue;
  /** The cursor never moves beyond it. Default for times: the moment the cursor is made; else none. */
  readonly upper?: CursorValue;
  /** Rows at the lower bound that are remembered at most. Default 10,000. */
  readonly maxSeen?: number;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  readonly now?: () => number;
  /** Takes a warning, one sentence and what to do; default: nobody is told. `context.logger.warn` will do. */
  readonly warn?: (message: string) => void;
  /** What to do about a problem, in one sentence, where the caller has better names than the options here. */
  readonly advise?: (problem: CursorProblem) => string | undefined;
}
