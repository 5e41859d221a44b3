import { describe, expect, it } from '@jest/globals';
import type {
  Cursor,
  CursorFormat,
  CursorOptions,
  CursorOrder,
  CursorProblem,
  CursorType,
} from 'connector-host';
import { adviceFor } from '../../src/sdk/cursor/fail.js';
import { codeSpans, firstSpans, readDoc, section, tableRows } from './markdown.js';

const PAGE = readDoc('docs/reference/cursor.md');

/** As objects, so that the compiler holds them against the types. */
const OPTIONS: Record<keyof CursorOptions, true> = {
  field: true,
  state: true,
  key: true,
  order: true,
  type: true,
  format: true,
  lookBackSeconds: true,
  start: true,
  upper: true,
  maxSeen: true,
  now: true,
  warn: true,
  advise: true,
};
const MEMBERS: Record<keyof Cursor, true> = {
  lowerBound: true,
  upperBound: true,
  take: true,
  checkpoint: true,
  beforeCut: true,
  complete: true,
};
const ORDERS: Record<CursorOrder, true> = { asc: true, unknown: true };
const TYPES: Record<CursorType, true> = {
  auto: true,
  timestamp: true,
  epochSeconds: true,
  epochMilliseconds: true,
  number: true,
  text: true,
};
const FORMATS: Record<CursorFormat, true> = {
  asGiven: true,
  iso: true,
  date: true,
  epochSeconds: true,
  epochMilliseconds: true,
};
const PROBLEMS: Record<CursorProblem, true> = {
  'no-value': true,
  'wrong-type': true,
  'no-time': true,
  start: true,
  state: true,
  order: true,
  'too-many': true,
  'filter-ignored': true,
  'filter-open': true,
};

describe('docs/reference/cursor.md', () => {
  it('has every option in its order, and no other', () => {
    const rows = tableRows(section(PAGE, 'Options'));
    expect(rows.flatMap(([name = '']) => codeSpans(name))).toEqual(Object.keys(OPTIONS));
    const order = rows.find(([name]) => name === '`order`')?.join(' ') ?? '';
    expect(codeSpans(order)).toEqual(expect.arrayContaining(Object.keys(ORDERS)));
  });

  it('has every member, type and format, and no other', () => {
    expect(firstSpans(section(PAGE, 'The cursor')).map((name) => name.replace(/\(.*/, ''))).toEqual(
      Object.keys(MEMBERS),
    );
    expect(firstSpans(section(PAGE, 'Values'))).toEqual(Object.keys(TYPES));
    expect(firstSpans(section(PAGE, 'Formats'))).toEqual(Object.keys(FORMATS));
  });

  it('has every problem with its action, and no other', () => {
    const documented = tableRows(section(PAGE, 'Problems')).map(([problem = '', action]) => [
      codeSpans(problem)[0],
      action,
    ]);
    expect(documented).toEqual(
      Object.keys(PROBLEMS).map((problem) => [problem, adviceFor(problem as CursorProblem, undefined)]),
    );
  });
});
