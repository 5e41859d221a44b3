import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import { quoteName } from '../duckdb/sql.js';
import { readRows } from '../duckdb/read-rows.js';
import { StagedTable } from '../duckdb/staged-table.js';
import { DELETED_AT, type TableColumn, type TableRequest, type TargetTable } from '../target.js';

/** Memory that the rows may take; what goes beyond it lies in the spill folder. */
const MEMORY = '512MB';
/** Rows that gather before they are applied. */
const STAGED_ROWS = 250_000;

const DELETED_AT_COLUMN: TableColumn = {
  name: DELETED_AT,
  type: 'timestamptz',
  declared: true,
  nullable: true,
};

/** How a {@link Folding} works. */
export interface FoldingOptions {
  /** A folder of its own; exists. */
  readonly spillFolder: string;
  /** Stops it between two batches, and in the middle of long statements. */
  readonly signal: AbortSignal;
  /** Rows in a batch at most. */
  readonly batchRows: number;
}

/** A table that is being folded, and where its rows go in the end. */
interface FoldedTable {
  readonly physicalName: string;
  readonly request: TableRequest;
  readonly staged: StagedTable;
  readonly output: TargetTable;
}

/**
 * A temporary database in which the operations on tables are applied, so that in the end it has the rows that they come
 * to. Loaded only when a run needs it, since DuckDB takes long to load.
 */
export class Folding {
  readonly #options: FoldingOptions;
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;
  readonly #interrupt: () => void;
  readonly #tables: FoldedTable[] = [];

  private constructor(options: FoldingOptions, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#options = options;
    this.#instance = instance;
    this.#connection = connection;
    this.#interrupt = () => connection.interrupt();
    options.signal.addEventListener('abort', this.#interrupt, { once: true });
  }

  static async start(options: FoldingOptions): Promise<Folding> {
    const instance = await DuckDBInstance.create(':memory:', {
      temp_directory: options.spillFolder,
      memory_limit: MEMORY,
    });
    return new Folding(options, instance, await instance.connect());
  }

  /** @param output takes the rows that are left in the end */
  open(request: TableRequest, output: TargetTable): TargetTable {
    const { columns, primaryKey: key, deletes = 'hard', name } = request;
    const number = this.#tables.length + 1;
    const physicalName = `folded_${number}`;
    const staged = new StagedTable({
      connection: this.#connection,
      name,
      physicalName,
      stageName: `stage_${number}`,
      stored: null,
      columns,
      key,
      deletes,
      before: null,
      deleteMissing: undefined,
      rowsAtStart: 0,
    });
    this.#tables.push({ physicalName, request, staged, output });
    return {
      existing: null,
      alter: (change) => staged.alter(change),
      integersAreExact: (column) => staged.integersAreExact(column),
      write: async (batch) => {
        await staged.write(batch);
        if (staged.stagedRows >= STAGED_ROWS) await this.#apply(staged);
      },
    };
  }

  /** Writes what every table came to to its output, in the order in which the rows were written last. */
  async pour(): Promise<void> {
    for (const table of this.#tables) {
      await this.#apply(table.staged);
      if (table.staged.columns.length > 0) await this.#pourTable(table);
    }
  }

  /** Ends it, whatever it holds. */
  close(): void {
    this.#options.signal.removeEventListener('abort', this.#interrupt);
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async #pourTable({ physicalName, request, staged, output }: FoldedTable): Promise<void> {
    const { batchRows, signal } = this.#options;
    const columns = request.deletes === 'soft' ? [...staged.columns, DELETED_AT_COLUMN] : staged.columns;
    const known = new Set(request.columns.map(({ name }) => name));
    await output.alter({ columns, added: columns.filter(({ name }) => !known.has(name)), retyped: [] });
    let firstRow = 1;
    await this.#connection.run('BEGIN TRANSACTION READ ONLY');
    for await (const rows of readRows(this.#connection, physicalName, columns, batchRows)) {
      signal.throwIfAborted();
      await output.write({ rows, firstRow });
      firstRow += rows.length;
    }
    await this.#connection.run('COMMIT');
    await this.#connection.run(`DROP TABLE ${quoteName(physicalName)}`);
  }

  async #apply(staged: StagedTable): Promise<void> {
    this.#options.signal.throwIfAborted();
    staged.flush();
    await this.#connection.run('BEGIN TRANSACTION');
    await staged.apply(false);
    await this.#connection.run('COMMIT');
    await staged.applied();
  }
}
