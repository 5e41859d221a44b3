import fc from 'fast-check';
import type { PastEnd } from '../../../src/testing/index.js';

/** One way in which a config may be wrong, or an API odd, that never ends well. */
export type Mistake =
  | 'none'
  | 'zeroIsOne'
  | 'firstPageTooLow'
  | 'firstPageTooHigh'
  | 'ignoresPaging'
  | 'ignoresPosition'
  | 'stuck'
  | 'wrongPath'
  | 'objectCursor'
  | 'offsetCap';

/** How the fake API pages. */
export type Style = 'page' | 'offset' | 'cursor' | 'keyset' | 'link' | 'nextUrl' | 'graphql';

/** What an API and the config for it may differ in. */
export interface Knobs {
  readonly style: Style;
  readonly sizes: { readonly size: number; readonly pages: number; readonly rest: number };
  /** How the API comes to its page size: it does as it is asked, lowers what it is asked for, or is not asked. */
  readonly asking: 'asked' | 'capped' | 'default';
  readonly shortPages: readonly (readonly [page: number, rows: number])[];
  readonly hasMore: 'none' | 'right' | 'text' | 'true' | 'false';
  readonly total: 'none' | 'right' | 'text' | 'high' | 'low';
  readonly onRepeat: 'error' | 'stop';
  readonly pastEnd: PastEnd;
  readonly hasEndStatus: boolean;
  readonly emptyRows: 'list' | 'null' | 'missing';
  readonly emptyIfMissing: boolean;
  readonly mistake: Mistake;
  readonly isPost: boolean;
  readonly first: 0 | 1;
  readonly end: 'missing' | 'null' | 'false' | 'empty' | 'zero' | 'cursor';
  readonly lateEnd: boolean;
  readonly inclusive: boolean;
  readonly cursors: 'opaque' | 'number';
  readonly form: 'absolute' | 'path' | 'query';
  readonly writing: 'plain' | 'unquoted' | 'upper' | 'commas' | 'several';
  readonly gzip: boolean;
  readonly hasRecord: boolean;
}

export const MOST_ROWS = 5000;
/** The usual value as often as all others together. */
const mostly = <T>(usual: T, ...others: T[]): fc.Arbitrary<T> =>
  fc.oneof(fc.constant(usual), fc.constantFrom(...others));

const sizes = (size: number, pages: number): fc.Arbitrary<Knobs['sizes']> =>
  fc.record({ size: fc.integer({ min: 1, max: size }), pages: fc.nat(pages), rest: fc.nat(size) });

/** Any combination, also of what does not go together. */
export const randomKnobs: fc.Arbitrary<Knobs> = fc.record({
  style: fc.constantFrom<Style>('page', 'offset', 'cursor', 'keyset', 'link', 'nextUrl', 'graphql'),
  sizes: fc.oneof(sizes(5, 24), sizes(300, 16), sizes(MOST_ROWS, 3)),
  asking: fc.constantFrom('asked', 'capped', 'default'),
  shortPages: fc.oneof(
    fc.constant([]),
    fc.array(fc.tuple(fc.integer({ min: 1, max: 8 }), fc.nat(5)), { maxLength: 3 }),
  ),
  hasMore: mostly('none', 'right', 'right', 'text', 'text', 'true', 'false'),
  total: mostly('none', 'right', 'right', 'text', 'text', 'high', 'low'),
  onRepeat: fc.constantFrom('error', 'stop'),
  pastEnd: mostly<PastEnd>('empty', 'last', 'restart', 'slide', 400, 404, 410, 416, 422),
  hasEndStatus: fc.boolean(),
  emptyRows: mostly('list', 'null', 'missing'),
  emptyIfMissing: fc.boolean(),
  mistake: mostly<Mistake>(
    'none',
    'zeroIsOne',
    'firstPageTooLow',
    'firstPageTooHigh',
    'ignoresPaging',
    'ignoresPosition',
    'stuck',
    'wrongPath',
    'objectCursor',
    'offsetCap',
  ),
  isPost: mostly(false, true),
  first: fc.constantFrom(0, 1),
  end: mostly('missing', 'null', 'false', 'empty', 'zero', 'cursor'),
  lateEnd: fc.boolean(),
  inclusive: mostly(false, true),
  cursors: fc.constantFrom('opaque', 'number'),
  form: fc.constantFrom('absolute', 'path', 'query'),
  writing: fc.constantFrom('plain', 'unquoted', 'upper', 'commas', 'several'),
  gzip: mostly(false, true),
  hasRecord: mostly(false, true),
});
