import type { Paging } from 'connector-host';
import { pathProblem } from './checks.js';
import type { RestApiConfig } from './rest-api-config.js';

const DEFAULT_PAGE_SIZE = 100;
/** What has always been sent; the other ways of paging know no name that most APIs share. */
const SIZE_PARAM: Readonly<Record<string, string>> = { page: 'per_page', offset: 'limit' };

/** The name under which the page size is sent; `""`: it is not sent. */
export function sizeParamOf({ pagination_type: type, page_size_param: name }: RestApiConfig): string {
  return name ?? SIZE_PARAM[type ?? 'none'] ?? '';
}

/** The way of paging that a config names; what is wrong is added to `problems`. */
export function readPaging(config: RestApiConfig, problems: string[]): Paging {
  const type = config.pagination_type ?? 'none';
  const need = (name: 'cursor_path' | 'next_url_path'): string => {
    const path = (config[name] ?? '').trim();
    if (path === '') problems.push(`param "${name}" is missing; pagination_type ${type} needs it`);
    return path;
  };
  for (const name of ['cursor_path', 'next_url_path', 'has_more_path', 'total_path'] as const) {
    const problem = pathProblem(config[name]);
    if (problem !== undefined) problems.push(`param "${name}" ${problem}`);
  }
  const size = config.page_size ?? DEFAULT_PAGE_SIZE;
  if (!Number.isSafeInteger(size) || size < 1) {
    problems.push(`param "page_size" must be an integer of at least 1 (got ${size})`);
  }
  for (const status of config.end_status ?? []) {
    if (!mayBeEnd(status)) {
      problems.push(
        `param "end_status" must hold 204 or statuses from 400 to 599 but 401 and 429 (got ${status})`,
      );
    }
  }
  const ends = {
    hasMorePath: (config.has_more_path ?? '').trim(),
    totalPath: (config.total_path ?? '').trim(),
    endStatus: config.end_status ?? [],
  };
  const sized = {
    ...ends,
    in: config.method === 'POST' ? ('body' as const) : ('query' as const),
    size,
    sizeParam: sizeParamOf(config),
  };
  switch (type) {
    case 'none':
      // The end rules are hidden here: one that is left over from another type says nothing about the only answer.
      return { type };
    case 'page':
      return { type, ...sized, param: config.page_param || 'page', first: config.first_page ?? 0 };
    case 'offset':
      return { type, ...sized, param: config.offset_param || 'offset' };
    case 'cursor':
      return { type, ...sized, param: config.cursor_param || 'cursor', path: need('cursor_path') };
    case 'link':
      return { type, ...sized };
    case 'next_url':
      return { type: 'nextUrl', ...sized, path: need('next_url_path') };
  }
}

/** A success, wrong credentials and too many requests are no word about the end: rows would be lost in silence. */
function mayBeEnd(status: number): boolean {
  return status === 204 || (status >= 400 && status <= 599 && status !== 401 && status !== 429);
}
