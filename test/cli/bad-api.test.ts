import { describe, expect, it } from '@jest/globals';
import { BadApiRuns } from './bad-api/bad-api-runs.js';
import { NO_TOKEN, REFUSED, UNREACHABLE } from './bad-api/refusals.js';

describe('an API that does not let itself be read', () => {
  const cases = [...UNREACHABLE, ...REFUSED, ...NO_TOKEN];
  const runs = new BadApiRuns(cases);

  it.each(cases)('$name', (bad) => runs.expectFailure(bad));

  it('asks no other origin for anything', () => {
    expect(runs.strayRequests).toEqual([]);
  });
});
