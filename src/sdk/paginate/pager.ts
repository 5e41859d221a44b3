import type { Paging } from './paging.js';
import { countedPager } from './counted-pager.js';
import { cursorPager, graphqlPager, keysetPager } from './cursor-pager.js';
import type { Fail } from './fail.js';
import { linkPager, nextUrlPager } from './url-pager.js';
import type { Pager } from './step.js';

/** Makes the pager of a way of paging. */
export function createPager(paging: Paging, fail: Fail): Pager {
  switch (paging.type) {
    case 'none':
      return ONE_PAGE;
    case 'page':
    case 'offset':
      return countedPager(paging, fail);
    case 'cursor':
      return cursorPager(paging, fail);
    case 'keyset':
      return keysetPager(paging, fail);
    case 'graphql':
      return graphqlPager(paging, fail);
    case 'link':
      return linkPager(paging, fail);
    case 'nextUrl':
      return nextUrlPager(paging, fail);
  }
}

const ONE_PAGE: Pager = { first: () => ({ values: {} }), next: () => 'one-page' };
