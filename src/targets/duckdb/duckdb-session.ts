import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { ConfigError } from '../../sdk/errors.js';
import {
  DELETED_AT,
  type Commit,
  type Committed,
  type RejectedRow,
  type RunRecord,
  type SavedState,
  type TableColumn,
  type TableRequest,
  type TargetRun,
  type TargetSession,
  type TargetTable,
} from '../target.js';
import { Bookkeeping, RESERVED_PREFIX } from './bookkeeping.js';
import { commentColumns } from './ddl.js';
import { DirectTable } from './direct-table.js';
import { Pipelines, type Claim } from './pipelines.js';
import { claimShadow, dropLeftovers, releaseShadow } from './shadows.js';
import { quoteName } from './sql.js';
import { StagedTable } from './staged-table.js';
import { TableFacts, type Comments } from './table-facts.js';

/** Rows that gather for a shadow before they are applied to it. */
const SHADOW_ROWS = 500_000;
/** Milliseconds between two heartbeats. */
const HEARTBEAT_MS = 10_000;

/** What a {@link DuckdbSession} works with. */
export interface DuckdbSessionParts {
  readonly instance: DuckDBInstance;
  readonly run: TargetRun;
  readonly label: string;
  /** Runs a step when no other run on the same file runs one. */
  readonly inTurn: <T>(step: () => Promise<T>) => Promise<T>;
  /** Called once the pipeline is claimed, so that the file holds something that must stay. */
  readonly onClaimed: () => void;
}

/** A table of this session and how it was asked for. */
interface OpenTable {
  readonly request: TableRequest;
  readonly table: StagedTable | DirectTable;
  /** The shadow that takes the table's place in the end; undefined: the table itself changes. */
  readonly shadow: string | undefined;
  /** The columns that the last commit noted; the run ends where one fails. */
  notedColumns?: readonly TableColumn[];
}

/**
 * One run on a database. Rows gather in temporary tables and are applied at a commit, in one short transaction together
 * with the state. A table that is replaced is loaded under another name and takes its place in the final commit, so a
 * reader sees the old rows or the new, and a crash leaves the old.
 */
export class DuckdbSession implements TargetSession {
  readonly bytes = 0;
  readonly saved: SavedState;
  readonly #parts: DuckdbSessionParts;
  readonly #connection: DuckDBConnection;
  readonly #bookkeeping: Bookkeeping;
  readonly #facts: TableFacts;
  readonly #pipelines: Pipelines;
  readonly #interrupt: () => void;
  readonly #heartbeat: NodeJS.Timeout;
  #claim: Claim;
  /** Fills shadows that only get rows, in one long transaction. */
  #loader: DuckDBConnection | undefined;
  #tables: OpenTable[] = [];
  #stages = 0;
  /** Rows to be kept aside with the next commit. */
  #rejected: RejectedRow[] = [];
  #commits = 0;
  /** Of the tables that a commit replaces, read before the first of them goes. */
  #comments: Comments | undefined;

