import type { CursorFormat, CursorValue } from './cursor-options.js';
import type { Fail } from './fail.js';
import { formatted, valueText, type Point } from './point.js';
import { comparePositions, subtractFrom, type Position } from './position.js';

/** The highest of several bounds that a read must not go below; undefined: there is none. */
export function highestOf(...points: readonly (Point | undefined)[]): Point | undefined {
  return points.reduce(
    (highest, point) => (!highest || (point && isAbove(point, highest)) ? point : highest),
    undefined,
  );
}

export function isAbove(a: Point, b: Point): boolean {
  return comparePositions(a.position, b.position) > 0;
}

/** So many seconds before a value, in its form; the value itself where it cannot be written. */
export function lookedBack(point: Point, seconds: Position): Point {
  if (seconds.whole === 0n && seconds.rest === '') return point;
  const position = subtractFrom(point.position, seconds);
  const given = valueText(position, point.form);
  return given === undefined ? point : { given, position, form: point.form };
}

/** A bound as the filter wants it. */
export function filterValue(point: Point, format: CursorFormat, fail: Fail): CursorValue {
  const isAsGiven = format === 'asGiven' || (format === 'iso' && point.form.type === 'timestamp');
  if (isAsGiven) return point.given;
  return (
    formatted(point.position, point.form, format) ??
    fail('no-time', `the bound of the cursor cannot be written as ${format}`)
  );
}
