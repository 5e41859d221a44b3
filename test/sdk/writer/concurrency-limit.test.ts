import { expect, it } from '@jest/globals';
import { ConcurrencyLimit } from '../../../src/sdk/writer/concurrency-limit.js';

it('halves once for requests that were under way together, and rises by one after as many were taken', () => {
  const limit = new ConcurrencyLimit(8);
  const requests = Array.from({ length: 8 }, () => limit.begin());
  for (const request of requests) limit.overloaded(request, 8);
  expect(limit.now).toBe(4);
  for (let i = 0; i < 3; i += 1) limit.taken();
  expect(limit.now).toBe(4);
  limit.taken();
  expect(limit.now).toBe(5);
  for (let i = 0; i < 100; i += 1) limit.taken();
  expect(limit.now).toBe(8);
});

it('never falls below one, and counts what was under way where there is no limit', () => {
  const limit = new ConcurrencyLimit(Infinity);
  for (let i = 0; i < 6; i += 1) limit.begin();
  limit.overloaded(6, 6);
  expect(limit.now).toBe(3);
  limit.overloaded(limit.begin(), 3);
  limit.overloaded(limit.begin(), 1);
  expect(limit.now).toBe(1);
});
