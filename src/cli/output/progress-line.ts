import type { PartitionsDone, RunProgress } from '../../sync/run-progress.js';
import type { Io } from '../io.js';
import { byteCount, rowCount } from './numbers.js';

/** Time between two changes of the line on a terminal, and between two lines elsewhere, in milliseconds. */
const TERMINAL_EVERY_MS = 100;
const LINE_EVERY_MS = 5000;
const CLEAR_LINE = '\r\u001b[2K';

/**
 * Shows on stderr how a run goes: one changing line on a terminal, else a line every few seconds.
 *
 * @returns ends it and leaves the line clear
 */
export function showProgress(progress: RunProgress, io: Io): () => void {
  const { isTerminal } = io;
  const show = (): void => {
    if (isTerminal) io.writeError(`${CLEAR_LINE}${progressText(progress)}`);
    else io.printError(progressText(progress));
  };
  // It must not keep a process alive that waits for nothing.
  const timer = setInterval(show, isTerminal ? TERMINAL_EVERY_MS : LINE_EVERY_MS).unref();
  return () => {
    clearInterval(timer);
    if (isTerminal) io.writeError(CLEAR_LINE);
  };
}

/** `12,000 rows, 4,000 rows/s, 3.1 MB, no commit yet, waiting on source`; before it, of partitions: `12 partitions done, 4 running, 1 failed` */
export function progressText(progress: RunProgress): string {
  progress.refresh();
  const { rowsRead, bytes, commits, seconds, waitingOn, partitions } = progress;
  const parts = [
    ...(partitions ? [partitionsText(partitions)] : []),
    rowCount(rowsRead),
    `${rowCount(Math.round(rowsRead / Math.max(seconds, 0.001)))}/s`,
    ...(bytes > 0 ? [byteCount(bytes)] : []),
    commits > 0 ? 'committed' : 'no commit yet',
    `waiting on ${waitingOn}`,
  ];
  return parts.join(', ');
}

function partitionsText({ completed, running, waiting, failed }: PartitionsDone): string {
  const parts = [`${completed} ${completed === 1 ? 'partition' : 'partitions'} done`, `${running} running`];
  if (waiting > 0) parts.push(`${waiting} to commit`);
  if (failed > 0) parts.push(`${failed} failed`);
  return parts.join(', ');
}
