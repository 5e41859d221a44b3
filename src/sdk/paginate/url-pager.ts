import LinkHeader from 'http-link-header';
import { compilePath } from '../read-path.js';
import type { Fail } from './fail.js';
import { kindOf } from './kind-of.js';
import type { LinkPaging, NextUrlPaging } from './paging.js';
import { sizeValues } from './sized.js';
import type { Page, Pager } from './step.js';

/** Each answer has the URL of the next page in its `Link` header. */
export function linkPager(paging: LinkPaging, fail: Fail): Pager {
  const { rel = 'next' } = paging;
  const missing = `names no URL of the relation "${rel}" in a Link header`;
  return urlPager(sizeValues(paging), (page) => linkOf(page, rel, fail), missing, fail);
}

/** Each answer has the URL of the next page in its body. */
export function nextUrlPager(paging: NextUrlPaging, fail: Fail): Pager {
  const path = compilePath(paging.path);
  const nextOf = (page: Page): string | undefined => {
    const value = path.read(page.answer);
    if (value === undefined || value === null || value === false || value === '') return undefined;
    if (typeof value === 'string') return absolute(value, page, fail);
    return fail(
      'wrong-type',
      page.request,
      `has ${kindOf(value)} at "${paging.path}", where the next URL should be`,
    );
  };
  return urlPager(sizeValues(paging), nextOf, `has no next URL at "${paging.path}"`, fail);
}

function urlPager(
  size: Readonly<Record<string, unknown>>,
  nextOf: (page: Page) => string | undefined,
  missing: string,
  fail: Fail,
): Pager {
  return {
    isNamed: true,
    first: () => ({ values: size }),
    next(page, _step, { hasMore }) {
      const url = nextOf(page);
      if (url !== undefined) return { values: size, url, linkedFrom: page.url, cursor: url };
      return hasMore === true
        ? fail('wrong-type', page.request, `says that more follows, but ${missing}`)
        : 'no-next';
    },
  };
}

function linkOf(page: Page, rel: string, fail: Fail): string | undefined {
  const header = page.headers.link;
  const text = Array.isArray(header) ? header.join(', ') : header;
  if (typeof text !== 'string' || text.trim() === '') return undefined;
  let links: LinkHeader;
  try {
    links = LinkHeader.parse(regular(text));
  } catch {
    // What the parser says quotes the header, which may hold a token.
    return fail('wrong-type', page.request, 'has a Link header that cannot be read');
  }
  // A link with an anchor speaks of another document (RFC 8288, 3.2). Relations are compared without case (2.1.1).
  const link = links.refs.find(
    (ref: Partial<LinkHeader.Reference>) =>
      ref.anchor === undefined && ref.rel?.toLowerCase().split(/\s+/).includes(rel.toLowerCase()),
  );
  return link && absolute(link.uri, page, fail);
}

const LINK_PARTS = /<[^>]*>|"(?:[^"\\]|\\.)*"|=\s*'([^',;"]*)'|;\s*([!#$%&'*+.^`|~\w-]+)\s*(?=[,;]|$)/g;

/** What many servers write and the parser does not take: parameters without a value, single quotes, empty elements. */
function regular(header: string): string {
  const text = header.replace(LINK_PARTS, (part, quoted?: string, bare?: string) => {
    if (quoted !== undefined) return `="${quoted}"`;
    return bare === undefined ? part : `; ${bare}=""`;
  });
  return text.replace(/^[\s,]+|[\s,]+$/g, '').replace(/,(?:\s*,)+/g, ',');
}

function absolute(url: string, page: Page, fail: Fail): string {
  if (!URL.canParse(url, page.url)) return fail('wrong-type', page.request, 'has a next URL that is no URL');
  const next = new URL(url, page.url);
  next.hash = '';
  return next.href;
}
