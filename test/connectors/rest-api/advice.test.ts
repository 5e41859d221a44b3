import { describe, expect, it } from '@jest/globals';
import { adviseFor } from '../../../python-connectors/my-plugin-rest-api/advice.js';
import type { RestApiConfig } from '../../../python-connectors/my-plugin-rest-api/rest-api-config.js';
import type { PagingProblem } from '../../../src/index.js';

const PAGE = { pagination_type: 'page' } as const;
const OFFSET = { pagination_type: 'offset' } as const;
const CURSOR = { pagination_type: 'cursor', cursor_path: 'next' } as const;
const NEXT_URL = { pagination_type: 'next_url', next_url_path: ' links.next ' } as const;
const TOTAL = { total_path: 'meta.total' };

/** What a piece of advice must say, and what must not be in it as it is no help in that case. */
type Advice = readonly [
  problem: PagingProblem,
  config: RestApiConfig,
  says: readonly RegExp[],
  never: readonly RegExp[],
];

describe('the advice of my-plugin-rest-api', () => {
  it.each<Advice>([
    [
      'refused-first-page',
      PAGE,
      [/set first_page to 1/, /400, lower page_size/, /405, set method to POST/],
      [/body/],
    ],
    ['refused-first-page', { ...PAGE, first_page: 1 }, [/page_size/], [/first_page/]],
    ['refused-first-page', { ...PAGE, page_size_param: '' }, [/first_page/], [/page_size/]],
    ['refused-first-page', OFFSET, [/page_size/], [/first_page/]],
    ['refused-first-page', CURSOR, [/endpoint/], [/page_size|first_page/]],
    [
      'refused-first-page',
      { method: 'POST' },
      [/endpoint, query and body/, /405, set method to GET/],
      [/page/],
    ],
    ['total', PAGE, [/Run again/, /first_page, page_param/], []],
    ['total', { ...PAGE, first_page: 1 }, [/with 1, an API that counts from 0 loses its first page/], []],
    ['total', OFFSET, [/another pagination_type/, /leave total_path out/], [/first_page/]],
    ['refused-page', PAGE, [/add the status to end_status/, /cap/, /in silence/], []],
    ['refused-page', OFFSET, [/add the status to end_status/, /cap/, /in silence/], []],
    ['refused-page', CURSOR, [/cursor may expire/], [/add the status/]],
    ['wrong-type', CURSOR, [/^Correct cursor_path: a cursor is a text or a number\.$/], [/total_path/]],
    [
      'wrong-type',
      { ...CURSOR, ...TOTAL },
      [/"next" is cursor_path, "meta.total" is total_path/],
      [/next_url_path/],
    ],
    [
      'wrong-type',
      { ...NEXT_URL, cursor_path: 'old' },
      [/^Correct next_url_path: a next URL is a text\.$/],
      [/cursor_path/],
    ],
    ['wrong-type', { ...NEXT_URL, ...TOTAL }, [/"links.next" is next_url_path/], [/cursor_path/]],
    ['wrong-type', { ...PAGE, ...TOTAL }, [/^Correct total_path: a total is a number\.$/], []],
    ['wrong-type', { data_path: 'sort_by(items, &id)' }, [/^Correct data_path\.$/], []],
    ['wrong-type', { ...CURSOR, data_path: 'a[].b' }, [/"next" is cursor_path, "a\[\].b" is data_path/], []],
    ['wrong-type', { ...CURSOR, data_path: 'a.b' }, [/^Correct cursor_path:/], [/data_path/]],
    ['wrong-type', { pagination_type: 'link' }, [/^Set another pagination_type/], [/Correct/]],
    ['wrong-type', { pagination_type: 'link', ...TOTAL }, [/^Correct total_path: .+ Set another/], []],
    ['wrong-type', PAGE, [/^Correct the paging parameters\.$/], []],
    ['no-rows', {}, [/^Set data_path/, /set response_format where/], [/pagination_type|record_path/]],
    ['no-rows', { data_path: 'a' }, [/^Correct data_path, or leave it out where the answer is the list/], []],
    ['no-rows', { ...PAGE, record_path: 'a' }, [/correct record_path/, /only with pagination_type none/], []],
    ['no-rows', { response_format: 'csv' }, [/set response_format to json/], []],
    ['same-first-page', PAGE, [/set first_page to 1/, /on_repeat to allow/], []],
    ['same-first-page', { ...PAGE, first_page: 1 }, [/ignore/, /on_repeat to allow/], [/first_page/]],
    ['same-last-page', PAGE, [/on_repeat to stop/, /to allow if the data really repeats/], []],
    ['began-anew', PAGE, [/on_repeat to stop/, /to allow if the data really repeats/], []],
    ['same-cursor', CURSOR, [/cursor_param or cursor_path/, /allow/], [/next_url_path/]],
    ['same-cursor', NEXT_URL, [/next_url_path/, /allow/], [/cursor/]],
    ['same-cursor', { pagination_type: 'link' }, [/leads back/, /allow/], [/next_url_path/]],
    ['unfinished', CURSOR, [/cursor_path or has_more_path/], [/next_url_path/]],
    ['unfinished', PAGE, [/^Correct has_more_path/, /end_status/], [/cursor_path/]],
  ])('%s with %j', (problem, config, says, never) => {
    const advice = adviseFor(config)(problem);
    for (const pattern of says) expect(advice).toMatch(pattern);
    for (const pattern of never) expect(advice).not.toMatch(pattern);
  });

  it('is one or two plain sentences for every problem', () => {
    const problems: Record<PagingProblem, true> = {
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
    for (const problem of Object.keys(problems) as PagingProblem[]) {
      for (const config of [TOTAL, PAGE, OFFSET, CURSOR, NEXT_URL]) {
        expect(adviseFor(config)(problem)).toMatch(/^[A-Z].+\.$/);
      }
    }
  });
});
