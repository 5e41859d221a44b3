import type { Emission } from '../sdk/connector.js';
import { ConnectorError } from '../sdk/errors.js';
import type { Operation, RowsOperation } from '../sdk/operations.js';
import type { Row } from '../sdk/schema.js';
import { emissionKind } from './emission-kind.js';
import type { OfferedState } from './offered-state.js';
import type { RunProgress } from './run-progress.js';
import { modeOfTable, type RunKind, type RunPlan } from './run-plan.js';
import type { OpenTable, TableSet } from './table-set.js';

/** What an {@link Intake} works with. */
export interface IntakeParts {
  readonly plan: RunPlan;
  /** Table of a dataset. */
  readonly table: string;
  readonly tables: TableSet;
  readonly offered: OfferedState;
  readonly progress: RunProgress;
  /** Rows to read at most; -1: all. */
  readonly limit: number;
  /** Called when the connector offers a state; a promise where a commit is due. */
  readonly onOffer: () => Promise<void> | undefined;
  /** Called when the first row shows that the run replaces its table, although it may have got a saved state. */
  readonly onDataset: () => void;
}

const UNDECLARED = { columns: [], primaryKey: [] };

/** Takes what a connector yields, and puts it where it belongs. */
export class Intake {
  readonly #parts: IntakeParts;
  #kind: RunKind;
  /** The table of a dataset, once it is open. */
  #dataset: OpenTable | undefined;
  /** The table of the operation before, since most operations go where the last one went. */
  #last: OpenTable | undefined;
  /** Rows of tables without a key since the last offer. */
  #looseRows = 0;

  constructor(parts: IntakeParts) {
    this.#parts = parts;
    this.#kind = parts.plan.kind;
  }

  get kind(): RunKind {
    return this.#kind;
  }

  /** Rows since the last offer that a run from there would add again. */
  get looseRows(): number {
    return this.#looseRows;
  }

