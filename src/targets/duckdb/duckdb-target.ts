import { rm } from 'node:fs/promises';
import { DuckDBInstance } from '@duckdb/node-api';
import type { HostError } from '../../sdk/errors.js';
import { killPoint } from '../kill-point.js';
import type { PartitionLedger } from '../partitions/partition-ledger.js';
import { PendingCalls } from '../sql/pending-calls.js';
import type {
  PartitionedSession,
  PipelineStore,
  PlanRequest,
  RejectedStore,
  TableBefore,
  Target,
  TargetCapabilities,
  TargetRun,
  TargetSession,
  WriteMode,
} from '../target.js';
import { RESERVED_PREFIX } from './bookkeeping.js';
import { CHUNK_ROWS } from './column-writer.js';
import { fileError } from '../files/file-error.js';
import { locateFile } from '../files/locate-file.js';
import { duckdbError } from './duckdb-error.js';
import { DuckdbPipelineStore } from './duckdb-pipeline-store.js';
import { DuckdbRejectedStore } from './duckdb-rejected-store.js';
import { DuckdbSession } from './duckdb-session.js';
import { makeDatabase } from './make-database.js';
import { beginPartitions } from './partitions/begin-partitions.js';
import { lookAtPartitions } from './partitions/look-at-partitions.js';
import type { DuckdbSessionParts } from './session-parts.js';
import { lookAtTable, planTable } from './plan-table.js';
import { removeSpilledRows } from './spilled-rows.js';
import { TableChanges } from './table-changes.js';
import { whenFree, type LockWait } from './when-free.js';

/** How a {@link DuckdbTarget} works; every field has a default. */
export interface DuckdbOptions extends LockWait {
  /**
   * Rows with operations that gather before they are applied to a table that is loaded beside the old one. Default
   * 500,000: each application costs time, and what gathers costs memory.
   */
  readonly shadowRows?: number;
}

const SHADOW_ROWS = 500_000;

/** A file that targets of this process have open. */
interface OpenFile {
  targets: number;
  /** True while it holds nothing but what this process began and did not commit. */
  isEmpty: boolean;
  /** The last step in the queue of those that must not overlap; never rejects. */
  lastStep: Promise<unknown>;
  readonly changes: TableChanges;
}

/** By real path. The first target makes a file and the last one removes it, if all of them failed. */
const openFiles = new Map<string, OpenFile>();

/** A DuckDB database in a file. Each commit of a run is one transaction. */
export class DuckdbTarget implements Target {
  readonly label: string;
  readonly capabilities: TargetCapabilities = {
    transactional: true,
    keepsState: true,
    upserts: true,
    deletes: true,
    concurrentWriters: true,
    immediate: false,
    // One chunk of columns.
    batchRows: CHUNK_ROWS,
  };
  readonly #file: string;
  readonly #openFile: OpenFile;
  readonly #instance: DuckDBInstance;
  readonly #shadowRows: number;
  /** Runs that are starting. */
  readonly #starting = new PendingCalls();

  private constructor(
    label: string,
    file: string,
    openFile: OpenFile,
    instance: DuckDBInstance,
    { shadowRows = SHADOW_ROWS }: DuckdbOptions,
  ) {
    this.label = label;
    this.#shadowRows = shadowRows;
    this.#file = file;
    this.#openFile = openFile;
    this.#instance = instance;
  }

  /**
   * Opens a database, which makes the file where there is none.
   *
   * @param path the file, relative to the working directory; it is also the target's label
   * @param options how long to wait while another process holds it, by default not at all, and how it works
   * @throws TransientError TARGET_BUSY when another process holds it; TargetError when it cannot be opened
   */
  static async open(path: string, options: DuckdbOptions = {}): Promise<DuckdbTarget> {
    const { path: file, stats } = await locateFile(path).catch((error: unknown) => {
      throw fileError(error, path);
    });
    const openFile = openFiles.get(file) ?? {
      targets: 0,
      isEmpty: stats === undefined,
      lastStep: Promise.resolve(),
      changes: new TableChanges(),
    };
    const isFirst = openFile.targets === 0;
    openFiles.set(file, openFile);
    openFile.targets += 1;
    try {
      if (isFirst && stats === undefined) await makeDatabase(file);
      // One instance for each real file: two instances of one file in a process lose data in silence.
      const instance = await whenFree(() => openInstance(file, path), options);
      killPoint('duckdb.after-open');
      if (isFirst) await removeSpilledRows(file);
      return new DuckdbTarget(path, file, openFile, instance, options);
    } catch (error) {
      leave(file, openFile);
      throw error;
    }
  }

