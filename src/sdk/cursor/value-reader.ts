import { ConfigError } from '../errors.js';
import { kindOf } from '../paginate/kind-of.js';
import { compilePath, PathError, type JsonPath } from '../read-path.js';
import type { Row } from '../schema.js';
import type { CursorOptions, CursorValue } from './cursor-options.js';
import type { Fail } from './fail.js';
import { isTime, plainForm, readPoint, typeOf, valueText, type KnownType, type Point } from './point.js';

const NAMES: Readonly<Record<KnownType, string>> = {
  timestamp: 'a date or time of ISO 8601',
  epochSeconds: 'a number of seconds',
  epochMilliseconds: 'a number of milliseconds',
  number: 'a number',
  text: 'a text',
};

/** Reads the values of a cursor, all of one type: the declared one, or that of the first value. */
export class ValueReader {
  readonly #fail: Fail;
  readonly #field: JsonPath;
  /** Whether values have to be moments: there is a look-back, or a format of time. */
  readonly #needsTime: boolean;
  #type: KnownType | undefined;
  #rows = 0;

  /** @throws ConfigError for a field that is no path, or where moments are needed and the type has none */
  constructor(options: CursorOptions, fail: Fail) {
    const { field, type = 'auto', format = 'asGiven', lookBackSeconds = 0 } = options;
    this.#fail = fail;
    this.#field = compiled(field);
    this.#needsTime = lookBackSeconds > 0 || format !== 'asGiven';
    if (type !== 'auto') this.#know(type);
  }

  /** Undefined: no value was seen yet. */
  get type(): KnownType | undefined {
    return this.#type;
  }

  /** A value of the saved state. */
  saved(value: CursorValue | undefined): Point | undefined {
    if (value === undefined) return undefined;
    return this.#read(value) ?? this.#fail('state', `the saved state of the cursor has no ${this.#name()}`);
  }

  /** A bound that was given by hand: also a moment of ISO 8601 where values count seconds or milliseconds. */
  bound(name: 'start' | 'upper', value: CursorValue | undefined): Point | undefined {
    if (value === undefined) return undefined;
    const point = this.#read(value) ?? this.#moment(value);
    return (
      point ??
      this.#fail(
        'start',
        `the ${name === 'start' ? 'start' : 'upper bound'} of the cursor is not ${this.#name()}`,
      )
    );
  }

  /** The value of the next row. */
  next(row: Row): Point {
    this.#rows += 1;
    const value = this.#valueOf(row);
    const details = { column: this.#field.text, row: this.#rows };
    if (value === undefined || value === null) {
      return this.#fail(
        'no-value',
        `row ${this.#rows} has ${kindOf(value)} at "${this.#field.text}", where the value of the cursor should be`,
        details,
      );
    }
    return (
      this.#read(value) ??
      this.#fail(
        'wrong-type',
        `row ${this.#rows} has ${kindOf(value)} at "${this.#field.text}" that is not ${this.#name()}`,
        details,
      )
    );
  }

  /** The error of the row read last that stands below one before it. */
  failOrder(): never {
    const { text: column } = this.#field;
    return this.#fail('order', `row ${this.#rows} has a lower "${column}" than the row before it`, {
      column,
      row: this.#rows,
    });
  }

  #valueOf(row: Row): unknown {
    try {
      return this.#field.read(row);
    } catch (error) {
      if (error instanceof PathError) return this.#fail('no-value', error.message, { row: this.#rows });
      throw error;
    }
  }

  #read(value: unknown): Point | undefined {
    const type = this.#type ?? typeOf(value);
    if (type === undefined) return undefined;
    const point = readPoint(value, type);
    if (point && this.#type === undefined) this.#know(type);
    return point;
  }

  #moment(value: CursorValue): Point | undefined {
    const type = this.#type;
    if (type === undefined || !isTime(type)) return undefined;
    const moment = readPoint(value, 'timestamp');
    const form = plainForm(type);
    const given = moment && valueText(moment.position, form);
    return given === undefined || !moment ? undefined : { given, position: moment.position, form };
  }

  #know(type: KnownType): void {
    if (this.#needsTime && !isTime(type)) {
      this.#fail(
        'no-time',
        `the cursor "${this.#field.text}" is ${NAMES[type]}, and a look-back or format needs moments`,
      );
    }
    this.#type = type;
  }

  #name(): string {
    return this.#type ? NAMES[this.#type] : 'a number or a date or time of ISO 8601';
  }
}

function compiled(field: string): JsonPath {
  try {
    return compilePath(field);
  } catch (error) {
    if (error instanceof PathError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}
