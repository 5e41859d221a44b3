import { op, type Operation } from '../operations.js';
import type { Row } from '../schema.js';
import type { Cursor } from './cursor.js';

/**
 * A whole incremental read: yields what is new of each page, and the cursor's states where they may be offered. Ask for
 * the pages from `cursor.lowerBound` on, all of them: a read that is cut before its end must not look complete.
 *
 * @param limit rows wanted at most, as `request.recordsLimit`; below 0 (the default): all. A cut read offers no last state.
 */
export async function* readIncrementally(
  cursor: Cursor,
  pages: Iterable<readonly Row[]> | AsyncIterable<readonly Row[]>,
  limit = -1,
): AsyncGenerator<readonly Row[] | Operation, void> {
  let room = limit < 0 ? Infinity : limit;
  for await (const page of pages) {
    const uncut = room === Infinity ? undefined : cursor.beforeCut();
    const rows = cursor.take(page);
    if (rows.length >= room) {
      if (uncut) yield op.checkpoint(uncut);
      yield rows.slice(0, room);
      return;
    }
    if (rows.length === 0) continue;
    room -= rows.length;
    yield rows;
    const state = cursor.checkpoint();
    if (state) yield op.checkpoint(state);
  }
  yield op.checkpoint(cursor.complete());
}
