import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateBytes } from '../../src/sdk/estimate-bytes.js';

describe('estimateBytes', () => {
  it('is near the length of the JSON text of flat rows of ASCII text', () => {
    const ascii = fc.string({ unit: fc.constantFrom('a', 'j', 'z', 'A', 'Z', ' ', '0', '9') });
    fc.assert(
      fc.property(fc.dictionary(ascii, ascii, { maxKeys: 20 }), (row) => {
        const exact = Buffer.byteLength(JSON.stringify(row));
        // One byte a column for the comma or brace that the sum counts twice.
        expect(Math.abs(estimateBytes(row) - exact)).toBeLessThanOrEqual(1 + Object.keys(row).length);
      }),
    );
  });

  it('counts bytes, not the buffer behind them', () => {
    expect(estimateBytes(new Uint8Array(new ArrayBuffer(1000), 10, 7))).toBe(7);
    expect(estimateBytes(new DataView(new ArrayBuffer(12)))).toBe(12);
  });

  it('ends with values that contain themselves', () => {
    const row: Record<string, unknown> = { name: 'loop' };
    row.self = row;
    expect(estimateBytes(row)).toBeGreaterThan(0);
  });

  it('takes any value', () => {
    fc.assert(
      fc.property(fc.anything(), (value) => {
        expect(estimateBytes(value)).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(estimateBytes(undefined)).toBe(5);
    expect(estimateBytes(null)).toBe(5);
    expect(estimateBytes(() => 1)).toBe(5);
    expect(estimateBytes(10n ** 18n)).toBe(10);
  });
});
