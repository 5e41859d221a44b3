import { ConnectorError } from '../errors.js';
import type { PaginateOptions } from './options.js';
import type { Paging } from './paging.js';

/** What each way of paging cannot do without. */
const NEEDED: Readonly<Record<Paging['type'], readonly string[]>> = {
  none: [],
  page: [],
  offset: [],
  cursor: ['path'],
  keyset: ['field'],
  graphql: ['pageInfo'],
  link: [],
  nextUrl: ['path'],
};

/**
 * Checks what a connector in plain JavaScript, or with a wrong type, may get wrong.
 * @throws ConnectorError that names the option
 */
export function checkOptions(options: PaginateOptions): void {
  const { url, paging, onRepeat = 'error', limit = -1, maxPages = 1 } = options as Partial<PaginateOptions>;
  const check = (isRight: boolean, what: string): void => {
    if (!isRight)
      throw new ConnectorError(`paginate: ${what}`, { action: 'See docs/reference/paginate.md.' });
  };
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
  check(isText(url), 'the option "url" must be a text');
  const types = Object.keys(NEEDED);
  const type: unknown = paging?.type;
  check(types.includes(type as string), `the option "paging.type" must be one of ${types.join(', ')}`);
  const given = paging as unknown as Readonly<Record<string, unknown>>;
  for (const name of NEEDED[type as Paging['type']]) {
    check(
      isText(given[name]),
      `the option "paging.${name}" must be a text where paging.type is ${String(type)}`,
    );
  }
  const { endStatus = [], size = 1 } = given;
  check(Array.isArray(endStatus), 'the option "paging.endStatus" must be a list of statuses');
  check(isCount(size), 'the option "paging.size" must be an integer of at least 1');
  check(['error', 'stop', 'allow'].includes(onRepeat), 'the option "onRepeat" must be error, stop or allow');
  check(Number.isSafeInteger(limit), 'the option "limit" must be an integer');
  check(isCount(maxPages), 'the option "maxPages" must be an integer of at least 1');
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}
