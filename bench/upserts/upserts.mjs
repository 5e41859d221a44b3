import { makeRow } from '../rows.mjs';

/** Rows that the table has before. */
export const EXISTING = 1_000_000;
const PAGE = 1000;

/** Pages of upserts: every other row is new, the others replace a row of the table, spread over all of it. */
export function* upsertPages(count) {
  for (let offset = 0; offset < count; offset += PAGE) {
    const page = [];
    for (let i = offset; i < offset + PAGE; i += 1) page.push(makeUpsert(i));
    yield page;
  }
}

function makeUpsert(i) {
  const half = i >> 1;
  const row = makeRow(i % 2 === 0 ? (half * 2) % EXISTING : EXISTING + half);
  row.amount += 1;
  return row;
}
