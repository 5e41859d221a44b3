import type { Paging } from './paging.js';
import { countedPager } from './counted-pager.js';
import { cursorPager, graphqlPager, keysetPager } from './cursor-pager.js';
import type { Fail } from './fail.js';
import type { OnRepeat } from './options.js';
import { linkPager, nextUrlPager } from './url-pager.js';
import type { Pager } from './step.js';

/** Makes the pager of a way of paging. */
export function createPager(paging: Paging, fail: Fail, onRepeat: OnRepeat): Pager {
  switch (paging.type) {
    case 'none':
      return ONE_PAGE;
    case 'page':
    case 'offset':
      return countedPager(paging, fail);
    case 'cursor':
      return cursorPager(paging, fail);
    case 'keyset':
      return keysetPager(paging, fail, onRepeat !== 'error');
    case 'graphql':
      return graphqlPager(paging, fail);
    case 'link':
      return linkPager(paging, fail);
    case 'nextUrl':
      return nextUrlPager(paging, fail);
  }
}

const ONE_PAGE: Pager = { isNamed: false, first: () => ({ values: {} }), next: () => 'one-page' };
