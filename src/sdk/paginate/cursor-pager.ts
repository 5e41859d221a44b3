import { compilePath } from '../read-path.js';
import type { Row } from '../schema.js';
import type { Fail } from './fail.js';
import { kindOf } from './kind-of.js';
import type { CursorPaging, GraphqlPaging, KeysetPaging } from './paging.js';
import { sizeValues } from './sized.js';
import type { Page, Pager } from './step.js';

/** Each answer names the cursor of the next page. */
export function cursorPager(paging: CursorPaging, fail: Fail): Pager {
  const { param = 'cursor', path } = paging;
  const cursor = compilePath(path);
  const size = sizeValues(paging);
  return {
    isNamed: true,
    first: () => ({ values: size }),
    next(page, _step, { hasMore }) {
      const value = cursorIn(cursor.read(page.answer), path, page, fail);
      if (value !== undefined) return { values: { [param]: value, ...size }, cursor: String(value) };
      return hasMore === true ? noCursor(path, page, fail) : 'no-next';
    },
  };
}

/** A connection of GraphQL: the same, but that it says by itself whether more follows. */
export function graphqlPager(paging: GraphqlPaging, fail: Fail): Pager {
  const { pageInfo: path, variable = 'after', sizeVariable } = paging;
  const readInfo = compilePath(path);
  const size =
    sizeVariable === undefined || paging.size === undefined
      ? {}
      : { [`variables.${sizeVariable}`]: paging.size };
  return {
    isNamed: true,
    first: () => ({ values: size }),
    next(page) {
      const info = readInfo.read(page.answer) as Row | null | undefined;
      if (typeof info?.hasNextPage !== 'boolean') {
        return fail('wrong-type', page.request, `has no "${path}.hasNextPage"; ask for it in the query`);
      }
      if (!info.hasNextPage) return 'no-more';
      const value = cursorIn(info.endCursor, `${path}.endCursor`, page, fail);
      if (value === undefined) return noCursor(`${path}.endCursor`, page, fail);
      return { values: { [`variables.${variable}`]: value, ...size }, cursor: String(value) };
    },
  };
}

/**
 * The next page begins after a value of the last row.
 * @param allowsTies rows with the value of the last one come again, and are dropped or wanted
 */
export function keysetPager(paging: KeysetPaging, fail: Fail, allowsTies: boolean): Pager {
  const { param = 'after', field, first } = paging;
  const readField = compilePath(field);
  const size = sizeValues(paging);
  return {
    isNamed: false,
    first: () => ({ values: { ...(first === undefined ? {} : { [param]: first }), ...size } }),
    next(page) {
      const last = page.rows.at(-1);
      if (!last) return 'empty-page';
      const value = cursorIn(readField.read(last), field, page, fail);
      if (value === undefined) {
        return fail(
          'wrong-type',
          page.request,
          `has no "${field}" in its last row, so what follows cannot be asked for`,
        );
      }
      const before = page.rows.at(-2);
      if (!allowsTies && before && readField.read(before) === value) {
        fail(
          'wrong-type',
          page.request,
          `has the same "${field}" in its last two rows, so rows that follow may be left out`,
        );
      }
      return { values: { [param]: value, ...size }, cursor: String(value) };
    },
  };
}

function noCursor(path: string, page: Page, fail: Fail): never {
  return fail('wrong-type', page.request, `says that more follows, but has no cursor at "${path}"`);
}

/** A cursor that is missing, null, false or `""` is none. */
function cursorIn(
  value: unknown,
  path: string,
  page: Page,
  fail: Fail,
): string | number | bigint | undefined {
  if (value === undefined || value === null || value === false || value === '') return undefined;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'bigint') return value;
  return fail('wrong-type', page.request, `has ${kindOf(value)} at "${path}", where the cursor should be`);
}
