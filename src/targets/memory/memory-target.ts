import type { Row } from '../../sdk/schema.js';
import type {
  RowBatch,
  SchemaChange,
  TableColumn,
  TableRequest,
  Target,
  TargetCapabilities,
  TargetSession,
  TargetTable,
} from '../target.js';
import { rowJson, type RowJson } from '../values/json-value.js';

/** A committed table. */
export interface MemoryTableContent {
  readonly columns: readonly TableColumn[];
  /** Declared columns in the form that `jsonValue` lists, others as the connector gave them. */
  readonly rows: readonly Row[];
}

/**
 * Keeps rows in memory, for previews and tests. Rows are checked and converted as for every other target. Append
 * goes on with the committed table of that name.
 */
export class MemoryTarget implements Target {
  readonly label = 'memory';
  readonly capabilities: TargetCapabilities = {
    transactional: true,
    keepsState: false,
    upserts: false,
    deletes: false,
    concurrentWriters: false,
    immediate: false,
    batchRows: 1000,
  };
  readonly #tables = new Map<string, MemoryTableContent>();

  /** The committed tables, by name. */
  get tables(): ReadonlyMap<string, MemoryTableContent> {
    return this.#tables;
  }

  async begin(): Promise<TargetSession> {
    const open = new Map<string, MemoryTable>();
    return {
      bytes: 0,
      openTable: async (request) => {
        const table = new MemoryTable(request, this.#tables.get(request.name));
        open.set(request.name, table);
        return table;
      },
      commit: async () => {
        for (const [name, { content }] of open)
          if (content.columns.length > 0) this.#tables.set(name, content);
      },
      rollback: async () => open.clear(),
    };
  }

  async close(): Promise<void> {
    // The tables stay readable.
  }
}

class MemoryTable implements TargetTable {
  readonly existing: readonly TableColumn[] | null;
  readonly #name: string;
  readonly #rows: Row[];
  #columns: readonly TableColumn[];
  #toJson: RowJson;

  constructor({ name, mode, columns }: TableRequest, committed: MemoryTableContent | undefined) {
    const before = mode === 'append' ? committed : undefined;
    this.existing = before?.columns ?? null;
    this.#name = name;
    this.#rows = [...(before?.rows ?? [])];
    this.#columns = before ? merged(before.columns, columns) : columns;
    this.#toJson = rowJson(name, this.#columns);
  }

  get content(): MemoryTableContent {
    return { columns: this.#columns, rows: this.#rows };
  }

  async alter(change: SchemaChange): Promise<void> {
    this.#columns = change.columns;
    this.#toJson = rowJson(this.#name, this.#columns);
  }

  async write({ rows, firstRow }: RowBatch): Promise<void> {
    for (const [i, row] of rows.entries()) this.#rows.push(this.#toJson(row, firstRow + i));
  }
}

/** The columns that a table has, then those that are new. */
function merged(before: readonly TableColumn[], declared: readonly TableColumn[]): readonly TableColumn[] {
  const names = new Set(before.map((column) => column.name));
  return [...before, ...declared.filter((column) => !names.has(column.name))];
}
