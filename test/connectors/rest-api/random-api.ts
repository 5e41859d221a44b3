import type fc from 'fast-check';
import type { RestApiConfig } from '../../../python-connectors/my-plugin-rest-api/rest-api-config.js';
import type { FakePaging, FakeRoute } from '../../../src/testing/index.js';
import { MOST_ROWS, randomKnobs, type Knobs, type Mistake, type Style } from './random-knobs.js';

/** An API, how a user set the connector up for it, and what must come of that. */
export interface RandomApi {
  readonly route: FakeRoute & { readonly rows: number };
  /** Without base_url and endpoint. */
  readonly config: RestApiConfig;
  /** The config is right for the API, so the read must not fail. */
  readonly isRight: boolean;
  /** The API says in plain words, and wrongly, that no more follows: nobody can know better. */
  readonly lies: boolean;
}

/** APIs of every style, set up rightly or wrongly. */
export const randomApi: fc.Arbitrary<RandomApi> = randomKnobs.map((knobs) => buildApi(coherent(knobs)));

const STYLES_OF: Readonly<Record<Mistake, readonly Style[]>> = {
  none: [],
  zeroIsOne: ['page'],
  firstPageTooLow: ['page'],
  firstPageTooHigh: ['page'],
  ignoresPaging: ['page', 'offset', 'cursor', 'keyset', 'link', 'nextUrl', 'graphql'],
  ignoresPosition: ['page', 'offset', 'cursor', 'keyset', 'link', 'nextUrl', 'graphql'],
  stuck: ['cursor', 'link', 'nextUrl', 'graphql'],
  wrongPath: ['cursor', 'nextUrl'],
  objectCursor: ['cursor'],
  offsetCap: ['offset'],
};
const COUNTED: readonly Style[] = ['page', 'offset'];
const POSTED: readonly Style[] = ['page', 'offset', 'cursor', 'keyset'];

const saysMore = ({ hasMore }: Knobs): boolean => hasMore === 'right' || hasMore === 'text';
const saysTotal = ({ total }: Knobs): boolean => total === 'right' || total === 'text';
const isCounted = ({ style }: Knobs): boolean => COUNTED.includes(style);
const hasEmptyPages = ({ shortPages }: Knobs): boolean => shortPages.some(([, rows]) => rows === 0);

/** Leaves out what does not go together, and what loses rows without a trace that any client could see. */
function coherent(given: Knobs): Knobs {
  let knobs: Knobs =
    given.style === 'graphql' ? { ...given, hasMore: given.hasMore === 'none' ? 'none' : 'right' } : given;
  if (!STYLES_OF[knobs.mistake].includes(knobs.style)) knobs = { ...knobs, mistake: 'none' };
  // The rows before the first page that is asked for are missed by their number only.
  if (knobs.mistake === 'firstPageTooHigh') knobs = { ...knobs, total: 'right', pastEnd: 'empty' };
  // Without a cursor or link a page looks like the last one.
  if (knobs.mistake === 'wrongPath' && !saysMore(knobs)) knobs = { ...knobs, total: 'right' };
  if (knobs.mistake === 'ignoresPaging' && !isCounted(knobs) && knobs.asking === 'capped') {
    knobs = { ...knobs, asking: 'asked' };
  }
  // What lies beyond the cap is refused with the same status.
  if (knobs.mistake === 'offsetCap' && knobs.pastEnd === 400) knobs = { ...knobs, pastEnd: 404 };
  // Reads a thousand empty pages before it fails, which is right and slow.
  if (isCounted(knobs) && knobs.pastEnd === 'empty' && knobs.hasMore === 'true')
    knobs = { ...knobs, hasMore: 'right' };
  return { ...knobs, shortPages: shortPagesOf(knobs) };
}

function shortPagesOf(knobs: Knobs): Knobs['shortPages'] {
  // Overlaps are found by the rows of the page before.
  if ((isCounted(knobs) && knobs.pastEnd === 'slide') || (knobs.style === 'keyset' && knobs.inclusive))
    return [];
  // An empty page looks like the end of pages that are counted, but for what the API says besides.
  const mayBeEmpty =
    knobs.style === 'page'
      ? saysMore(knobs) || knobs.hasMore === 'true' || saysTotal(knobs)
      : !['offset', 'keyset'].includes(knobs.style);
  return knobs.shortPages.map(([page, rows]) => [page, mayBeEmpty ? rows : Math.max(1, rows)]);
}

