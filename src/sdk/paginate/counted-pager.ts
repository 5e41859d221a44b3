import type { Fail } from './fail.js';
import type { OffsetPaging, PageNumberPaging } from './paging.js';
import { sizeValues } from './sized.js';
import type { Pager, Step } from './step.js';

/** Pages whose place is a number: that of the page, or of the rows before it. */
export function countedPager(paging: PageNumberPaging | OffsetPaging, fail: Fail): Pager {
  const isPage = paging.type === 'page';
  const param = paging.param ?? (isPage ? 'page' : 'offset');
  const size = sizeValues(paging, isPage ? 'per_page' : 'limit');
  const first = paging.first ?? (isPage ? 1 : 0);
  const maxOffset = paging.type === 'offset' ? (paging.maxOffset ?? Infinity) : Infinity;

  const at = (place: number): Step => ({ values: { [param]: place, ...size } });
  const guess = (step: Step, rows: number): Step => at(Number(step.values[param]) + (isPage ? 1 : rows));
  return {
    isNamed: false,
    first: () => at(first),
    next(page, step, { number, hasMore }) {
      // A page 0 without rows may belong to an API that counts from 1.
      const mayCountFromOne = isPage && first === 0 && number === 0;
      // An offset stays where it is without rows, whatever `hasMore` says.
      if (page.rows.length === 0 && !(isPage && hasMore === true) && !mayCountFromOne) return 'empty-page';
      const next = guess(step, page.rows.length);
      if (Number(next.values[param]) > maxOffset) {
        fail(
          'offset-cap',
          page.request,
          `may have more rows behind it, but no offset beyond ${maxOffset} is served`,
        );
      }
      return next;
    },
    guess,
  };
}
