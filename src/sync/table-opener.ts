import { ConfigError } from '../sdk/errors.js';
import { rejectedSchema } from '../targets/rejected/rejected-schema.js';
import type {
  RejectedSchema,
  TargetCapabilities,
  TargetSession,
  TargetTable,
  WriteMode,
} from '../targets/target.js';
import type { FlushQueue } from './flush-queue.js';
import { guardTable, heldKey } from './guards.js';
import type { NormalisedTable } from './normalise-schema.js';
import {
  checkLog,
  LOG_COLUMNS,
  LOG_TABLE,
  OP_COLUMN,
  OperationLog,
  unlogged,
  type LogStyle,
} from './operation-log.js';
import type { RowRejects } from './row-rejects.js';
import { RowScreen } from './row-screen.js';
import type { RunProgress } from './run-progress.js';
import { ContractCheck } from './schema-contract.js';
import { SchemaTracker } from './schema-tracker.js';
import type { OwnColumns } from './own-columns.js';
import type { SyncOptions } from './sync-options.js';
import { TableBuffer, type TableSink } from './table-buffer.js';

/** What a {@link TableOpener} works with. */
export interface TableOpenerParts {
  readonly session: TargetSession;
  readonly capabilities: TargetCapabilities;
  readonly queue: FlushQueue;
  readonly progress: RunProgress;
  /** Rows to read at most; -1: all. */
  readonly limit: number;
  readonly options: SyncOptions;
  /** Absent: the host adds no columns. */
  readonly own: OwnColumns | undefined;
  readonly rejects: RowRejects;
}

/** How a table is opened. */
export interface OpenHow {
  readonly mode: WriteMode;
  /** True: operations come, so their order matters. */
  readonly hasOperations: boolean;
  /** True: the table is one of a sync's. */
  readonly isSync: boolean;
  /** True: the next run reads on from the state of this one. */
  readonly resumes: boolean;
}

/** One table that a run writes. */
export interface OpenTable {
  /** Name in the target. */
  readonly name: string;
  readonly mode: WriteMode;
  /** Columns that operations go by; empty: rows are only added. */
  readonly key: readonly string[];
  /** True: a row that is read again after a failure would be there twice. */
  readonly isLoose: boolean;
  readonly buffer: TableSink;
  readonly tracker: SchemaTracker;
  readonly table: TargetTable;
  readonly contract: ContractCheck | undefined;
}

/** Opens the tables of the target, each in the way that the target can. */
export class TableOpener {
  readonly #parts: TableOpenerParts;
  /** Where the target has one table for the operations on all. */
  #log: Promise<OpenTable> | undefined;

  constructor(parts: TableOpenerParts) {
    this.#parts = parts;
  }

  /** @throws ConfigError where a guard refuses or the target has no such mode, TargetError where the target refuses */
  async open(name: string, how: OpenHow, declared: NormalisedTable): Promise<OpenTable> {
    const { options, limit } = this.#parts;
    const { mode } = how;
    const style = this.#logStyle(name, how);
    if (style) {
      const { columns, primaryKey: key } = declared;
      checkLog(style, { table: name, mode, key, columns, deletes: options.deletes });
    }
    const opened = style
      ? await this.#openLog(style, name, mode, declared)
      : await this.#openTable(name, how, declared);
    const { table } = opened;
    guardTable(
      {
        name,
        replaces: mode === 'overwrite',
        key: heldKey(declared.primaryKey, style !== undefined, options),
        before: this.#parts.own?.hasPartition === true ? asWhole(table.before) : table.before,
      },
      limit,
      options,
    );
    return opened;
  }

