import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import type { Io } from '../../src/cli/io.js';
import { showProgress } from '../../src/cli/output/progress-line.js';
import { PartitionsProgress } from '../../src/host/partition-runner/partitions-progress.js';
import { RunProgress } from '../../src/sync/run-progress.js';

let written: string[];
let progress: RunProgress;

beforeEach(() => {
  jest.useFakeTimers();
  written = [];
  progress = new RunProgress();
});
afterEach(() => {
  jest.useRealTimers();
});

function fakeIo(isTerminal: boolean): Io {
  const write = (text: string): void => void written.push(text);
  return { isTerminal, writeError: write, printError: (line: string) => write(`${line}\n`) } as Io;
}

it('is a line every 5 s where stderr is no terminal', () => {
  const end = showProgress(progress, fakeIo(false));
  jest.advanceTimersByTime(4999);
  expect(written).toEqual([]);
  progress.rowsRead = 12_000;
  progress.enter('source');
  jest.advanceTimersByTime(1);
  expect(written).toEqual(['12,000 rows, 2,400 rows/s, no commit yet, waiting on source\n']);
  jest.advanceTimersByTime(10_000);
  expect(written).toHaveLength(3);
  end();
  jest.advanceTimersByTime(60_000);
  expect(written).toHaveLength(3);
});

it('is one changing line on a terminal, which is clear in the end', () => {
  const end = showProgress(progress, fakeIo(true));
  progress.rowsRead = 1;
  progress.bytes = 3_100_000;
  progress.commits = 1;
  jest.advanceTimersByTime(1000);
  expect(written).toHaveLength(10);
  expect(written.at(-1)).toBe('\r\u001b[2K1 row, 1 row/s, 3.1 MB, committed, waiting on host');
  end();
  expect(written.at(-1)).toBe('\r\u001b[2K');
});

it('says how many partitions are done, and sums up those that go on', () => {
  const partitions = new PartitionsProgress(progress);
  const [first, second, third, fourth] = [1, 2, 3, 4].map(() => partitions.begin());
  if (!first || !second || !third || !fourth) throw new Error('four begin');
  for (const each of [first, second, third, fourth]) {
    each.rowsRead = 10;
    each.enter('source');
  }
  third.rowsRead = 7;
  third.enter('target');
  first.commits = 1;
  partitions.staged(first);
  partitions.end(first, 'completed');
  partitions.end(second, 'failed');
  partitions.staged(third);
  const end = showProgress(progress, fakeIo(false));
  jest.advanceTimersByTime(5000);
  expect(written).toEqual([
    '1 partition done, 1 running, 1 to commit, 1 failed, 37 rows, 7 rows/s, committed, waiting on source\n',
  ]);
  partitions.end(fourth, 'stopped');
  jest.advanceTimersByTime(5000);
  expect(written.at(-1)).toMatch(
    /^1 partition done, 0 running, 1 to commit, 1 failed, .* waiting on target\n$/,
  );
  end();
});