  /** Opens a database for a look; one that is not there yet stays so, and is an empty one in memory. */
  static async openForLook(path: string, wait: LockWait = {}): Promise<DuckdbTarget> {
    const { stats } = await locateFile(path).catch((error: unknown) => {
      throw fileError(error, path);
    });
    if (stats) return DuckdbTarget.open(path, wait);
    const openFile = {
      targets: 1,
      isEmpty: false,
      lastStep: Promise.resolve(),
      changes: new TableChanges(),
    };
    return new DuckdbTarget(path, path, openFile, await DuckDBInstance.create(':memory:'), {});
  }

  begin(run: TargetRun): Promise<TargetSession> {
    return this.#starting.add(DuckdbSession.begin(this.#partsOf(run)));
  }

  beginPartitions(run: TargetRun): Promise<PartitionedSession> {
    return this.#starting.add(beginPartitions(this.#partsOf(run)));
  }

  partitionLedger(pipeline: string): Promise<PartitionLedger> {
    return this.#starting.add(
      lookAtPartitions({
        instance: this.#instance,
        label: this.label,
        pipeline,
        inTurn: (step) => inTurn(this.#openFile, step),
      }),
    );
  }

  async pipelines(): Promise<PipelineStore> {
    return new DuckdbPipelineStore({
      instance: this.#instance,
      label: this.label,
      inTurn: (step) => inTurn(this.#openFile, step),
    });
  }

  async rejected(): Promise<RejectedStore> {
    return new DuckdbRejectedStore({
      instance: this.#instance,
      label: this.label,
      inTurn: (step) => inTurn(this.#openFile, step),
    });
  }

  look(table: string, mode: WriteMode): Promise<TableBefore | null> {
    return lookAtTable(this.#instance, this.label, table, mode === 'overwrite');
  }

  async plan(table: string, request: PlanRequest): Promise<readonly string[]> {
    return planTable(table, await this.look(table, request.mode), request);
  }

  explain(error: unknown): HostError {
    return duckdbError(error, this.label);
  }

  async close(): Promise<void> {
    // One that was stopped meanwhile has a run to end.
    await this.#starting.settle();
    const isLast = leave(this.#file, this.#openFile);
    // A run that failed leaves no empty file behind. The file goes first, while its lock still keeps others out.
    if (isLast && this.#openFile.isEmpty && (await this.#hasNoTable()))
      await Promise.all([rm(this.#file, { force: true }), rm(`${this.#file}.wal`, { force: true })]);
    killPoint('duckdb.before-close');
    this.#instance.closeSync();
    killPoint('duckdb.after-close');
  }

  #partsOf(run: TargetRun): DuckdbSessionParts {
    return {
      instance: this.#instance,
      run,
      label: this.label,
      shadowRows: this.#shadowRows,
      changes: this.#openFile.changes,
      inTurn: (step) => inTurn(this.#openFile, step),
      onClaimed: () => {
        this.#openFile.isEmpty = false;
      },
    };
  }

  /**
   * Asked before the file is removed: another process may have made it between our look and our opening it. The
   * host's own tables do not count; they are there before a run commits.
   */
  async #hasNoTable(): Promise<boolean> {
    const connection = await this.#instance.connect();
    const found = await connection.runAndReadAll(
      `SELECT 1 FROM duckdb_tables() WHERE NOT starts_with(table_name, '${RESERVED_PREFIX}') LIMIT 1`,
    );
    connection.closeSync();
    return found.currentRowCount === 0;
  }
}

async function openInstance(file: string, label: string): Promise<DuckDBInstance> {
  try {
    return await DuckDBInstance.fromCache(file);
  } catch (error) {
    throw duckdbError(error, label);
  }
}

/** Runs a step after those before it, whether they succeeded or not. */
function inTurn<T>(openFile: OpenFile, step: () => Promise<T>): Promise<T> {
  const done = openFile.lastStep.then(step);
  openFile.lastStep = done.catch(() => undefined);
  return done;
}

/** @returns true when no other target of this process has the file open */
function leave(file: string, openFile: OpenFile): boolean {
  openFile.targets -= 1;
  if (openFile.targets > 0) return false;
  openFiles.delete(file);
  return true;
}
