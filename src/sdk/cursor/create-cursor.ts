import type { State } from '../operations.js';
import type { Row } from '../schema.js';
import { checkOptions } from './check-options.js';
import { readState, writeState } from './cursor-state.js';
import type { Cursor } from './cursor.js';
import type { CursorOptions, CursorProblem, CursorValue } from './cursor-options.js';
import { adviceFor, failWith, type Fail } from './fail.js';
import { filterValue, highestOf, isAbove, lookedBack } from './lower-bound.js';
import { formatted, isTime, plainForm, type Point } from './point.js';
import { comparePositions, numberPosition, shiftPosition, subtractFrom, type Position } from './position.js';
import { markRow } from './row-mark.js';
import { SeenRows } from './seen-rows.js';
import { DAY_TOLERANCE } from './timestamp.js';
import { ValueReader } from './value-reader.js';

const MAX_SEEN = 10_000;
const NOTHING: Position = { whole: 0n, rest: '' };
/** Filters may cut fractions off. */
const SECOND: Position = { whole: 1n, rest: '' };

/**
 * Makes the cursor of one incremental read: what to ask the API for, which of the rows that come are new, and the state
 * from which the next run goes on. `readIncrementally` does a whole read with it. What it guarantees, and what it needs
 * for that, is in docs/reference/cursor.md.
 *
 * @throws ConnectorError for a wrong option; ConfigError CURSOR_FAILED for a start or state that is none; ConfigError
 * CONFIG_INVALID for a field that is no path
 */
export function createCursor(options: CursorOptions): Cursor {
  checkOptions(options);
  return new ValueCursor(options);
}

class ValueCursor implements Cursor {
  readonly lowerBound: CursorValue | undefined;
  readonly #options: CursorOptions;
  readonly #fail: Fail;
  readonly #key: readonly string[];
  readonly #values: ValueReader;
  readonly #lookBack: Position;
  readonly #start: Point | undefined;
  readonly #saved: Point | undefined;
  /** Rows below it are none of this read. */
  readonly #lower: Point | undefined;
  readonly #givenUpper: Point | undefined;
  /** When the read began, in seconds since 1970. */
  readonly #began: Position;
  readonly #seen: SeenRows;
  /** The highest value that the cursor may have: one of a row, not above the upper bound, never below the saved one. */
  #highest: Point | undefined;
  /** That of the last row. */
  #last: Position | undefined;
  #isWarned = false;

