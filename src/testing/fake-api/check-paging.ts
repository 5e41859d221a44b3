import type { FakeRoute } from './fake-api-options.js';
import type { FakePaging } from './fake-paging.js';
import { unknownKeys, type Keys, type Report } from './option-keys.js';

const ANY = {
  type: true,
  size: true,
  sizeParam: true,
  maxSize: true,
  in: true,
  shortPages: true,
  ignoresPaging: true,
} as const;
const LINKED = { ...ANY, lateEnd: true, stuckAt: true, param: true } as const;
const URL = { ...LINKED, form: true, otherOrigin: true } as const;
/** Every option of each way of paging. */
export const PAGING_KEYS: { [T in FakePaging['type']]: Keys<Extract<FakePaging, { type: T }>> } = {
  none: { type: true },
  page: { ...ANY, param: true, first: true, zeroIsOne: true, pastEnd: true },
  offset: { ...ANY, param: true, first: true, maxOffset: true, pastEnd: true },
  cursor: { ...LINKED, path: true, cursors: true, end: true },
  keyset: { ...ANY, param: true, field: true, inclusive: true },
  link: { ...URL, rel: true, otherRels: true, writing: true },
  nextUrl: { ...URL, path: true, end: true },
  graphql: { ...LINKED, connection: true, list: true },
};

/** Reports what is unknown in a way of paging, or does not go together. */
export function checkPaging(paging: FakePaging, route: FakeRoute, at: string, report: Report): void {
  if (!Object.hasOwn(PAGING_KEYS, paging.type)) {
    report(`${at}.type "${paging.type}" is unknown`);
    return;
  }
  unknownKeys(paging, PAGING_KEYS[paging.type], `${at}.`, report);
  if (paging.type === 'none') return;
  checkShared(paging, route, at, report);
  if (paging.type === 'page' && paging.zeroIsOne && paging.first === 0) {
    report(`${at}.zeroIsOne needs first: 1`);
  }
  if ((paging.type === 'link' || paging.type === 'nextUrl') && paging.otherOrigin !== undefined) {
    if (paging.form !== undefined && paging.form !== 'absolute') {
      report(`${at}.otherOrigin needs absolute URLs, not form: ${paging.form}`);
    }
  }
  if (paging.type === 'cursor') {
    if (paging.end === 'cursor' && paging.lateEnd) report(`${at}.end "cursor" has a late end by itself`);
    if (paging.cursors === 'object' && paging.in === 'header')
      report(`${at}.cursors "object" go in no header`);
  }
}

function checkShared(
  paging: Exclude<FakePaging, { type: 'none' }>,
  route: FakeRoute,
  at: string,
  report: Report,
): void {
  const { type, size, maxSize, shortPages = {} } = paging;
  for (const [name, value] of Object.entries({ size, maxSize })) {
    if (value !== undefined && (!Number.isSafeInteger(value) || value < 1))
      report(`${at}.${name} must be at least 1`);
  }
  for (const [page, rows] of Object.entries(shortPages)) {
    if (!/^[1-9]\d*$/.test(page) || !Number.isSafeInteger(rows) || rows < 0) {
      report(`${at}.shortPages has numbers of rows by the number of the page, from 1`);
    }
    if (rows === 0 && (type === 'offset' || type === 'keyset')) {
      report(`${at}.shortPages has an empty page, behind which ${type} paging has nothing`);
    }
  }
  if ((type === 'link' || type === 'nextUrl' || type === 'graphql') && paging.in !== undefined) {
    report(`${at}.in is fixed for ${type}`);
  }
  const isPost = type === 'graphql' || paging.in === 'body';
  if (isPost && route.method === 'GET')
    report(`${at} has its parameters in the body, which needs the method POST`);
}
