import { describe, expect, it } from '@jest/globals';
import type {
  BodyFormat,
  OnRepeat,
  PaginateOptions,
  Paging,
  PagingEnd,
  PagingProblem,
  PagingSummary,
  ParamPlace,
} from 'connector-host';
import { adviceFor } from '../../src/sdk/paginate/fail.js';
import { codeSpans, firstSpans, readDoc, section, tableRows } from './markdown.js';

const PAGE = readDoc('docs/reference/paginate.md');

/** As objects, so that the compiler holds them against the types. */
const OPTIONS: Record<keyof PaginateOptions, true> = {
  http: true,
  url: true,
  method: true,
  params: true,
  headers: true,
  body: true,
  paging: true,
  rows: true,
  record: true,
  emptyIfMissing: true,
  allowErrors: true,
  decode: true,
  limit: true,
  prefetch: true,
  onRepeat: true,
  maxPages: true,
  advise: true,
};
const CHOICES: { decode: Record<BodyFormat, true>; onRepeat: Record<OnRepeat, true> } = {
  decode: { json: true, ndjson: true, csv: true },
  onRepeat: { error: true, stop: true, allow: true },
};
const PLACES: Record<ParamPlace, true> = { query: true, header: true, body: true };

/** What every way of paging may say, or every one that takes parameters. */
type Shared = 'type' | 'hasMorePath' | 'totalPath' | 'endStatus' | 'in' | 'size' | 'sizeParam';
type OwnOptions = {
  [T in Paging['type']]: Record<Exclude<keyof Extract<Paging, { type: T }>, Shared>, true>;
};
const OWN_OPTIONS: OwnOptions = {
  none: {},
  page: { param: true, first: true },
  offset: { param: true, first: true, maxOffset: true },
  cursor: { param: true, path: true },
  keyset: { param: true, field: true, first: true },
  link: { rel: true },
  nextUrl: { path: true },
  graphql: { pageInfo: true, variable: true, sizeVariable: true },
};
const SHARED: Record<Exclude<Shared, 'type'>, true> = {
  in: true,
  size: true,
  sizeParam: true,
  hasMorePath: true,
  totalPath: true,
  endStatus: true,
};
const PROBLEMS: Record<PagingProblem, true> = {
  'same-first-page': true,
  'same-last-page': true,
  'began-anew': true,
  overlap: true,
  'same-cursor': true,
  'wrong-type': true,
  'too-many-pages': true,
  'offset-cap': true,
  unfinished: true,
  total: true,
  'no-rows': true,
  'refused-first-page': true,
  'refused-page': true,
  errors: true,
};
const SUMMARY: Record<keyof PagingSummary, true> = {
  address: true,
  paging: true,
  pages: true,
  rows: true,
  end: true,
};
const ENDS: Record<PagingEnd, true> = {
  'one-page': true,
  'empty-page': true,
  'no-next': true,
  'no-more': true,
  total: true,
  limit: true,
  repeat: true,
  'end-status': true,
  closed: true,
  failed: true,
};

describe('docs/reference/paginate.md', () => {
  it('has every option in its order, and no other', () => {
    const rows = tableRows(section(PAGE, 'Options'));
    expect(rows.flatMap(([name = '']) => codeSpans(name))).toEqual(Object.keys(OPTIONS));
    for (const [option, choices] of Object.entries(CHOICES)) {
      const text = rows.find(([name]) => name === `\`${option}\``)?.join(' ') ?? '';
      expect(codeSpans(text)).toEqual(expect.arrayContaining(Object.keys(choices)));
    }
  });

  it('has every way of paging with the options of its own, and no other', () => {
    const documented = tableRows(section(PAGE, 'Ways of paging')).map(([type = '', , options = '']) => [
      codeSpans(type)[0],
      codeSpans(options),
    ]);
    expect(documented).toEqual(
      Object.entries(OWN_OPTIONS).map(([type, options]) => [type, Object.keys(options)]),
    );
  });

  it('has every option of paging, which ways take it, and no other', () => {
    const rows = tableRows(section(PAGE, 'Options of paging'));
    const own = new Set(Object.values(OWN_OPTIONS).flatMap((options) => Object.keys(options)));
    expect(rows.flatMap(([name = '']) => codeSpans(name))).toEqual([...own, ...Object.keys(SHARED)]);
    for (const [name = '', of = ''] of rows) {
      const [option = ''] = codeSpans(name);
      if (!own.has(option)) continue;
      const types = Object.entries(OWN_OPTIONS).filter(([, options]) => option in options);
      expect([option, codeSpans(of)]).toEqual([option, types.map(([type]) => type)]);
    }
    const place = rows.find(([name]) => name === '`in`')?.[3] ?? '';
    expect(codeSpans(place)).toEqual(expect.arrayContaining(Object.keys(PLACES)));
  });

  it('has every end rule', () => {
    expect(firstSpans(section(PAGE, 'End rules'))).toEqual([
      'hasMorePath',
      'totalPath',
      'endStatus',
      'limit',
    ]);
  });

  it('has every problem with its action, and no other', () => {
    const documented = tableRows(section(PAGE, 'Problems')).map(([problem = '', action]) => [
      codeSpans(problem)[0],
      action,
    ]);
    expect(documented).toEqual(
      Object.keys(PROBLEMS).map((problem) => [problem, adviceFor(problem as PagingProblem, undefined)]),
    );
  });

  it('names a guard for every problem of paging itself', () => {
    const guarded = tableRows(section(PAGE, 'Guards')).flatMap(([, problem = '']) => codeSpans(problem));
    const others = ['wrong-type', 'refused-first-page', 'refused-page', 'errors'];
    expect(guarded).toEqual(Object.keys(PROBLEMS).filter((problem) => !others.includes(problem)));
  });

  it('has every field of the summary and every end, and no other', () => {
    expect(firstSpans(section(PAGE, 'How a read ended'))).toEqual([...Object.keys(SUMMARY), 'reads']);
    expect(firstSpans(section(PAGE, 'Ends'))).toEqual(Object.keys(ENDS));
  });
});