function buildApi(knobs: Knobs): RandomApi {
  const {
    sizes: { size, pages, rest },
    style,
    asking,
  } = knobs;
  const rows = Math.min(MOST_ROWS, size * pages + (rest % size));
  const isPost = style === 'graphql' || (knobs.isPost && POSTED.includes(style));
  const isWrapped = knobs.hasRecord && style !== 'graphql';
  const facts = style === 'graphql' ? {} : factsOf(knobs, rows);
  const hasEnvelope = ['cursor', 'nextUrl'].includes(style) || 'hasMore' in facts || 'total' in facts;
  const asked = asking === 'capped' ? size + 7 : asking === 'asked' ? size : 100;
  return {
    route: {
      rows,
      paging: pagingOf(knobs, isPost),
      ...facts,
      ...(hasEnvelope && { envelope: 'data.items', emptyRows: knobs.emptyRows }),
      ...(isWrapped && { record: 'wrapped' }),
      gzip: knobs.gzip,
    },
    config: {
      ...configOf(knobs, hasEnvelope ? 'data.items' : '', isWrapped ? 'wrapped' : ''),
      ...(isPost && { method: 'POST', body: style === 'graphql' ? { query: '{ items }' } : {} }),
      page_size: asked,
      ...(asking === 'default' && { page_size_param: '' }),
      empty_if_missing: knobs.emptyIfMissing,
      on_repeat: knobs.onRepeat,
    },
    isRight: isRight(knobs, rows, hasEnvelope),
    lies: (knobs.hasMore === 'false' && !saysTotal(knobs)) || knobs.total === 'low',
  };
}

function factsOf({ hasMore, total }: Knobs, rows: number): Pick<FakeRoute, 'hasMore' | 'total'> {
  const wrong = { high: rows + 3, low: rows >> 1 };
  return {
    ...(hasMore !== 'none' && {
      hasMore: {
        path: 'meta.more',
        asText: hasMore === 'text',
        ...((hasMore === 'true' || hasMore === 'false') && { value: hasMore === 'true' }),
      },
    }),
    ...(total !== 'none' && {
      total: {
        path: 'meta.total',
        asText: total === 'text',
        ...((total === 'high' || total === 'low') && { value: wrong[total] }),
      },
    }),
  };
}

function pagingOf(knobs: Knobs, isPost: boolean): FakePaging {
  const {
    style,
    mistake,
    sizes: { size },
    pastEnd,
    lateEnd,
    form,
  } = knobs;
  const any = {
    ...(knobs.asking === 'default' ? { size } : knobs.asking === 'capped' ? { maxSize: size } : {}),
    shortPages: Object.fromEntries(knobs.shortPages),
    ...(mistake === 'ignoresPaging' && { ignoresPaging: true }),
    ...(mistake === 'ignoresPosition' && { ignoresPaging: 'position' as const }),
  };
  const posted = { ...any, ...(isPost && { in: 'body' as const }) };
  const linked = { lateEnd, ...(mistake === 'stuck' && { stuckAt: 2 }) };
  switch (style) {
    case 'page': {
      const first =
        mistake === 'firstPageTooHigh'
          ? 0
          : ['zeroIsOne', 'firstPageTooLow'].includes(mistake)
            ? 1
            : knobs.first;
      return { type: style, ...posted, first, zeroIsOne: mistake === 'zeroIsOne', pastEnd };
    }
    case 'offset':
      return { type: style, ...posted, pastEnd, ...(mistake === 'offsetCap' && { maxOffset: size }) };
    case 'cursor': {
      const cursors = mistake === 'objectCursor' ? 'object' : knobs.cursors;
      return {
        type: style,
        ...posted,
        ...linked,
        lateEnd: lateEnd && knobs.end !== 'cursor',
        end: knobs.end,
        cursors,
      };
    }
    case 'keyset':
      return { type: style, ...posted, inclusive: knobs.inclusive };
    case 'link':
      return { type: style, ...any, ...linked, form, writing: knobs.writing, otherRels: ['first', 'last'] };
    case 'nextUrl': {
      const end = knobs.end === 'zero' || knobs.end === 'cursor' ? 'missing' : knobs.end;
      return { type: style, ...any, ...linked, form, end };
    }
    case 'graphql':
      return { type: style, ...any, ...linked };
  }
}

