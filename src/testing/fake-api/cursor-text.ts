/** How the cursors of an API look. */
export type CursorKind = 'opaque' | 'number' | 'object';

/** Base64 of these begins with `++//`, which a query does not carry as it is. */
const OPAQUE_HEAD = Buffer.from([0xfb, 0xef, 0xff]);

/** The cursor of a page. */
export function cursorOf(page: number, kind: CursorKind): unknown {
  if (kind === 'number') return page;
  if (kind === 'object') return { page };
  const digits = String(page);
  // A length that base64 fills up with "=".
  const text = digits.length % 3 === 0 ? `0${digits}` : digits;
  return Buffer.concat([OPAQUE_HEAD, Buffer.from(text)]).toString('base64');
}

/** The page of a cursor that came back; undefined where it is not one of these. */
export function cursorNumber(cursor: unknown, kind: CursorKind): number | undefined {
  const page = pageIn(cursor, kind);
  return page !== undefined && Number.isSafeInteger(page) && page > 0 ? page : undefined;
}

function pageIn(cursor: unknown, kind: CursorKind): number | undefined {
  if (kind === 'object') {
    return typeof cursor === 'object' && cursor !== null && 'page' in cursor
      ? Number(cursor.page)
      : undefined;
  }
  if (typeof cursor !== 'string' && typeof cursor !== 'number') return undefined;
  if (kind === 'number') return Number(cursor);
  const text = String(cursor);
  const bytes = Buffer.from(text, 'base64');
  const isOwn = bytes.subarray(0, 3).equals(OPAQUE_HEAD) && bytes.toString('base64') === text;
  return isOwn ? Number(bytes.subarray(3).toString()) : undefined;
}
