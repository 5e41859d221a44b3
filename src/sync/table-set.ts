import type { TargetSession, TargetTable, WriteMode } from '../targets/target.js';
import { ConfigError } from '../sdk/errors.js';
import type { FlushQueue } from './flush-queue.js';
import { guardTable } from './guards.js';
import type { NormalisedTable } from './normalise-schema.js';
import type { RunProgress } from './run-progress.js';
import type { TableReport } from './run-report.js';
import { ContractCheck } from './schema-contract.js';
import { SchemaTracker } from './schema-tracker.js';
import type { DatasetShape } from './shape/dataset-shape.js';
import { AUDIT_COLUMNS, ShapedRows, type AuditValues } from './shaped-rows.js';
import type { SyncOptions } from './sync-options.js';
import { TableBuffer } from './table-buffer.js';

/** Rows that may wait in all tables together; of many tables, each may have a few. */
const MAX_WAITING_ROWS = 50_000;
/** Bytes that may wait in all tables together. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** Rows between two looks at all tables. */
const LOOK_EVERY = 1000;

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
  /** Absent: rows stay as they are. */
  readonly shape: DatasetShape | undefined;
  readonly audit: AuditValues | undefined;
}

/** How a table of the source is opened. */
export interface OpenRequest {
  /** Name that the source has for it. */
  readonly source: string;
  /** Name in the target of the table of a dataset; absent: that of the source. */
  readonly datasetTable?: string;
  readonly mode: WriteMode;
  readonly declared: NormalisedTable;
  /** True: operations come, so their order matters. */
  readonly hasOperations: boolean;
}

/** One table that a run writes. */
export interface OpenTable {
  /** Name in the target. */
  readonly name: string;
  readonly mode: WriteMode;
  /** Columns by which rows are merged; empty: they are added. */
  readonly key: readonly string[];
  readonly buffer: TableBuffer;
  readonly tracker: SchemaTracker;
  readonly table: TargetTable;
  readonly contract: ContractCheck | undefined;
}

/** A table of the source, and the way of its rows. */
export interface SourceTable extends OpenTable {
  /** Name that the source has for it. */
  readonly source: string;
  /** Absent: rows go to the buffer as they are. */
  readonly shaped: ShapedRows | undefined;
}

/** The tables of a run, each with its buffer. */
export class TableSet {
  readonly #parts: TableSetParts;
  /** By their names in the target. */
  readonly #tables = new Map<string, OpenTable>();
  /** By the names that the source has for them. */
  readonly #sources = new Map<string, SourceTable>();
  #untilLook = LOOK_EVERY;

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

  find(source: string): SourceTable | undefined {
    return this.#sources.get(source);
  }

  /** Whether rows of a table of the source are wanted. */
  includes(source: string): boolean {
    return this.#parts.shape?.includes(source) ?? true;
  }

  /** @throws ConfigError where a guard refuses, TargetError where the target does */
  async open(request: OpenRequest): Promise<SourceTable> {
    const { shape, audit, session } = this.#parts;
    const { source, datasetTable, declared, hasOperations, mode } = request;
    const tableShape = shape?.table(source, declared, datasetTable);
    const name = tableShape?.name ?? datasetTable ?? source;
    const root = await this.#openTarget(name, request, tableShape ?? declared);
    const openChild = (childTable: string): Promise<OpenTable> =>
      this.#openTarget(
        childTable,
        // Child rows have no key of their own: they come and go with their root row.
        { mode: mode === 'merge' ? 'append' : mode, hasOperations },
        { columns: tableShape?.childColumns(childTable) ?? [], primaryKey: [] },
      );
    if (tableShape && this.#splitsLists) {
      const names = (await session.tablesLike?.(`${name}__`)) ?? [];
      tableShape.expectChildren(names);
      for (const child of names) await openChild(child);
    }
    const shaped =
      tableShape || audit
        ? new ShapedRows({
            root,
            shape: tableShape,
            audit,
            findChild: (child) => this.#tables.get(child),
            openChild,
          })
        : undefined;
    const opened = { ...root, source, shaped };
    this.#sources.set(source, opened);
    return opened;
  }

  /**
   * Asked after rows were added to a table: whether it, or all tables together, hold as much as may wait.
   * @returns the table to flush
   */
  fullest(last: OpenTable): OpenTable | undefined {
    if (last.buffer.isFull) return last;
    if (this.#tables.size < 2) return undefined;
    // The child tables of a row fill with it.
    if (this.#splitsLists) for (const open of this.#tables.values()) if (open.buffer.isFull) return open;
    this.#untilLook -= 1;
    if (this.#untilLook > 0) return undefined;
    this.#untilLook = LOOK_EVERY;
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

  /** Called at the end of a read: columns that had nothing but nulls are columns too. */
  async addNullColumns(): Promise<void> {
    const byTable = new Map<string, string[]>();
    for (const { source } of this.#sources.values()) {
      const shape = this.#parts.shape?.table(source, { columns: [], primaryKey: [] });
      for (const { table, column } of shape?.nullColumns() ?? []) {
        byTable.set(table, [...(byTable.get(table) ?? []), column]);
      }
    }
    for (const [name, columns] of byTable) await this.#tables.get(name)?.buffer.addColumns(columns);
  }

  /** Called when everything flushed is committed. */
  committed(): void {
    for (const { buffer } of this.#tables.values()) buffer.committed();
  }

  get #splitsLists(): boolean {
    return this.#parts.options.shape?.nested === 'child-tables';
  }

  async #openTarget(
    name: string,
    { mode, hasOperations }: Pick<OpenRequest, 'mode' | 'hasOperations'>,
    declared: NormalisedTable,
  ): Promise<OpenTable> {
    const { session, queue, progress, batchRows, limit, options, audit } = this.#parts;
    const { primaryKey } = declared;
    const columns = audit ? [...declared.columns, ...AUDIT_COLUMNS] : declared.columns;
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
    const folding = hasOperations ? { table: name, key, deletes } : undefined;
    const contract = this.#contractOf(name, declared, table);
    const buffer = new TableBuffer({
      name,
      table,
      maxRows: batchRows,
      tracker,
      progress,
      queue,
      folding,
      contract,
    });
    const open = { name, mode, key, buffer, tracker, table, contract };
    this.#tables.set(name, open);
    return open;
  }

  #contractOf(name: string, declared: NormalisedTable, { before }: TargetTable): ContractCheck | undefined {
    const { options, session, progress, audit } = this.#parts;
    const { contract = 'evolve' } = options;
    if (contract === 'evolve') return undefined;
    if (contract === 'discard-row' && !session.reject) {
      throw new ConfigError('--schema-contract discard-row needs a target that keeps rejected rows', {
        code: 'TARGET_MODE_UNSUPPORTED',
        action: 'Load into a database, or choose --schema-contract discard.',
      });
    }
    return new ContractCheck({
      contract,
      table: name,
      declared: declared.columns,
      // Columns that the host adds are not new ones of the source.
      own: audit ? AUDIT_COLUMNS : [],
      before,
      reject: (row) => {
        progress.rowsRejected += 1;
        session.reject?.([row]);
      },
    });
  }
}