function configOf(knobs: Knobs, dataPath: string, recordPath: string): RestApiConfig {
  const { style, mistake, hasEndStatus, pastEnd } = knobs;
  const given: RestApiConfig = {
    data_path: dataPath,
    record_path: recordPath,
    ...(knobs.hasMore !== 'none' && { has_more_path: 'meta.more' }),
    ...(knobs.total !== 'none' && { total_path: 'meta.total' }),
  };
  const wrong = mistake === 'wrongPath' ? 'nowhere' : undefined;
  switch (style) {
    case 'page': {
      const first =
        mistake === 'firstPageTooHigh'
          ? 1
          : ['zeroIsOne', 'firstPageTooLow'].includes(mistake)
            ? 0
            : knobs.first;
      return { ...given, pagination_type: style, first_page: first, ...endStatus(hasEndStatus, pastEnd) };
    }
    case 'offset':
      return { ...given, pagination_type: style, ...endStatus(hasEndStatus, pastEnd) };
    case 'cursor':
      return {
        ...given,
        pagination_type: style,
        page_size_param: 'limit',
        cursor_path: wrong ?? 'next_cursor',
      };
    case 'keyset': {
      const path = `${dataPath}[-1].${recordPath === '' ? '' : `${recordPath}.`}id`;
      return {
        ...given,
        pagination_type: 'cursor',
        page_size_param: 'limit',
        cursor_param: 'after',
        cursor_path: path,
      };
    }
    case 'link':
      return { ...given, pagination_type: style, page_size_param: 'limit' };
    case 'nextUrl':
      return {
        ...given,
        pagination_type: 'next_url',
        page_size_param: 'limit',
        next_url_path: wrong ?? 'next',
      };
    case 'graphql':
      return {
        pagination_type: 'cursor',
        data_path: 'data.items.edges[].node',
        page_size_param: 'variables.first',
        cursor_param: 'variables.after',
        cursor_path: 'data.items.pageInfo.endCursor',
        ...(knobs.hasMore !== 'none' && { has_more_path: 'data.items.pageInfo.hasNextPage' }),
      };
  }
}

function endStatus(isSet: boolean, pastEnd: Knobs['pastEnd']): Pick<RestApiConfig, 'end_status'> {
  return isSet && typeof pastEnd === 'number' ? { end_status: [pastEnd] } : {};
}

function isRight(knobs: Knobs, rows: number, hasEnvelope: boolean): boolean {
  const {
    mistake,
    hasMore,
    total,
    style,
    sizes: { size },
  } = knobs;
  if (mistake !== 'none' || hasMore === 'true' || hasMore === 'false' || total === 'high' || total === 'low')
    return false;
  if (hasEnvelope && knobs.emptyRows !== 'list' && !knobs.emptyIfMissing) return false;
  const stops = knobs.onRepeat === 'stop';
  // The number of all rows is trusted from the second page on.
  const knowsEnd = saysMore(knobs) || (saysTotal(knobs) && rows > size);
  if (style === 'cursor') {
    if (knobs.end === 'zero') return saysMore(knobs);
    return knobs.end !== 'cursor' || stops || saysMore(knobs);
  }
  if (style === 'keyset') return !knobs.inclusive || (stops && size > 1);
  if (!isCounted(knobs)) return true;
  if (style === 'page' && hasEmptyPages(knobs) && !saysMore(knobs)) return false;
  switch (knobs.pastEnd) {
    case 'empty':
      return true;
    case 'last':
    case 'restart':
      return stops || knowsEnd;
    case 'slide':
      return stops;
    default:
      return knobs.hasEndStatus || knowsEnd;
  }
}
