import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ColumnType } from '../../../src/sdk/column-types.js';
import type { Row } from '../../../src/sdk/schema.js';
import type {
  TableColumn,
  TableRequest,
  Target,
  TargetRun,
  TargetSession,
  TargetTable,
  WriteMode,
} from '../../../src/targets/target.js';
import { FINAL_COMMIT } from '../../fixtures/final-commit.js';

/** Runs the work in a folder of its own and removes it afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'host-targets-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

export const targetRun = (signal = new AbortController().signal): TargetRun => ({
  runId: 'run-1',
  pipeline: 'test',

  signal,
});

export const declared = (name: string, type: ColumnType, nullable = true): TableColumn => ({
  name,
  type,
  declared: true,
  nullable,
});

export const inferred = (name: string, type: ColumnType | null = 'string'): TableColumn => ({
  name,
  type,
  declared: false,
  nullable: true,
});

export const tableRequest = (
  columns: readonly TableColumn[],
  mode: WriteMode = 'overwrite',
): TableRequest => ({
  name: 'orders',
  mode,
  columns,
  primaryKey: [],
});

/** A session with one open table. */
export async function openOne(
  target: Target,
  columns: readonly TableColumn[],
  mode: WriteMode = 'overwrite',
  run = targetRun(),
): Promise<{ session: TargetSession; table: TargetTable }> {
  const session = await target.begin(run);
  try {
    return { session, table: await session.openTable(tableRequest(columns, mode)) };
  } catch (error) {
    await session.rollback();
    throw error;
  }
}

/** Writes rows of the given columns and commits, as one run does. */
export async function load(
  target: Target,
  columns: readonly TableColumn[],
  rows: readonly Row[],
  mode: WriteMode = 'overwrite',
): Promise<void> {
  const { session, table } = await openOne(target, columns, mode);
  if (rows.length > 0) await table.write({ rows, firstRow: 1 });
  await session.commit(FINAL_COMMIT);
}

/** Adds inferred columns in mid-run, as the engine does. */
export async function addColumns(
  table: TargetTable,
  before: readonly TableColumn[],
  names: readonly string[],
) {
  const added = names.map((name) => inferred(name));
  const columns = [...before, ...added];
  await table.alter({ columns, added, retyped: [] });
  return columns;
}

export const filesIn = async (folder: string): Promise<string[]> => (await readdir(folder)).sort();
