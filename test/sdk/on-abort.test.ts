import { expect, it } from '@jest/globals';
import { getEventListeners } from 'node:events';
import { onAbort } from '../../src/sdk/on-abort.js';
import { collectAll, collectYoung, oldBytes } from '../helpers/minor-gc.js';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

it('calls each one back once, but none that was let go of', () => {
  const controller = new AbortController();
  const called: number[] = [];
  const letGo = [0, 1, 2, 3].map((n) => onAbort(controller.signal, () => called.push(n)));
  letGo[0]?.();
  letGo[2]?.();
  letGo[2]?.();
  expect(called).toEqual([]);
  controller.abort();
  controller.abort();
  expect(called.sort()).toEqual([1, 3]);
  for (const each of letGo) each();
});

it('calls none back that another one lets go of', () => {
  const controller = new AbortController();
  const called: number[] = [];
  const letGo: (() => void)[] = [];
  const stop = (n: number): void => {
    called.push(n);
    for (const each of letGo) each();
  };
  letGo.push(
    onAbort(controller.signal, () => stop(0)),
    onAbort(controller.signal, () => stop(1)),
  );
  controller.abort();
  expect(called).toHaveLength(1);
});

it('calls nobody back where the signal has aborted, not even one that comes while others are called', () => {
  const controller = new AbortController();
  const called: string[] = [];
  onAbort(controller.signal, () => {
    called.push('first');
    onAbort(controller.signal, () => called.push('late'));
  });
  controller.abort();
  onAbort(controller.signal, () => called.push('later'));
  expect(called).toEqual(['first']);
});

it('has one listener for however many, and none when all have gone', () => {
  const { signal } = new AbortController();
  const letGo = [1, 2, 3].map(() => onAbort(signal, () => undefined));
  expect(listeners(signal)).toBe(1);
  for (const each of letGo) each();
  expect(listeners(signal)).toBe(0);
  const again = onAbort(signal, () => undefined);
  expect(listeners(signal)).toBe(1);
  again();
  expect(listeners(signal)).toBe(0);
});

it('keeps nothing of those that were let go of, however old they got', () => {
  const { signal } = new AbortController();
  const step = (): (() => void) => {
    const known = new Array<number>(2000).fill(0.5);
    return onAbort(signal, () => known.pop());
  };
  collectAll();
  const letGo: (() => void)[] = [];
  let start = 0;
  for (let i = 0; i < 300; i += 1) {
    if (i === 60) start = oldBytes();
    letGo.push(step());
    if (letGo.length > 4) letGo.shift()?.();
    // First some get old. Afterwards none is there so long, and what is old must not keep it.
    if (i < 20 || i % 25 === 0) collectYoung();
  }
  // 240 of them are 3.8 MB.
  expect(oldBytes() - start).toBeLessThan(1_000_000);
});
