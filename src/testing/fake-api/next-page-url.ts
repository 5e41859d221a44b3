import type { FakeLinkPaging, FakeNextUrlPaging } from './fake-paging.js';
import type { FakeRequest } from './fake-request.js';
import { paramName, type FoundPage } from './find-page.js';

/** What links are made of. */
export interface LinkPlace {
  readonly paging: FakeLinkPaging | FakeNextUrlPaging;
  readonly request: FakeRequest;
  /** The server's own. */
  readonly origin: string;
}

/** The URL of a page: that of the request, with another page number. */
export function pageUrl({ paging, request, origin }: LinkPlace, page: number): string {
  const url = new URL(request.target, paging.otherOrigin ?? origin);
  url.searchParams.set(paramName(paging), String(page));
  if (paging.form === 'query') return url.search;
  return paging.form === 'path' ? url.pathname + url.search : url.href;
}

/** The `Link` header of a page; undefined where it has no links. */
export function linkHeader(
  place: LinkPlace & { paging: FakeLinkPaging },
  page: FoundPage,
): string | undefined {
  const { paging } = place;
  const pages: Readonly<Record<string, number | undefined>> = {
    first: 1,
    prev: page.number > 1 ? page.number - 1 : undefined,
    last: page.last,
  };
  const others = (paging.otherRels ?? []).map((rel) => ({ rel, page: rel in pages ? pages[rel] : 1 }));
  const links = [...others, { rel: paging.rel ?? 'next', page: page.next }].flatMap((link) =>
    link.page === undefined ? [] : [written(pageUrl(place, link.page), link.rel, paging.writing)],
  );
  return links.length === 0 ? undefined : links.join(', ');
}

function written(url: string, rel: string, writing: FakeLinkPaging['writing'] = 'plain'): string {
  const relations = {
    plain: `rel="${rel}"`,
    unquoted: `rel=${rel}`,
    upper: `REL="${rel.toUpperCase()}"`,
    commas: `title="a, <b>; rel=next"; rel="${rel}"`,
    several: `rel="page ${rel}"`,
  };
  return `<${url}>; ${relations[writing]}`;
}