  private constructor(parts: DuckdbSessionParts, connection: DuckDBConnection, claimed: ClaimedPipeline) {
    const { run, label } = parts;
    this.#parts = parts;
    this.#connection = connection;
    this.saved = claimed.saved;
    this.#claim = claimed.claim;
    this.#pipelines = claimed.pipelines;
    this.#bookkeeping = new Bookkeeping(connection, label);
    this.#facts = new TableFacts(connection, label, this.#bookkeeping);
    this.#interrupt = () => {
      connection.interrupt();
      this.#loader?.interrupt();
    };
    run.signal.addEventListener('abort', this.#interrupt, { once: true });
    this.#heartbeat = setInterval(() => {
      // One that is missed shows by its age; what is wrong with the database, the next commit says.
      this.#beat().catch(() => undefined);
    }, HEARTBEAT_MS).unref();
  }

  /** Claims the run's pipeline. @throws TransientError PIPELINE_BUSY */
  static async begin(parts: DuckdbSessionParts): Promise<DuckdbSession> {
    const { instance, run, label, inTurn } = parts;
    const connection = await instance.connect();
    try {
      const pipelines = new Pipelines(connection, label);
      const claimed = await inTurn(async () => {
        await new Bookkeeping(connection, label).prepare();
        await dropLeftovers(connection);
        return pipelines.claim(run.pipeline, run.runId);
      });
      parts.onClaimed();
      return new DuckdbSession(parts, connection, { ...claimed, pipelines });
    } catch (error) {
      connection.closeSync();
      throw error;
    }
  }

  async openTable(request: TableRequest): Promise<TargetTable> {
    const { name, mode, primaryKey, deletes = 'hard' } = request;
    if (name === '' || name.includes('\0') || name.toLowerCase().startsWith(RESERVED_PREFIX)) {
      throw new ConfigError(
        `"${name}" cannot be the name of a table; names that begin with ${RESERVED_PREFIX} are the host's`,
        { code: 'TABLE_NAME_INVALID', details: { table: name } },
      );
    }
    const isReplaced = mode === 'overwrite';
    const before = await this.#facts.before(name, isReplaced);
    const shadow = isReplaced ? claimShadow(name) : undefined;
    const key = request.hasOperations === true && mode !== 'append' ? primaryKey : [];
    const table =
      shadow !== undefined && request.hasOperations !== true
        ? await this.#openDirect(request, shadow, before)
        : new StagedTable({
            connection: this.#connection,
            name,
            physicalName: shadow ?? name,
            stageName: `${RESERVED_PREFIX}stage_${(this.#stages += 1)}`,
            stored: isReplaced ? null : (before?.columns.filter(isNotOurs(deletes)) ?? null),
            existing: isReplaced ? null : (before?.columns.filter(isNotOurs(deletes)) ?? null),
            columns: request.columns,
            key,
            deletes,
            before,
            deleteMissing: request.deleteMissing,
          });
    this.#tables.push({ request, table, shadow });
    return shadow === undefined || table instanceof DirectTable ? table : this.#applyingWhenFull(table);
  }

  async commit(commit: Commit): Promise<Committed> {
    const { signal } = this.#parts.run;
    signal.throwIfAborted();
    if (commit.isFinal) signal.removeEventListener('abort', this.#interrupt);
    for (const { table } of this.#tables) table.flush();
    if (this.#loader) await this.#commitLoader();
    const before = this.#claim;
    const rowsDeleted = await this.#parts.inTurn(() => this.#inTransaction(() => this.#apply(commit)));
    this.#commits += 1;
    this.#rejected = [];
    for (const { table } of this.#tables) if (table instanceof StagedTable) await table.applied();
    if (commit.isFinal) this.#releaseShadows();
    return { rowsDeleted, stateVersion: before.version + 1 };
  }

  async discard(): Promise<void> {
    for (const { table } of this.#tables) {
      if (table instanceof StagedTable) await table.discard();
      else table.discard();
    }
    this.#loader?.closeSync();
    this.#loader = undefined;
    await this.#dropShadows();
    this.#tables = [];
    this.#rejected = [];
  }

  async rollback(record?: RunRecord): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#parts.run.signal.removeEventListener('abort', this.#interrupt);
    try {
      await this.discard();
      if (record) await this.#parts.inTurn(() => this.#pipelines.end(this.#claim.run, record));
    } finally {
      this.#end();
    }
  }

  async finish(): Promise<void> {
    clearInterval(this.#heartbeat);
    this.#end();
  }

  reject(rows: readonly RejectedRow[]): void {
    this.#rejected.push(...rows);
  }

  tablesLike(prefix: string): Promise<readonly string[]> {
    return this.#facts.tablesLike(prefix);
  }

  async #openDirect(
    { name, columns }: TableRequest,
    physicalName: string,
    before: StagedTable['before'],
  ): Promise<DirectTable> {
    if (!this.#loader) {
      this.#loader = await this.#parts.instance.connect();
      await this.#loader.run('BEGIN TRANSACTION');
    }
    const table = new DirectTable({ connection: this.#loader, name, physicalName, columns, before });
    await table.create();
    return table;
  }

  /** A stage of a shadow is applied whenever it is large, since nobody sees the shadow. */
  #applyingWhenFull(table: StagedTable): TargetTable {
    return {
      existing: table.existing,
      before: table.before,
      alter: (change) => table.alter(change),
      integersAreExact: (column) => table.integersAreExact(column),
      write: async (batch) => {
        await table.write(batch);
        if (table.stagedRows < SHADOW_ROWS) return;
        table.flush();
        await this.#parts.inTurn(() => this.#inTransaction(() => table.apply(false)));
        await table.applied();
      },
    };
  }

  async #apply(commit: Commit): Promise<number> {
    let deleted = 0;
    this.#comments = undefined;
    for (const open of this.#tables) deleted += await this.#applyTable(open, commit.isFinal);
    for (const rejected of this.#rejected) await this.#pipelines.keepRejected(this.#claim, rejected);
    this.#claim = await this.#pipelines.save(this.#claim, commit, this.#commits === 0);
    const { record } = commit;
    if (record) {
      const rowsDeleted = record.rowsDeleted + deleted;
      await this.#pipelines.end(this.#claim.run, { ...record, rowsDeleted });
    }
    return deleted;
  }

  async #applyTable(open: OpenTable, isFinal: boolean): Promise<number> {
    const { request, table, shadow } = open;
    const { name, primaryKey } = request;
    const deleted = table instanceof StagedTable ? await table.apply(isFinal) : 0;
    const { columns } = table;
    if (shadow !== undefined && isFinal) await this.#takePlace(name, shadow, table);
    if (columns.length === 0 || (shadow !== undefined && !isFinal)) return 0;
    // Of a thousand tables, most are what they were at the commit before.
    if (open.notedColumns === columns) return shadow === undefined ? deleted : 0;
    if (shadow === undefined) await commentColumns(this.#connection, name, columns);
    await this.#bookkeeping.record(name, this.#parts.run.pipeline, primaryKey, columns);
    open.notedColumns = columns;
    return shadow === undefined ? deleted : 0;
  }

  async #takePlace(name: string, shadow: string, { columns, before }: OpenTable['table']): Promise<void> {
    const table = quoteName(name);
    if (columns.length === 0) {
      // No row came and no column is declared: the old table has nothing to keep but its columns.
      if (before) await this.#connection.run(`DELETE FROM ${table}`);
      return;
    }
    this.#comments ??= await this.#facts.comments();
    await this.#connection.run(`DROP TABLE IF EXISTS ${table}`);
    await this.#connection.run(`ALTER TABLE ${quoteName(shadow)} RENAME TO ${table}`);
    for (const statement of this.#comments.statementsFor(name, columns))
      await this.#connection.run(statement);
    await commentColumns(this.#connection, name, columns);
  }

  async #commitLoader(): Promise<void> {
    await this.#loader?.run('COMMIT');
    this.#loader?.closeSync();
    this.#loader = undefined;
  }

  async #inTransaction<T>(step: () => Promise<T>): Promise<T> {
    await this.#connection.run('BEGIN TRANSACTION');
    try {
      const result = await step();
      await this.#connection.run('COMMIT');
      return result;
    } catch (error) {
      // A failed COMMIT has ended the transaction already.
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  async #dropShadows(): Promise<void> {
    const shadows = this.#tables.flatMap(({ shadow }) => (shadow === undefined ? [] : [shadow]));
    for (const shadow of shadows) {
      await this.#parts.inTurn(() => this.#connection.run(`DROP TABLE IF EXISTS ${quoteName(shadow)}`));
    }
    this.#releaseShadows();
  }

  #releaseShadows(): void {
    for (const { shadow } of this.#tables) if (shadow !== undefined) releaseShadow(shadow);
  }

  async #beat(): Promise<void> {
    const { instance, label, inTurn } = this.#parts;
    const connection = await instance.connect();
    try {
      await inTurn(() => new Pipelines(connection, label).beat(this.#claim.run));
    } finally {
      connection.closeSync();
    }
  }

  #end(): void {
    this.#pipelines.release(this.#claim.run);
    this.#connection.closeSync();
  }
}

interface ClaimedPipeline {
  readonly claim: Claim;
  readonly saved: SavedState;
  readonly pipelines: Pipelines;
}

/** With soft deletes the column that says so belongs to the host, not to the source. */
function isNotOurs(deletes: string): (column: { readonly name: string }) => boolean {
  return ({ name }) => deletes !== 'soft' || name !== DELETED_AT;
}
