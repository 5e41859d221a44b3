import type { Emission } from '../sdk/connector.js';
import { ConnectorError } from '../sdk/errors.js';
import type { Operation } from '../sdk/operations.js';
import type { Row } from '../sdk/schema.js';
import type { Relation } from '../targets/relation.js';
import { emissionKind } from './emission-kind.js';
import type { NormalisedTable } from './normalise-schema.js';
import type { OfferedState } from './offered-state.js';
import type { RunProgress } from './run-progress.js';
import { modeOfTable, type RunKind, type RunPlan } from './run-plan.js';
import type { OpenTable } from './table-opener.js';
import type { SourceTable, TableSet } from './table-set.js';

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
  /** True: rows without a key wait for an offer even where the source may never make one. */
  readonly holdsBack: boolean;
  /** Called when the connector offers a state; a promise where a commit is due. */
  readonly onOffer: () => Promise<void> | undefined;
  /**
   * Called when the first row shows that the run replaces its table.
   * @returns true where it got a saved state, so that it must be read again without one
   */
  readonly onDataset: () => boolean;
}

const UNDECLARED = { columns: [], primaryKey: [] };

/** Takes what a connector yields, and puts it where it belongs. */
export class Intake {
  readonly #parts: IntakeParts;
  #kind: RunKind;
  /** The table of a dataset, once it is open. */
  #dataset: SourceTable | undefined;
  /** The table of the operation before, since most operations go where the last one went. */
  #last: SourceTable | undefined;
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

  /** Whether a run goes on where the last one ended; one that offered nothing so far may do so with its next offer. */
  get goesOn(): boolean {
    const { offered, plan, holdsBack } = this.#parts;
    return offered.hasState || plan.schema.incremental || holdsBack;
  }

  /** Opens what is declared, so that a table without rows is there too. */
  async openDeclared(): Promise<void> {
    const { schema } = this.#parts.plan;
    if (schema.tables) {
      for (const name of schema.tables.keys()) if (this.#parts.tables.includes(name)) await this.#open(name);
    }
    if (this.#kind === 'dataset') await this.openDataset();
  }

  /** Opens the table of a dataset. */
  async openDataset(): Promise<SourceTable> {
    const { plan, table, tables } = this.#parts;
    this.#kind = 'dataset';
    const { schema } = plan;
    const mode = modeOfTable(plan, { name: table, key: schema.primaryKey, isSync: false });
    this.#dataset ??= await tables.open({
      source: table,
      datasetTable: table,
      mode,
      declared: schema,
      hasOperations: mode === 'merge',
      isSync: false,
      resumes: schema.incremental,
    });
    return this.#dataset;
  }

  /**
   * Hands all rows of a dataset to the target as a whole, where neither the run nor the target has to look at them.
   * @returns true where a limit ended the read; undefined: they have to be read one by one, and none was taken
   */
  async takeWhole(relation: Relation): Promise<boolean | undefined> {
    const { progress, limit } = this.#parts;
    const table = this.#dataset;
    if (!table || table.shaped || this.#isHeld(table)) return undefined;
    const { refresh } = progress;
    progress.refresh = () => (progress.rowsRead = relation.rowsSoFar ?? 0);
    const rows = await table.buffer.take?.(relation).finally(() => (progress.refresh = refresh));
    progress.rowsRead = rows ?? 0;
    if (rows === undefined) return undefined;
    if (table.isLoose) this.#looseRows += rows;
    return rows === limit;
  }

  /** Opens tables of the target that nothing came for, so that what they have of a partition goes. */
  async emptyOthers(names: readonly string[]): Promise<void> {
    this.#kind = 'sync';
    for (const name of names) await this.#parts.tables.empty(name, this.#undeclared(name));
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
        return table ? this.#addOne(table, row) : this.#takePage([row]);
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
    if (this.#kind === 'unknown' && this.#parts.onDataset()) return true;
    return this.#addPage(this.#dataset ?? (await this.openDataset()), page);
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
    if (!this.#parts.tables.includes(operation.table)) return false;
    return this.#apply(operation, await this.#open(operation.table));
  }

  async #open(source: string): Promise<SourceTable> {
    const { plan, tables } = this.#parts;
    const declared = plan.schema.tables?.get(source) ?? this.#undeclared(source);
    const mode = modeOfTable(plan, { name: source, key: declared.primaryKey, isSync: true });
    return (
      tables.find(source) ??
      tables.open({ source, mode, declared, hasOperations: true, isSync: true, resumes: true })
    );
  }

  #undeclared(source: string): NormalisedTable {
    const { perTable } = this.#parts.plan;
    const primaryKey = Object.hasOwn(perTable, source) ? perTable[source]?.primaryKey : undefined;
    return primaryKey ? { columns: [], primaryKey } : UNDECLARED;
  }

  #apply(
    operation: Exclude<Operation, { kind: 'checkpoint' }>,
    table: SourceTable,
  ): boolean | Promise<boolean> {
    const { kind } = operation;
    switch (kind) {
      case 'upsert': {
        const { rows } = operation;
        // A generator may yield one object again and again, changed each time.
        if (rows.length === 1) return this.#addOne(table, { ...(rows[0] as Row) });
        return this.#addPage(table, rows, true);
      }
      case 'update':
        if (table.key.length === 0) throw withoutKey(kind, table);
        return this.#update(operation.rows, table);
      case 'delete':
        if (table.key.length === 0) throw withoutKey(kind, table);
        for (const key of operation.keys) this.#delete(key, table);
        break;
      case 'deleteWhere':
        if (Object.keys(operation.columns).length === 0) throw withoutColumns(table);
        this.#remove(operation.columns, table);
        break;
      default:
        this.#remove({}, table);
    }
    return this.#flushIfFull(table, false);
  }

