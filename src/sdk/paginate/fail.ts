import { ConfigError } from '../errors.js';
import type { PaginateOptions, PagingProblem } from './options.js';

/** Ends a read because of a problem with the API's paging: what was asked, and what came of it. */
export type Fail = (problem: PagingProblem, request: string, what: string) => never;

/** What to do about each problem, in the words of `paginate`'s options. */
const ADVICE: Readonly<Record<PagingProblem, string>> = {
  'same-first-page':
    'The API seems to ignore the paging parameters, or to take page 0 for page 1: correct their names, or the number of the first page.',
  'same-last-page':
    'The API seems to give its last page again beyond the end: set onRepeat to stop, or hasMorePath or totalPath.',
  'began-anew':
    'The API seems to begin anew after its last page: set onRepeat to stop, or hasMorePath or totalPath.',
  overlap:
    'The API seems to include the last row again, or to fill up its last page: set onRepeat to stop to drop such rows, or allow to keep them.',
  'same-cursor': 'The API seems to ignore the cursor: correct the name of its parameter and its path.',
  'wrong-type': 'Correct the path.',
  'too-many-pages': 'Raise maxPages if there are so many.',
  'offset-cap': 'Read by a cursor or keyset, which have no such limit, or in parts by a filter.',
  unfinished: 'Correct hasMorePath, or page by another way: these pages end before the rows do.',
  total:
    'Run again; if it stays, page by another way, or leave totalPath out where the total is an estimate.',
  'no-rows':
    'Correct the path of the rows; set emptyIfMissing if the API leaves it out where there are none.',
  'refused-first-page':
    'Correct the address and the parameters; where pages count from 1, set the first page to 1.',
  'refused-page':
    'If the API answers so beyond its last page, add the status to endStatus; else check the parameters.',
  errors: 'Correct the request; set allowErrors if the rows beside such errors are wanted.',
};

/** What to do about a problem: in the caller's words where it has some. */
export function adviceFor(problem: PagingProblem, advise: PaginateOptions['advise']): string {
  return advise?.(problem) ?? ADVICE[problem];
}

/** Makes what ends a read. */
export function failWith(advise: PaginateOptions['advise']): Fail {
  return (problem, request, what): never => {
    throw new ConfigError(`${request} ${what}`, {
      code: 'PAGING_FAILED',
      action: adviceFor(problem, advise),
    });
  };
}
