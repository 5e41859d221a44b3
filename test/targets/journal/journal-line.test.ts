import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeLines, encodeLine, type JournalLine } from '../../../src/targets/journal/journal-line.js';

const FIRST: JournalLine = {
  type: 'claim',
  journal: 2,
  pipeline: 'orders',
  epoch: 1,
  claim: {
    run: 'r',
    isCommand: false,
    startedAt: '2026-01-01T00:00:00.000Z',
    pid: 1,
    startTime: null,
    bootId: null,
    pidNamespace: null,
    machine: 'm',
  },
};

const commit = fc.record({
  type: fc.constant('commit' as const),
  version: fc.nat(),
  at: fc.constant('2026-01-01T00:00:00.000Z'),
  state: fc.option(fc.string({ unit: 'binary' })),
  fingerprint: fc.option(fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true })),
  format: fc.nat(),
  files: fc.array(fc.record({ path: fc.string(), length: fc.nat(), tail: fc.string() })),
});
const someLines = fc.array(commit, { maxLength: 5 }).map((lines): JournalLine[] => [FIRST, ...lines]);
const bytesOf = (lines: readonly JournalLine[]): Buffer => Buffer.concat(lines.map(encodeLine));

describe('lines of a journal', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(someLines, (lines) => {
        expect(decodeLines(bytesOf(lines), 'j')).toEqual(lines);
      }),
    );
  });

  it('a torn last line is left out, wherever it is torn', () => {
    fc.assert(
      fc.property(someLines, commit, fc.nat(), (lines, last, at) => {
        const whole = encodeLine(last);
        const torn = whole.subarray(0, at % whole.length);
        expect(decodeLines(Buffer.concat([bytesOf(lines), torn]), 'j')).toEqual(lines);
      }),
    );
  });

  it('a byte that changed is noticed in the middle, and ends the journal in the last line', () => {
    fc.assert(
      fc.property(someLines, fc.nat(), fc.integer({ min: 1, max: 255 }), (lines, at, change) => {
        const bytes = bytesOf(lines);
        const index = at % bytes.length;
        bytes[index] = (bytes[index] as number) ^ change;
        const isInLast = index >= bytes.length - encodeLine(lines.at(-1) as JournalLine).length;
        if (isInLast && lines.length > 1) expect(decodeLines(bytes, 'j')).toEqual(lines.slice(0, -1));
        else expect(() => decodeLines(bytes, 'j')).toThrow(/^line \d+ of the journal "j" is broken$/);
      }),
    );
  });

  it('of a newer version are refused', () => {
    const newer = bytesOf([{ ...FIRST, journal: 3 }]);
    expect(() => decodeLines(newer, 'j')).toThrow(
      expect.objectContaining({ name: 'TargetError', code: 'TARGET_VERSION_NEWER' }),
    );
  });

  it('an empty file is no journal', () => {
    expect(() => decodeLines(Buffer.alloc(0), 'j')).toThrow('line 1 of the journal "j" is broken');
  });
});
