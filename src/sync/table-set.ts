import type { TargetSession, TargetTable, WriteMode } from '../targets/target.js';
import type { FlushQueue } from './flush-queue.js';
import { guardTable } from './guards.js';
import type { NormalisedTable } from './normalise-schema.js';
import type { RunProgress } from './run-progress.js';
import type { TableReport } from './run-report.js';
import { SchemaTracker } from './schema-tracker.js';
import type { SyncOptions } from './sync-options.js';
import { TableBuffer } from './table-buffer.js';

/** Rows that may wait in all tables together; of many tables, each may have a few. */
const MAX_WAITING_ROWS = 50_000;
/** Bytes that may wait in all tables together. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;

/** What a {@link TableSet} works with. */
export interface TableSetParts {
  readonly session: TargetSession;
  readonly queue: FlushQueue;
  readonly progress: RunProgress;
  /** Rows in a batch at most. */
  readonly batchRows: number;
  /** Rows to read at most; -1: all. */
  readonly limit: number;
  readonly options: SyncOptions;
}

/** How a table is opened. */
export interface OpenRequest {
  readonly name: string;
  readonly mode: WriteMode;
  readonly declared: NormalisedTable;
  /** True: operations come, so their order matters. */
  readonly hasOperations: boolean;
}

/** One table that a run writes. */
export interface OpenTable {
  readonly name: string;
  readonly mode: WriteMode;
  /** Columns by which rows are merged; empty: they are added. */
  readonly key: readonly string[];
  readonly buffer: TableBuffer;
  readonly tracker: SchemaTracker;
  readonly table: TargetTable;
}

/** The tables of a run, each with its buffer. */
export class TableSet {
  readonly #parts: TableSetParts;
  readonly #tables = new Map<string, OpenTable>();
  /** Batches of a table that several others wait with are flushed in the order of their size. */
  #sinceLook = 0;

  constructor(parts: TableSetParts) {
    this.#parts = parts;
  }

  get all(): readonly OpenTable[] {
    return [...this.#tables.values()];
  }

  /** @param takesBack whether rows that were not committed are gone when the run fails */
  reports(takesBack: boolean): TableReport[] {
    return this.all.map(({ buffer }) => buffer.report(takesBack));
  }

  find(name: string): OpenTable | undefined {
    return this.#tables.get(name);
  }

  /** @throws ConfigError where a guard refuses, TargetError where the target does */
  async open({ name, mode, declared, hasOperations }: OpenRequest): Promise<OpenTable> {
    const { session, queue, progress, batchRows, limit, options } = this.#parts;
    const { columns, primaryKey } = declared;
    const { deletes = 'hard', deleteMissing } = options;
    const key = mode === 'append' || !hasOperations ? [] : primaryKey;
    const table = await session.openTable({
      name,
      mode,
      columns,
      primaryKey,
      deletes,
      hasOperations,
      ...(deleteMissing && mode === 'merge' ? { deleteMissing } : {}),
    });
    const { before } = table;
    guardTable(
      { name, replaces: mode === 'overwrite', mergeKey: mode === 'merge' ? key : [], before },
      limit,
      options,
    );
    const tracker = new SchemaTracker(name, columns, table.existing);
    const keyTypes = key.map((keyName) => {
      const column = tracker.columns.find((known) => known.name === keyName);
      return column?.declared === true ? column.type : null;
    });
    const folding = hasOperations ? { table: name, key, keyTypes, deletes } : undefined;
    const buffer = new TableBuffer({ name, table, maxRows: batchRows, tracker, progress, queue, folding });
    const open = { name, mode, key, buffer, tracker, table };
    this.#tables.set(name, open);
    return open;
  }

  /**
   * Asked after rows were added to a table: whether it, or all tables together, hold as much as may wait.
   * @returns the table to flush
   */
  fullest(last: OpenTable): OpenTable | undefined {
    if (last.buffer.isFull) return last;
    if (this.#tables.size < 2 || (this.#sinceLook += 1) < 1000) return undefined;
    this.#sinceLook = 0;
    let rows = 0;
    let bytes = 0;
    let largest = last;
    for (const open of this.#tables.values()) {
      rows += open.buffer.length;
      bytes += open.buffer.bytes;
      if (open.buffer.bytes > largest.buffer.bytes) largest = open;
    }
    return rows >= MAX_WAITING_ROWS || bytes >= MAX_WAITING_BYTES ? largest : undefined;
  }

  /** Hands everything to the target and waits until it has taken it. */
  async drain(): Promise<void> {
    const { queue, progress } = this.#parts;
    for (const { buffer } of this.#tables.values()) await buffer.flush();
    progress.enter('target');
    await queue.drain();
    progress.enter('host');
  }

  /** Called when everything flushed is committed. */
  committed(): void {
    for (const { buffer } of this.#tables.values()) buffer.committed();
  }
}
