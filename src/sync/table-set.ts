import type { NormalisedTable } from './normalise-schema.js';
import type { TableReport } from './run-report.js';
import type { DatasetShape } from './shape/dataset-shape.js';
import { ShapedRows } from './shaped-rows.js';
import { TableOpener, type OpenHow, type OpenTable, type TableOpenerParts } from './table-opener.js';

/** Rows that may wait in all tables together; of many tables, each may have a few. */
const MAX_WAITING_ROWS = 50_000;
/** Bytes that may wait in all tables together. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024;
/** Rows between two looks at all tables. */
const LOOK_EVERY = 1000;

/** What a {@link TableSet} works with. */
export interface TableSetParts extends TableOpenerParts {
  /** Absent: rows stay as they are. */
  readonly shape: DatasetShape | undefined;
  /** Names of the tables that the connector declares. */
  readonly declared: ReadonlySet<string>;
}

/** How a table of the source is opened. */
export interface OpenRequest extends OpenHow {
  /** Name that the source has for it. */
  readonly source: string;
  /** Name in the target of the table of a dataset; absent: that of the source. */
  readonly datasetTable?: string;
  readonly declared: NormalisedTable;
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
  readonly #opener: TableOpener;
  /** By their names in the target. */
  readonly #tables = new Map<string, OpenTable>();
  /** By the names that the source has for them. */
  readonly #sources = new Map<string, SourceTable>();
  #untilLook = LOOK_EVERY;

  constructor(parts: TableSetParts) {
    this.#parts = parts;
    this.#opener = new TableOpener(parts);
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
    const { shape, own, session } = this.#parts;
    const { source, datasetTable, declared, hasOperations, mode } = request;
    const tableShape = shape?.table(source, declared, datasetTable);
    const name = tableShape?.name ?? datasetTable ?? source;
    const open = async (target: string, how: OpenHow, columns: NormalisedTable): Promise<OpenTable> => {
      const opened = await this.#opener.open(target, how, columns);
      this.#tables.set(target, opened);
      return opened;
    };
    const root = await open(name, request, tableShape ?? declared);
    // Child rows have no key of their own: they come and go with their root row.
    const childMode = mode === 'merge' ? 'append' : mode;
    const openChild = (child: string): Promise<OpenTable> =>
      open(
        child,
        { mode: childMode, hasOperations, isSync: request.isSync, resumes: request.resumes },
        { columns: tableShape?.childColumns(child) ?? [], primaryKey: [] },
      );
    if (tableShape && this.#splitsLists) {
      // A declared table that is named like a child is a table of its own.
      const like = (await session.tablesLike?.(`${name}__`)) ?? [];
      const names = like.filter((child) => !this.#parts.declared.has(child) && !this.#tables.has(child));
      tableShape.expectChildren(names);
      for (const child of names) await openChild(child);
    }
    const shaped =
      tableShape || own
        ? new ShapedRows({
            root,
            shape: tableShape,
            own,
            findChild: (child) => this.#tables.get(child),
            openChild,
          })
        : undefined;
    const opened = { ...root, source, shaped };
    this.#sources.set(source, opened);
    return opened;
  }

  /**
   * Opens a table of the target for no rows, so that what it has of a partition goes, unless it is open or not wanted.
   * @returns whether it is open
   */
  async empty(name: string, declared: NormalisedTable): Promise<boolean> {
    if (this.#tables.has(name)) return true;
    if (!this.includes(name)) return false;
    const how = { mode: 'overwrite', hasOperations: false, isSync: true, resumes: true } as const;
    this.#tables.set(name, await this.#opener.open(name, how, declared));
    return true;
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

  /** Called when the session has dropped them. */
  forget(): void {
    this.#tables.clear();
    this.#sources.clear();
  }

  get #splitsLists(): boolean {
    return this.#parts.options.shape?.nested === 'child-tables';
  }
}