  constructor(options: CursorOptions) {
    const { key = [], lookBackSeconds = 0, maxSeen = MAX_SEEN, now = Date.now } = options;
    this.#options = options;
    this.#fail = failWith(options.advise);
    this.#key = key;
    this.#values = new ValueReader(options, this.#fail);
    this.#lookBack = numberPosition(lookBackSeconds) ?? NOTHING;
    this.#began = shiftPosition(numberPosition(now()) ?? NOTHING, -3);

    const { value, from, seen } = readState(options.state, key.length > 0, this.#fail);
    this.#saved = this.#values.saved(value);
    this.#highest = this.#saved;
    this.#start = this.#values.bound('start', options.start);
    this.#givenUpper = this.#values.bound('upper', options.upper);
    // What lies lower was not remembered, and without a key it would be there twice.
    const known = key.length > 0 ? undefined : (this.#values.saved(from) ?? this.#saved);
    this.#lower = highestOf(this.#lookedBack(), this.#start, known);
    this.#seen = new SeenRows(seen, key.length > 0, maxSeen);
    this.lowerBound = this.#lower && filterValue(this.#lower, options.format ?? 'asGiven', this.#fail);
  }

  get upperBound(): CursorValue | undefined {
    const { type } = this.#values;
    const { format = 'asGiven' } = this.#options;
    if (this.#givenUpper) return filterValue(this.#givenUpper, format, this.#fail);
    if (!type || !isTime(type)) return undefined;
    return formatted(this.#began, (this.#saved ?? this.#start)?.form ?? plainForm(type), format);
  }

  take(rows: readonly Row[]): readonly Row[] {
    const positions = rows.map((row) => this.#moveTo(row));
    const next = this.#nextLower()?.position;
    return rows.filter((row, index) => {
      const position = positions[index] as Position;
      if (isBelow(position, this.#lower?.position)) return false;
      const isKept = !isBelow(position, next);
      // As a rule, only the last rows of a page have to be hashed.
      if (!isKept && !this.#seen.awaits) return true;
      const mark = markRow(row, this.#key);
      const isKnown = this.#seen.recall(mark);
      if (isKept) this.#seen.keep(mark, position, next);
      return !isKnown;
    });
  }

  checkpoint(): State | undefined {
    if (this.#options.order !== 'asc') return undefined;
    const marks = this.#seen.marks(this.#nextLower()?.position, true);
    return marks && this.#state(marks);
  }

  beforeCut(): State | undefined {
    if (this.#key.length === 0) return undefined;
    const reached = this.#options.order === 'asc' ? this.#highest : this.#saved;
    return writeState(reached?.given, undefined, []);
  }

  complete(): State {
    const next = this.#nextLower()?.position;
    const hasMoved = this.#highest !== this.#saved;
    // Rows that did not come are gone, unless nothing came: then the source may have been behind, or the filter open.
    const marks = (hasMoved ? undefined : this.#seen.marks(next, true)) ?? this.#seen.marks(next, false);
    if (!marks) {
      return this.#fail(
        'too-many',
        `more than ${this.#options.maxSeen ?? MAX_SEEN} rows have the latest values of "${this.#options.field}", and without a key the next run could not tell which of them are there`,
        { column: this.#options.field },
      );
    }
    if (this.#seen.cameNotAgain && this.#lower === this.#saved) {
      this.#warn('filter-open', `no row that "${this.#options.field}" was read up to came again`);
    }
    return this.#state(marks);
  }

  /** Takes note of a row's value. */
  #moveTo(row: Row): Position {
    const point = this.#values.next(row);
    const { position } = point;
    if (this.#options.order === 'asc' && isBelow(position, this.#last)) this.#values.failOrder();
    this.#last = position;
    const upper = this.#upper();
    const mayMove = !upper || comparePositions(position, upper) <= 0;
    if (mayMove && (!this.#highest || isAbove(point, this.#highest))) this.#highest = point;
    this.#warnOfFilter(position);
    return position;
  }

  #upper(): Position | undefined {
    const { type } = this.#values;
    return this.#givenUpper?.position ?? (type && isTime(type) ? this.#began : undefined);
  }

  /** The lower bound of the next run, if this one ended here. */
  #nextLower(): Point | undefined {
    return highestOf(this.#lookedBack(), this.#start, this.#key.length > 0 ? undefined : this.#lower);
  }

  #lookedBack(): Point | undefined {
    return this.#highest && lookedBack(this.#highest, this.#lookBack);
  }

  #state(seen: readonly string[]): State {
    const from = this.#key.length > 0 ? undefined : this.#nextLower();
    const value = this.#highest;
    return writeState(value?.given, from === value ? undefined : from?.given, seen);
  }

  #warnOfFilter(position: Position): void {
    if (this.#isWarned || !this.#lower || !isBelow(position, this.#lower.position)) return;
    const tolerance = this.#options.format === 'date' ? DAY_TOLERANCE : SECOND;
    const { type } = this.#values;
    const asked = type && isTime(type) ? subtractFrom(this.#lower.position, tolerance) : this.#lower.position;
    if (!isBelow(position, asked)) return;
    this.#isWarned = true;
    this.#warn(
      'filter-ignored',
      `the API gave rows with a "${this.#options.field}" below the lower bound; they are left out`,
    );
  }

  #warn(problem: CursorProblem, what: string): void {
    this.#options.warn?.(`${what}. ${adviceFor(problem, this.#options.advise)}`);
  }
}

function isBelow(position: Position, bound: Position | undefined): boolean {
  return bound !== undefined && comparePositions(position, bound) < 0;
}
