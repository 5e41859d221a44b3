import { ConfigError, type ErrorDetails } from '../errors.js';
import type { CursorOptions, CursorProblem } from './cursor-options.js';

/** Ends a read because a cursor cannot be exact. */
export type Fail = (problem: CursorProblem, what: string, details?: ErrorDetails) => never;

/** What to do about each problem, in the words of `createCursor`'s options. */
const ADVICE: Readonly<Record<CursorProblem, string>> = {
  'no-value': 'Correct the field; it must have a value in every row.',
  'wrong-type':
    'Correct the field, or its type: epochSeconds or epochMilliseconds for numbers that are moments, text for ids whose order is that of their text.',
  'no-time': 'Set the type to epochSeconds or epochMilliseconds, or leave look-back and format out.',
  start: 'Give the start in the form that the rows have.',
  state: 'Reset the state of this pipeline, and everything is read again.',
  order: 'Set the order to unknown and read everything again: rows may have been left out.',
  'too-many': 'Declare a key, or look back less.',
  'filter-ignored': 'Correct the parameter of the lower bound, or its format.',
  'filter-open':
    'If the filter leaves out rows that equal the bound, look back by a second; else such rows were removed.',
};

/** What to do about a problem: in the caller's words where it has some. */
export function adviceFor(problem: CursorProblem, advise: CursorOptions['advise']): string {
  return advise?.(problem) ?? ADVICE[problem];
}

/** Makes what ends a read. */
export function failWith(advise: CursorOptions['advise']): Fail {
  return (problem, what, details = {}): never => {
    throw new ConfigError(what, { code: 'CURSOR_FAILED', action: adviceFor(problem, advise), details });
  };
}