  async #update(rows: readonly Row[], table: SourceTable): Promise<boolean> {
    const { progress, limit } = this.#parts;
    for (const row of rows) {
      progress.rowsRead += 1;
      if (table.shaped) await table.shaped.update(row, progress.rowsRead);
      else table.buffer.update({ ...row }, progress.rowsRead);
      if (progress.rowsRead === limit) return true;
    }
    return this.#flushIfFull(table, false);
  }

  #delete(key: Row, table: SourceTable): void {
    checkKey(key, table);
    // It is no row of its own; errors name the one that would come next.
    const number = this.#parts.progress.rowsRead + 1;
    if (table.shaped) table.shaped.delete(key, number);
    else table.buffer.delete(key, number);
  }

  #remove(columns: Row, table: SourceTable): void {
    const number = this.#parts.progress.rowsRead + 1;
    if (table.shaped) table.shaped.remove(columns, number);
    else table.buffer.remove({ ...columns }, number);
  }

  /** @param row nobody else's */
  #addOne(table: SourceTable, row: Row): boolean | Promise<boolean> {
    const opening = this.#add(table, row);
    const { progress, limit } = this.#parts;
    const isEnough = progress.rowsRead === limit;
    if (opening) return opening.then(() => isEnough || this.#flushIfFull(table, false));
    return isEnough || this.#flushIfFull(table, false);
  }

  /** @param isLent true: the rows are the connector's, which may change them afterwards */
  async #addPage(table: SourceTable, rows: readonly Row[], isLent = false): Promise<boolean> {
    const { progress, limit, tables } = this.#parts;
    for (const row of rows) {
      const opening = this.#add(table, isLent && !table.shaped ? { ...row } : row);
      if (opening) await opening;
      if (progress.rowsRead === limit) return true;
      const full = table.buffer.isFull ? table : table.shaped && tables.fullest(table);
      if (full && !this.#isHeld(full)) await full.buffer.flush();
    }
    return false;
  }

  /** @returns a promise only where a table has to be opened first */
  #add(table: SourceTable, row: Row): Promise<void> | undefined {
    const { progress } = this.#parts;
    progress.rowsRead += 1;
    if (table.isLoose) this.#looseRows += 1;
    if (table.shaped) return table.shaped.add(row, progress.rowsRead);
    table.buffer.add(row, progress.rowsRead);
    return undefined;
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
    return this.#parts.limit >= 0 && table.isLoose && this.goesOn;
  }
}

function checkKey(row: Row, { name, key }: OpenTable): void {
  if (key.some((column) => Object.hasOwn(row, column))) return;
  throw new ConnectorError(
    `a delete on table "${name}" names (${Object.keys(row).join(', ')}), and its primary key is (${key.join(', ')})`,
    { code: 'OPERATION_INVALID', details: { table: name } },
  );
}

function withoutColumns({ name }: OpenTable): ConnectorError {
  return new ConnectorError(`deleteWhere on table "${name}" names no column`, {
    code: 'OPERATION_INVALID',
    action: 'Name a column, or yield op.truncate(table) to remove every row.',
    details: { table: name },
  });
}

function withoutKey(kind: string, { name }: OpenTable): ConnectorError {
  return new ConnectorError(`the operation "${kind}" needs a primary key, and table "${name}" has none`, {
    code: 'OPERATION_INVALID',
    action: 'Declare the primaryKey of the table in getReadSchema; a run with --mode append has none.',
    details: { table: name },
  });
}