  /** Opens what is declared, so that a table without rows is there too. */
  async openDeclared(): Promise<void> {
    const { schema } = this.#parts.plan;
    if (schema.tables) for (const name of schema.tables.keys()) await this.#open(name);
    else if (this.#kind === 'dataset') await this.openDataset();
  }

  /** Opens the table of a dataset. */
  async openDataset(): Promise<OpenTable> {
    const { plan, table, tables } = this.#parts;
    this.#kind = 'dataset';
    const { schema } = plan;
    const mode = modeOfTable(plan, schema.primaryKey, false);
    this.#dataset ??= await tables.open({
      name: table,
      mode,
      declared: schema,
      hasOperations: mode === 'merge',
    });
    return this.#dataset;
  }

  /** @returns true when no more rows are wanted; a promise only where it has to wait */
  take(emission: Emission): boolean | Promise<boolean> {
    const { progress } = this.#parts;
    switch (emissionKind(emission, progress.rowsRead)) {
      case 'operation':
        return this.#takeOperation(emission as Operation);
      case 'page':
        return this.#takePage(emission as readonly Row[]);
      default: {
        const table = this.#dataset;
        // A generator may yield one object again and again, changed each time.
        const row = { ...(emission as Row) };
        if (!table) return this.#takePage([row]);
        const isEnough = this.#add(table, row);
        return isEnough || this.#flushIfFull(table, isEnough);
      }
    }
  }

  async #takePage(page: readonly Row[]): Promise<boolean> {
    if (page.length === 0) return false;
    if (this.#kind === 'sync') {
      throw new ConnectorError('generateRows yielded a plain row, although it yields operations on tables', {
        code: 'OPERATION_INVALID',
        action: 'Yield op.upsert(table, row) instead.',
      });
    }
    if (this.#kind === 'unknown') this.#parts.onDataset();
    const table = this.#dataset ?? (await this.openDataset());
    for (const row of page) {
      if (this.#add(table, row)) return true;
      if (table.buffer.isFull && !this.#isHeld(table)) await table.buffer.flush();
    }
    return false;
  }

  #takeOperation(operation: Operation): boolean | Promise<boolean> {
    if (operation.kind === 'checkpoint') {
      const { offered, onOffer, limit } = this.#parts;
      offered.offer(operation);
      this.#looseRows = 0;
      const committing = limit >= 0 ? this.#flushHeld().then(onOffer) : onOffer();
      return committing === undefined ? false : committing.then(() => false);
    }
    const table =
      this.#last?.name === operation.table ? this.#last : this.#parts.tables.find(operation.table);
    if (!table || this.#kind !== 'sync') return this.#openAndApply(operation);
    this.#last = table;
    return this.#apply(operation, table);
  }

  async #openAndApply(operation: Exclude<Operation, { kind: 'checkpoint' }>): Promise<boolean> {
    if (this.#kind === 'dataset') {
      throw new ConnectorError(
        `generateRows yielded the operation "${operation.kind}" on table "${operation.table}", although it is a dataset of plain rows`,
        { code: 'OPERATION_INVALID', action: 'Declare tables in getReadSchema, and yield operations only.' },
      );
    }
    this.#kind = 'sync';
    return this.#apply(operation, await this.#open(operation.table));
  }

  async #open(name: string): Promise<OpenTable> {
    const { plan, tables } = this.#parts;
    const declared = plan.schema.tables?.get(name) ?? UNDECLARED;
    const mode = modeOfTable(plan, declared.primaryKey, true);
    return tables.find(name) ?? tables.open({ name, mode, declared, hasOperations: true });
  }

  #apply(
    operation: Exclude<Operation, { kind: 'checkpoint' }>,
    table: OpenTable,
  ): boolean | Promise<boolean> {
    switch (operation.kind) {
      case 'upsert':
        return this.#upsert(operation, table);
      case 'update':
      case 'delete': {
        if (table.key.length === 0) throw withoutKey(operation.kind, table);
        const { progress } = this.#parts;
        const rows = operation.kind === 'delete' ? operation.keys : operation.rows;
        for (const row of rows) {
          if (operation.kind === 'delete') {
            checkKey(row, table);
            table.buffer.delete(row, progress.rowsRead + 1);
          } else {
            progress.rowsRead += 1;
            table.buffer.update({ ...row }, progress.rowsRead);
          }
          if (progress.rowsRead === this.#parts.limit) return true;
        }
        return this.#flushIfFull(table, false);
      }
      case 'deleteWhere':
        table.buffer.remove({ ...operation.columns });
        return this.#flushIfFull(table, false);
      default:
        table.buffer.remove({});
        return this.#flushIfFull(table, false);
    }
  }

  #upsert({ rows }: RowsOperation, table: OpenTable): boolean | Promise<boolean> {
    if (rows.length === 1) {
      const isEnough = this.#add(table, { ...(rows[0] as Row) });
      return isEnough || this.#flushIfFull(table, isEnough);
    }
    return this.#upsertPage(rows, table);
  }

  async #upsertPage(rows: readonly Row[], table: OpenTable): Promise<boolean> {
    for (const row of rows) {
      if (this.#add(table, { ...row })) return true;
      if (table.buffer.isFull && !this.#isHeld(table)) await table.buffer.flush();
    }
    return this.#flushIfFull(table, false);
  }

  /** @returns true when no more rows are wanted */
  #add(table: OpenTable, row: Row): boolean {
    const { progress, limit } = this.#parts;
    progress.rowsRead += 1;
    table.buffer.add(row, progress.rowsRead);
    if (table.key.length === 0 && table.mode !== 'overwrite') this.#looseRows += 1;
    return progress.rowsRead === limit;
  }

  #flushIfFull(table: OpenTable, result: boolean): boolean | Promise<boolean> {
    const full = this.#parts.tables.fullest(table);
    if (!full || this.#isHeld(full)) return result;
    return full.buffer.flush().then(() => result);
  }

  /** What an offer covers is held no longer, so that it is not dropped with what comes after it. */
  async #flushHeld(): Promise<void> {
    for (const table of this.#parts.tables.all) if (this.#isHeld(table)) await table.buffer.flush();
  }

  /**
   * With a limit the read ends in the middle. Rows without a key that came after the last offer must not be written then:
   * the next run starts at that offer and would add them again. So they wait until an offer covers them.
   */
  #isHeld(table: OpenTable): boolean {
    const { limit, offered } = this.#parts;
    return limit >= 0 && table.key.length === 0 && table.mode !== 'overwrite' && offered.hasState;
  }
}

function checkKey(row: Row, { name, key }: OpenTable): void {
  if (key.some((column) => Object.hasOwn(row, column))) return;
  throw new ConnectorError(
    `a delete on table "${name}" names (${Object.keys(row).join(', ')}), and its primary key is (${key.join(', ')})`,
    { code: 'OPERATION_INVALID', details: { table: name } },
  );
}

function withoutKey(kind: string, { name }: OpenTable): ConnectorError {
  return new ConnectorError(`the operation "${kind}" needs a primary key, and table "${name}" has none`, {
    code: 'OPERATION_INVALID',
    action: 'Declare the primaryKey of the table in getReadSchema; a run with --mode append has none.',
    details: { table: name },
  });
}
