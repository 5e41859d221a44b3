import {
  DELETE,
  DELETED_AT,
  rowNumber,
  UPSERT,
  type DeleteMode,
  type RowBatch,
  type SavedState,
  type SchemaChange,
  type TableBefore,
  type TableColumn,
  type TableRequest,
  type Target,
  type TargetCapabilities,
  type TargetRun,
  type TargetSession,
  type TargetTable,
} from '../../targets/target.js';
import { rowJson } from '../../targets/values/json-value.js';

const NOTHING_SAVED: SavedState = { state: null, version: 0, fingerprint: null, format: 1 };

/**
 * Stands in the place of a target: knows what that one has, and takes rows without keeping them. Guards of the engine
 * see tables that they let pass, so that all of them can be asked afterwards, for every table.
 */
export class DryTarget implements Target {
  readonly label: string;
  readonly capabilities: TargetCapabilities;
  readonly #target: Target;
  readonly #keepsOthers: boolean;
  #tables: DryTable[] = [];
  #startVersion: number | null = null;

  /**
   * @param target stays open, and is closed by who opened it
   * @param keepsOthers whether what is replaced is a part of a table, and its other rows stay
   */
  constructor(target: Target, keepsOthers = false) {
    this.#target = target;
    this.#keepsOthers = keepsOthers;
    this.label = target.label;
    this.capabilities = target.capabilities;
  }

  /** The tables of the run, as it left them. */
  get tables(): readonly DryTable[] {
    return this.#tables;
  }

  /** Version of the saved state that the run could start from; null: there is none. */
  get startVersion(): number | null {
    return this.#startVersion;
  }

  async begin({ pipeline }: TargetRun): Promise<TargetSession> {
    const store = await this.#target.pipelines?.();
    const saved = store && ((await store.load(pipeline)) ?? NOTHING_SAVED);
    this.#startVersion = saved === undefined || saved.state === null ? null : saved.version;
    return {
      bytes: 0,
      ...(saved ? { saved } : {}),
      openTable: (request) => this.#open(request),
      commit: () => Promise.resolve({ rowsDeleted: 0, stateVersion: null }),
      discard: async () => {
        this.#tables = [];
      },
      ...(this.#target.rejected ? { reject: () => undefined } : {}),
      rollback: () => Promise.resolve(),
    };
  }

  explain(error: unknown): ReturnType<NonNullable<Target['explain']>> {
    return this.#target.explain?.(error);
  }

  async close(): Promise<void> {
    // The target is somebody else's.
  }

  async #open(request: TableRequest): Promise<TargetTable> {
    const before = await this.#target.look?.(request.name, this.#keepsOthers ? 'append' : request.mode);
    // A run of partitions keeps the others.
    const there = this.#keepsOthers && before ? { ...before, isPartitioned: false } : before;
    const table = new DryTable(request, there);
    this.#tables.push(table);
    return table;
  }
}

/** A table that counts its rows. */
export class DryTable implements TargetTable {
  readonly existing: readonly TableColumn[] | null;
  /** What the engine's guards see. */
  readonly before?: TableBefore | null;
  /** What the target has; undefined: it does not know. */
  readonly actual: TableBefore | null | undefined;
  readonly request: TableRequest;
  #columns: readonly TableColumn[];
  #written = 0;
  #deleted = 0;

  constructor(request: TableRequest, before: TableBefore | null | undefined) {
    this.request = request;
    this.actual = before;
    if (before !== undefined) this.before = before && { ...before, primaryKey: [] };
    const isKept = request.mode !== 'overwrite';
    this.existing = isKept && before ? before.columns.filter((column) => !this.#isOurs(column)) : null;
    this.#columns = this.existing ?? request.columns;
  }

  get columns(): readonly TableColumn[] {
    return this.#columns;
  }

  /** Rows that would be written. */
  get rows(): number {
    return this.#written;
  }

  /** Deletes by key or by value, whatever they would find. */
  get deletes(): number {
    return this.#deleted;
  }

  get deleteMode(): DeleteMode {
    return this.request.deletes ?? 'hard';
  }

  async alter({ columns }: SchemaChange): Promise<void> {
    this.#columns = columns;
  }

  async write(batch: RowBatch): Promise<void> {
    const check = rowJson(this.request.name, this.#columns);
    const patched = rowJson(
      this.request.name,
      this.#columns.map((column) => ({ ...column, nullable: true })),
    );
    this.#deleted += batch.removals?.length ?? 0;
    for (const [i, row] of batch.rows.entries()) {
      const kind = batch.kinds?.[i] ?? UPSERT;
      // A key or a patch lacks columns that a whole row must have.
      (kind === UPSERT ? check : patched)(row, rowNumber(batch, i));
      if (kind === DELETE) this.#deleted += 1;
      else this.#written += 1;
    }
  }

  #isOurs({ name }: TableColumn): boolean {
    return this.deleteMode === 'soft' && name === DELETED_AT;
  }
}
