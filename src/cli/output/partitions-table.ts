import type { PartitionCounts, RunReport } from '../../sync/run-report.js';
import type { Io } from '../io.js';
import { duration } from './numbers.js';
import { textTable } from './text-table.js';

/** Partitions that are shown at most. */
const MAX_SHOWN = 20;
const HEADER = ['partition', 'status', 'read', 'time', 'code', 'what happened'];

/** Prints which partitions of a run did not complete and why, and how many ended how; nothing where all completed. */
export function printPartitions({ partitions, partitionCounts: counts }: RunReport, io: Io): void {
  if (!counts) return;
  const incomplete = partitions.filter(({ status }) => status !== 'completed');
  const shown = incomplete.slice(0, MAX_SHOWN);
  if (shown.length > 0) {
    const rows = shown.map(({ partition, status, rowsRead, seconds, code, message }) => [
      partition,
      status,
      String(rowsRead),
      duration(seconds),
      code ?? '',
      message ?? '',
    ]);
    io.printError(textTable(HEADER, rows));
  }
  const more = counts.failed + counts.unfinished - shown.length;
  if (shown.length > 0 && more > 0) io.printError(`and ${more} more that did not complete`);
  const { completed, failed, unfinished, notRun, notThere } = counts;
  // Where none was begun, the error says why.
  const isBegun = completed + failed + unfinished > 0;
  if (shown.length > 0 || notThere > 0 || (isBegun && notRun !== 0))
    io.printError(`partitions: ${countsText(counts)}`);
}

/** `27 completed, 3 failed`: what did not occur is left out. */
function countsText({ completed, failed, unfinished, notRun, notThere }: PartitionCounts): string {
  const parts: [number, string][] = [
    [completed, 'completed'],
    [failed, 'failed'],
    [unfinished, 'not read to the end'],
    [notRun ?? 0, 'not run'],
    [notThere, 'not there'],
  ];
  const counted = parts.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return [...counted, ...(notRun === null ? ['others not run'] : [])].join(', ');
}
