import type { SizedPaging } from './paging.js';

/** The parameter with the page size, where one is sent. */
export function sizeValues({ size, sizeParam }: SizedPaging, name?: string): Record<string, number> {
  const param = sizeParam ?? name ?? '';
  return size === undefined || param === '' ? {} : { [param]: size };
}
