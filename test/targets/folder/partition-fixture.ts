import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Partitioning } from '../../../src/sdk/partitioning.js';
import type { Row } from '../../../src/sdk/schema.js';
import type { PartitionBatch } from '../../../src/targets/partitions/partition-ledger.js';
import type {
  Commit,
  PartitionedSession,
  PartitionRun,
  RunRecord,
  TableColumn,
  TargetSession,
  WriteMode,
} from '../../../src/targets/target.js';
import { declared } from '../files/fixture.js';
import { runRecord } from '../../fixtures/run-record.js';

export const DAY_COUNTRY: Partitioning = {
  dimensions: [
    { name: 'day', type: 'time', params: { period: 'DAY' } },
    { name: 'country', type: 'value' },
  ],
};
export const ID = declared('id', 'bigint');

export const batchOf = (id: string, partitioning: Partitioning = DAY_COUNTRY): PartitionBatch => ({
  id,
  selection: null,
  now: '2026-11-30T00:00:00.000Z',
  partitioning,
});

export const ended = (change: Partial<RunRecord> = {}): RunRecord => runRecord({ commits: 1, ...change });

export const FAILED = ended({ status: 'failed', code: 'SOURCE_FAILED', message: 'the source failed' });

export const partitionRun = (id: string, change: Partial<PartitionRun> = {}): PartitionRun => ({
  runId: 'run-1',
  pipeline: 'events',
  signal: new AbortController().signal,
  partition: { id, partitioning: DAY_COUNTRY },
  ...change,
});

export const commitOf = (rows: number, change: Partial<Commit> = {}): Commit => ({
  isFinal: true,
  state: null,
  fingerprint: null,
  format: 1,
  record: ended({ rowsRead: rows, rowsWritten: rows }),
  ...change,
});

/** How a partition is written. */
export interface PartitionLoad {
  readonly mode?: WriteMode;
  readonly table?: string;
  readonly columns?: readonly TableColumn[];
  readonly run?: Partial<PartitionRun>;
  readonly commit?: Partial<Commit>;
}

/** A session of a partition with these rows in it. */
export async function openPartition(
  session: PartitionedSession,
  id: string,
  rows: readonly Row[],
  { mode = 'overwrite', table = 'rows', columns = [ID], run = {} }: PartitionLoad = {},
): Promise<TargetSession> {
  const below = await session.begin(partitionRun(id, run));
  const opened = await below.openTable({ name: table, mode, columns, primaryKey: [] });
  if (rows.length > 0) await opened.write({ rows, firstRow: 1 });
  return below;
}

/** Writes a partition as the engine does. */
export async function loadPartition(
  session: PartitionedSession,
  id: string,
  rows: readonly Row[],
  load: PartitionLoad = {},
): Promise<void> {
  const below = await openPartition(session, id, rows, load);
  const commit = commitOf(rows.length, load.commit);
  await below.commit(commit);
  await below.finish?.(commit.record as RunRecord);
}

/** The text of every file below a folder, by its path in it, also of hidden ones. */
export async function treeOf(folder: string): Promise<Record<string, string>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const tree: Record<string, string> = {};
  for (const path of paths.sort()) tree[relative(folder, path)] = await readFile(path, 'utf8');
  return tree;
}

/** Every folder below a folder, by its path in it. */
export async function foldersOf(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
}
