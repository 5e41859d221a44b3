import { getEventListeners, setMaxListeners } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { SingleFlight } from '../../../../src/host/http/auth/single-flight.js';

const never = new AbortController().signal;
const stop = new Error('stopped here');

/** A task that ends after so many milliseconds with its number, or when it is aborted. */
function numbered(milliseconds: number, lingerMs?: number) {
  const ends: string[] = [];
  let begun = 0;
  const flight = new SingleFlight(async (signal) => {
    begun += 1;
    const number = begun;
    try {
      await pause(milliseconds, undefined, { signal });
    } catch (error) {
      ends.push(`${number} aborted`);
      throw error;
    }
    ends.push(`${number} done`);
    return number;
  }, lingerMs);
  return { flight, ends };
}

describe('SingleFlight', () => {
  it('goes on for a moment when all have left, and serves who asks then', async () => {
    const { flight, ends } = numbered(200);
    const first = new AbortController();
    const left = flight.join(first.signal);
    await pause(10);
    first.abort(stop);
    await expect(left).rejects.toBe(stop);
    expect(await flight.join(never)).toBe(1);
    expect(ends).toEqual(['1 done']);
    expect(await flight.join(never)).toBe(2);
  });

  it('lands for nobody where it can', async () => {
    const { flight, ends } = numbered(30);
    const first = new AbortController();
    const left = flight.join(first.signal);
    first.abort(stop);
    await expect(left).rejects.toBe(stop);
    await pause(150);
    expect(ends).toEqual(['1 done']);
  });

  it('is aborted when nobody asks within that moment, and then begins anew', async () => {
    const { flight, ends } = numbered(400, 20);
    const first = new AbortController();
    const left = flight.join(first.signal);
    await pause(10);
    first.abort(stop);
    await expect(left).rejects.toBe(stop);
    await pause(60);
    expect(ends).toEqual(['1 aborted']);
    expect(await flight.join(never)).toBe(2);
  });

  it('is aborted when the last of several has left, however often that happens', async () => {
    const { flight, ends } = numbered(1000, 40);
    for (let round = 0; round < 3; round += 1) {
      const controller = new AbortController();
      const left = flight.join(controller.signal);
      await pause(20);
      controller.abort(stop);
      await expect(left).rejects.toBe(stop);
    }
    expect(ends).toEqual([]);
    await pause(80);
    expect(ends).toEqual(['1 aborted']);
  });

  it('keeps nothing of who has left', async () => {
    setMaxListeners(0, never);
    const { flight } = numbered(20);
    await Promise.all(Array.from({ length: 1000 }, () => flight.join(never)));
    expect(getEventListeners(never, 'abort')).toHaveLength(0);
  });
});
