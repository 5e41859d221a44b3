import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { worstExitCode } from '../../src/host/exit-code-order.js';

const ORDER = [130, 143, 4, 2, 3, 6, 5, 75, 1, 0];

it('is the first of the order that one of the runs has', () => {
  expect(worstExitCode([])).toBe(0);
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...ORDER), { minLength: 1 }), (codes) => {
      expect(worstExitCode(codes)).toBe(ORDER.find((code) => codes.includes(code)));
    }),
  );
});