  #logStyle(name: string, { hasOperations, isSync, mode }: OpenHow): LogStyle | undefined {
    const { capabilities, options } = this.#parts;
    if (capabilities.upserts || !hasOperations) return undefined;
    if (mode === 'overwrite' && capabilities.foldsOverwrites === true) return undefined;
    if (options.perTable?.[name]?.asRows === true) return 'rows';
    const style = capabilities.operationLog ?? 'rows';
    // Rows of a dataset are rows, also where they would be merged elsewhere.
    return style === 'one-table' && !isSync ? 'rows' : style;
  }

  async #openLog(
    style: LogStyle,
    name: string,
    mode: WriteMode,
    declared: NormalisedTable,
  ): Promise<OpenTable> {
    const { primaryKey } = declared;
    const schema = rejectedSchema(declared.columns, primaryKey);
    const how = {
      mode: mode === 'merge' ? 'append' : mode,
      hasOperations: false,
      isSync: true,
      resumes: true,
    } as const;
    let below: OpenTable;
    if (style === 'one-table') {
      this.#log ??= this.#openTable(
        LOG_TABLE,
        how,
        { columns: LOG_COLUMNS, primaryKey: [] },
        { style, schema: undefined },
      );
      below = await this.#log;
    } else {
      // A key or a patch lacks columns that a whole row must have.
      const columns = declared.columns.map((column) => ({ ...column, nullable: true }));
      const isLog = style === 'each-table';
      below = await this.#openTable(
        name,
        how,
        {
          columns: isLog ? [OP_COLUMN, ...columns] : declared.columns,
          primaryKey: isLog ? [] : primaryKey,
        },
        { style, schema },
      );
    }
    return {
      ...below,
      name,
      mode,
      key: primaryKey,
      // Whole rows of a key are the target's to replace.
      isLoose: mode !== 'overwrite' && (style !== 'rows' || primaryKey.length === 0),
      buffer: new OperationLog(below.buffer, { name, key: primaryKey, schema }, style),
    };
  }

  async #openTable(
    name: string,
    { mode, hasOperations, resumes }: OpenHow,
    declared: NormalisedTable,
    logged?: { readonly style: LogStyle; readonly schema: RejectedSchema | undefined },
  ): Promise<OpenTable & { readonly buffer: TableBuffer }> {
    const { session, queue, progress, options, own, capabilities, rejects } = this.#parts;
    const { primaryKey } = declared;
    own?.refuseTaken(declared.columns, name);
    const columns = own ? [...declared.columns, ...own.columns] : declared.columns;
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
    const tracker = new SchemaTracker(name, columns, table.existing);
    const known = new Map(tracker.columns.map((column) => [column.name, column]));
    const keyTypes = key.map((column) => {
      const { declared: isDeclared = false, type = null } = known.get(column) ?? {};
      return isDeclared ? type : null;
    });
    const folding = hasOperations ? { table: name, key, keyTypes, deletes } : undefined;
    const contract = this.#contractOf(name, declared, table);
    const maxRows = capabilities.batchRows;
    const bad = rejects.takesErrors
      ? {
          rejects,
          screen: new RowScreen(name, tracker.columns),
          hasKey: mode !== 'append' && primaryKey.length > 0,
          schema: logged ? logged.schema : rejectedSchema(columns, primaryKey),
          unlogged: logged && unlogged(logged.style),
        }
      : undefined;
    const buffer = new TableBuffer({
      name,
      table,
      maxRows,
      tracker,
      progress,
      queue,
      folding,
      contract,
      bad,
    });
    // After a full refresh the next run goes on from the state; rows of a key meet the same key then.
    const isResumed = resumes && options.fullRefresh === true;
    const isLoose = mode === 'overwrite' ? isResumed && primaryKey.length === 0 : key.length === 0;
    return { name, mode, key, isLoose, buffer, tracker, table, contract };
  }

  #contractOf(name: string, declared: NormalisedTable, { before }: TargetTable): ContractCheck | undefined {
    const { options, session, own, rejects } = this.#parts;
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
      key: declared.primaryKey,
      // Columns that the host adds are not new ones of the source.
      own: own?.columns ?? [],
      before,
      reject: (row) => rejects.keep([row]),
      rejectsErrors: rejects.takesErrors,
    });
  }
}

/** Rows that say which partition they are of may go where others do. */
function asWhole(before: TargetTable['before']): TargetTable['before'] {
  return before && { ...before, isPartitioned: false };
}
