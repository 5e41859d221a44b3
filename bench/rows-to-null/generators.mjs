import { makePage } from '../rows.mjs';

const PAGE = 1000;
const pages = Array.from({ length: 100 }, (_, i) => makePage(i * PAGE, PAGE));

/** How a connector may yield: pages, or single rows. Both give the same pre-made rows. */
export const generators = {
  *pages(count) {
    for (let i = 0; i < count / PAGE; i += 1) yield pages[i % pages.length];
  },
  *rows(count) {
    for (let i = 0; i < count / PAGE; i += 1) {
      for (const row of pages[i % pages.length]) yield row;
    }
  },
};
