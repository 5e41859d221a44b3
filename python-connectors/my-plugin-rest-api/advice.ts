import type { PagingProblem } from 'connector-host';
import { sizeParamOf } from './read-paging.js';
import type { RestApiConfig } from './rest-api-config.js';

/** What must lie at a path; the others take anything that they can be applied to. */
const AT_PATH = {
  cursor_path: 'a cursor is a text or a number',
  next_url_path: 'a next URL is a text',
  total_path: 'a total is a number',
  has_more_path: undefined,
  data_path: undefined,
  record_path: undefined,
} as const;
/** What no plain path has. Only an expression may fail where it is applied. */
const EXPRESSION = /[^\w.@$ -]/;

/** What to do about a problem, in the names of connector.json, and only in those that the config is read by. */
export function adviseFor(config: RestApiConfig): (problem: PagingProblem) => string {
  const type = config.pagination_type ?? 'none';
  return (problem) => {
    switch (problem) {
      case 'same-first-page':
        return `${sameFirstPage(config)} If the data really repeats, set on_repeat to allow.`;
      case 'same-last-page':
        return 'The API seems to give its last page again beyond the end: set on_repeat to stop, or has_more_path or total_path; or to allow if the data really repeats.';
      case 'began-anew':
        return 'The API seems to begin anew after its last page: set on_repeat to stop, or has_more_path or total_path; or to allow if the data really repeats.';
      case 'overlap':
        return 'The API seems to include the last row again, or to fill up its last page: set on_repeat to stop to drop such rows, or to allow to keep them.';
      case 'same-cursor':
        return type === 'cursor'
          ? 'The API seems to ignore the cursor: correct cursor_param or cursor_path; on_repeat stop ends the read there, allow reads on.'
          : `The next page leads back${type === 'next_url' ? ': correct next_url_path' : ' to one that came before'}; on_repeat stop ends the read there, allow reads on.`;
      case 'wrong-type':
        return wrongType(config);
      case 'too-many-pages':
        return 'Correct the paging parameters: an API with so many pages is hardly meant.';
      case 'offset-cap':
        return 'Set pagination_type to cursor, or read in parts by a filter in query.';
      case 'unfinished':
        return unfinished(config);
      case 'total':
        return total(config);
      case 'no-rows':
        return noRows(config);
      case 'refused-first-page':
        return refusedFirstPage(config);
      case 'refused-page':
        return refusedPage(config);
      case 'errors':
        return 'Correct the request; set allow_errors if the rows beside such errors are wanted.';
    }
  };
}

function sameFirstPage(config: RestApiConfig): string {
  return config.pagination_type === 'page' && (config.first_page ?? 0) === 0
    ? 'The API seems to take page 0 for page 1: set first_page to 1; or it ignores page_param or page_size_param: correct their names, or set pagination_type to none if one request brings everything.'
    : 'The API seems to ignore the paging parameters: correct their names, or set pagination_type to the way it pages by, or to none if one request brings everything.';
}

/** The message has the path in quotes, and only the config knows which param it is of. */
function wrongType(config: RestApiConfig): string {
  const { pagination_type: type } = config;
  const pathOf = (name: keyof typeof AT_PATH): string => (config[name] ?? '').trim();
  const isSuspect = (name: keyof typeof AT_PATH): boolean => {
    if (name === 'cursor_path') return type === 'cursor';
    if (name === 'next_url_path') return type === 'next_url';
    return name === 'total_path' ? pathOf(name) !== '' : EXPRESSION.test(pathOf(name));
  };
  const names = (Object.keys(AT_PATH) as (keyof typeof AT_PATH)[]).filter(isSuspect);
  const texts = names.map((name) => `"${pathOf(name)}" is ${name}`).join(', ');
  const path = names.length > 1 ? `the path that the message names (${texts})` : names.join('');
  const types = names.flatMap((name) => AT_PATH[name] ?? []).join(', ');
  const correct = names.length === 0 ? '' : `Correct ${path}${types === '' ? '' : `: ${types}`}.`;
  // Without a path, it is the Link header that cannot be used.
  const other = type === 'link' ? 'Set another pagination_type if the Link header is at fault.' : '';
  return [correct, other].filter((text) => text !== '').join(' ') || 'Correct the paging parameters.';
}

function unfinished({ pagination_type: type }: RestApiConfig): string {
  const paths = type === 'cursor' ? 'cursor_path or ' : type === 'next_url' ? 'next_url_path or ' : '';
  return `Correct ${paths}has_more_path, or the paging parameters; with end_status or on_repeat stop, rows would be missing here.`;
}

function total({ pagination_type: type, first_page: first }: RestApiConfig): string {
  const cause =
    type !== 'page'
      ? 'set another pagination_type'
      : (first ?? 0) === 0
        ? 'first_page, page_param or pagination_type may be wrong'
        : `first_page may be wrong: with ${first}, an API that counts from 0 loses its first page`;
  return `Run again, as rows may have come or gone meanwhile; if it stays, ${cause}; leave total_path out where the total is an estimate or the number of a page's rows.`;
}

function noRows(config: RestApiConfig): string {
  const { pagination_type: type, data_path: path, record_path: inner, response_format: format } = config;
  const paths =
    (path ?? '').trim() === ''
      ? 'Set data_path to where the list is'
      : 'Correct data_path, or leave it out where the answer is the list';
  return [
    (inner ?? '').trim() === '' ? paths : `${paths}; correct record_path`,
    'set empty_if_missing if the API leaves the list out where there are no rows',
    (format ?? 'json') === 'json'
      ? 'set response_format where the answer is NDJSON or CSV'
      : 'set response_format to json where the answer is one JSON document',
    ...((type ?? 'none') === 'none' ? [] : ['an object is a row only with pagination_type none']),
  ]
    .join('; ')
    .concat('.');
}

function refusedFirstPage(config: RestApiConfig): string {
  const { pagination_type: type, method, body } = config;
  const sends = method === 'POST' || (body ?? '') !== '' ? ', query and body' : ' and query';
  const pages = type === 'page' && (config.first_page ?? 0) === 0;
  return [
    `Check base_url, endpoint${sends}`,
    ...(pages ? ['where the API counts pages from 1, set first_page to 1'] : []),
    ...((type ?? 'none') !== 'none' && sizeParamOf(config) !== ''
      ? ['for a 400, lower page_size or correct page_size_param']
      : []),
    `for a 405, set method to ${method === 'POST' ? 'GET' : 'POST'}`,
  ]
    .join('; ')
    .concat('.');
}

function refusedPage({ pagination_type: type }: RestApiConfig): string {
  return type === 'page' || type === 'offset'
    ? 'If the API answers so beyond its last page, add the status to end_status; but after full pages a cap of pages or offsets is as likely, and end_status would end the read there in silence: then read in parts by a filter in query, or set pagination_type to cursor.'
    : 'Run again, as a cursor may expire; if it stays, check cursor_param, page_size_param and query; end_status would end the read there in silence.';
}
