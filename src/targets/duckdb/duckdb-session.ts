import type { DuckDBConnection } from '@duckdb/node-api';
import { ConfigError } from '../../sdk/errors.js';
import { killPoint } from '../kill-point.js';
import {
  DELETED_AT,
  type Commit,
  type Committed,
  type RejectedRow,
  type RunRecord,
  type SavedState,
  type TableColumn,
  type TableBefore,
  type TableRequest,
  type TargetSession,
  type TargetTable,
} from '../target.js';
import { Bookkeeping, RESERVED_PREFIX } from './bookkeeping.js';
import { claimPipeline, type ClaimedPipeline } from './claim-pipeline.js';
import { commentColumns } from './ddl.js';
import { DirectTable } from './direct-table.js';
import { startHeartbeat } from './heartbeat.js';
import { changedMeanwhile } from './duckdb-error.js';
import { KeptRows } from './kept-rows.js';
import { PendingCalls } from '../sql/pending-calls.js';
import { fencedError, type Claim, type Pipelines } from './pipelines.js';
import type { DuckdbSessionParts } from './session-parts.js';
import { claimShadow, releaseShadow } from './shadows.js';
import { quoteName } from './sql.js';
import { StagedTable } from './staged-table.js';
import { swapTable } from './swap-table.js';
import { TableFacts, type Comments } from './table-facts.js';

/** Milliseconds between two tries to end the statement of a run that is given up. */
const INTERRUPT_MS = 20;

/** A table of this session and how it was asked for. */
interface OpenTable {
  readonly request: TableRequest;
  readonly table: StagedTable | DirectTable;
  /** The shadow that takes the table's place in the end; undefined: the table itself changes. */
  readonly shadow: string | undefined;
  /** How often the table had been changed when its columns were looked at, or changed by this run. */
  changes: number;
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
  readonly #rowsAtStart = new Map<string, number>();
  readonly #kept: KeptRows;
  #commits = 0;
  readonly #pending = new PendingCalls();
  #mayInterrupt = true;
  /** Of the tables that a commit replaces, read before the first of them goes. */
  #comments: Comments | undefined;

  private constructor(
    parts: DuckdbSessionParts,
    connection: DuckDBConnection,
    claimed: Omit<ClaimedPipeline, 'connection'>,
  ) {
    const { run, label } = parts;
    this.#parts = parts;
    this.#connection = connection;
    this.saved = claimed.saved;
    this.#claim = claimed.claim;
    this.#pipelines = claimed.pipelines;
    this.#kept = new KeptRows(connection);
    this.#bookkeeping = new Bookkeeping(connection, label);
    this.#facts = new TableFacts(connection, label, this.#bookkeeping);
    this.#interrupt = () => {
      if (this.#mayInterrupt) connection.interrupt();
      this.#loader?.interrupt();
    };
    run.signal.addEventListener('abort', this.#interrupt, { once: true });
    this.#heartbeat = startHeartbeat(parts);
  }

  /** Claims the run's pipeline. @throws TransientError PIPELINE_BUSY */
  static async begin(parts: DuckdbSessionParts): Promise<DuckdbSession> {
    const { signal } = parts.run;
    const session = await DuckdbSession.#start(parts);
    if (!signal.aborted) return session;
    // Whoever asked has left; the run must not look as if it went on.
    await session.rollback();
    throw signal.reason;
  }

  static async #start(parts: DuckdbSessionParts): Promise<DuckdbSession> {
    const { connection, ...claimed } = await claimPipeline(parts);
    return new DuckdbSession(parts, connection, claimed);
  }

  openTable(request: TableRequest): Promise<TargetTable> {
    return this.#pending.add(this.#openTable(request));
  }

  commit(commit: Commit): Promise<Committed> {
    return this.#pending.add(this.#commit(commit));
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
    this.#kept.clear();
  }

  async rollback(record?: RunRecord): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#stopPending();
    this.#parts.run.signal.removeEventListener('abort', this.#interrupt);
    try {
      await this.discard();
    } finally {
      const ended = this.#parts.inTurn(() => this.#pipelines.end(this.#claim.run, record));
      await ended.finally(() => this.#end());
    }
  }

  async finish(): Promise<void> {
    clearInterval(this.#heartbeat);
    killPoint('duckdb.before-finish');
    this.#end();
    killPoint('duckdb.after-finish');
  }

  reject(rows: readonly RejectedRow[]): void {
    this.#kept.add(rows);
  }

  tablesLike(prefix: string): Promise<readonly string[]> {
    return this.#facts.tablesLike(prefix, this.#parts.run.pipeline);
  }

  async #openTable(request: TableRequest): Promise<TargetTable> {
    const { name, mode, primaryKey, deletes = 'hard' } = request;
    if (name === '' || name.includes('\0') || name.toLowerCase().startsWith(RESERVED_PREFIX)) {
      throw new ConfigError(
        `"${name}" cannot be the name of a table; names that begin with ${RESERVED_PREFIX} are the host's`,
        { code: 'TABLE_NAME_INVALID', details: { table: name } },
      );
    }
    const isReplaced = mode === 'overwrite';
    const changes = this.#parts.changes.of(name);
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
            columns: request.columns,
            key,
            deletes,
            before,
            deleteMissing: request.deleteMissing,
            rowsAtStart: this.#rowsAtStartOf(name, before),
          });
    this.#tables.push({ request, table, shadow, changes });
    killPoint('duckdb.after-table-opened');
    return shadow === undefined || table instanceof DirectTable ? table : this.#applyingWhenFull(table);
  }

  async #commit(commit: Commit): Promise<Committed> {
    const { signal } = this.#parts.run;
    signal.throwIfAborted();
    for (const { table } of this.#tables) table.flush();
    if (this.#loader) await this.#commitLoader();
    const before = this.#claim;
    const rowsDeleted = await this.#parts.inTurn(() => this.#applyInTurn(commit));
    this.#commits += 1;
    this.#kept.clear();
    for (const { table } of this.#tables) if (table instanceof StagedTable) await table.applied();
    killPoint('duckdb.after-stages-cleared');
    if (commit.isFinal) this.#releaseShadows();
    return { rowsDeleted, stateVersion: before.version + 1 };
  }

  /** The same after a retry, although commits of this run may have changed the table meanwhile. */
  #rowsAtStartOf(name: string, before: TableBefore | null): number {
    const rows = this.#rowsAtStart.get(name) ?? before?.rows ?? 0;
    this.#rowsAtStart.set(name, rows);
    return rows;
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
        if (table.stagedRows < this.#parts.shadowRows) return;
        killPoint('duckdb.before-shadow-applied');
        table.flush();
        await this.#parts.inTurn(() => this.#inTransaction(() => table.apply(false)));
        await table.applied();
        killPoint('duckdb.after-shadow-applied');
      },
    };
  }

  async #applyInTurn(commit: Commit): Promise<number> {
    const { run, changes, label } = this.#parts;
    const claim = this.#claim;
    run.signal.throwIfAborted();
    try {
      const changed = this.#tables.filter(({ table, shadow }) =>
        table instanceof StagedTable && shadow === undefined ? table.changesColumns : commit.isFinal,
      );
      const deleted = await this.#inTransaction(() => this.#apply(commit));
      for (const open of changed) open.changes = changes.count(open.request.name);
      return deleted;
    } catch (error) {
      this.#claim = claim;
      // Whatever it failed with: where another run has the pipeline, that is the reason.
      const isHeld = run.signal.aborted || (await this.#pipelines.holds(claim).catch(() => true));
      throw isHeld ? error : fencedError(label, run.pipeline);
    }
  }

  async #apply(commit: Commit): Promise<number> {
    let deleted = 0;
    this.#comments = undefined;
    for (const open of this.#tables) deleted += await this.#applyTable(open, commit);
    const replaced = this.#tables.filter(({ shadow }) => commit.isFinal && shadow !== undefined);
    await this.#kept.save(this.#claim, commit.settled, replaced);
    killPoint('duckdb.before-state');
    this.#claim = await this.#pipelines.save(this.#claim, commit, this.#commits === 0);
    const { record } = commit;
    if (record) {
      const rowsDeleted = record.rowsDeleted + deleted;
      const done = { ...record, rowsDeleted };
      if (commit.isFinal) await this.#pipelines.end(this.#claim.run, done);
      else await this.#pipelines.count(this.#claim.run, done);
    }
    killPoint('duckdb.after-state');
    return deleted;
  }

  async #applyTable(open: OpenTable, { isFinal, keepsMissing = false }: Commit): Promise<number> {
    const { request, table, shadow, changes } = open;
    const { name, primaryKey } = request;
    if (shadow === undefined && this.#parts.changes.of(name) !== changes)
      throw changedMeanwhile(this.#parts.label);
    const deleted = table instanceof StagedTable ? await table.apply(isFinal && !keepsMissing) : 0;
    const { columns } = table;
    if (shadow !== undefined && isFinal) {
      // Of all tables at once, since the functions that list them look at all; a new table has none to keep.
      if (table.before) this.#comments ??= await this.#facts.comments();
      await swapTable({ connection: this.#connection, comments: this.#comments, name, shadow, table });
    }
    if (columns.length === 0 || (shadow !== undefined && !isFinal)) return 0;
    // Of a thousand tables, most are what they were at the commit before.
    if (open.notedColumns !== columns) {
      if (shadow === undefined) await commentColumns(this.#connection, name, columns);
      await this.#bookkeeping.record(name, this.#parts.run.pipeline, primaryKey, columns);
      open.notedColumns = columns;
      killPoint('duckdb.after-table-noted');
    }
    return shadow === undefined ? deleted : 0;
  }

  async #commitLoader(): Promise<void> {
    killPoint('duckdb.before-loader-commit');
    await this.#loader?.run('COMMIT');
    killPoint('duckdb.after-loader-commit');
    this.#loader?.closeSync();
    this.#loader = undefined;
  }

  async #inTransaction<T>(step: () => Promise<T>): Promise<T> {
    killPoint('duckdb.before-begin');
    await this.#connection.run('BEGIN TRANSACTION');
    try {
      const result = await step();
      killPoint('duckdb.before-commit');
      await this.#connection.run('COMMIT');
      killPoint('duckdb.after-commit');
      return result;
    } catch (error) {
      // What follows must not run in what is left of this transaction.
      this.#mayInterrupt = false;
      // A failed COMMIT has ended the transaction already.
      await this.#connection.run('ROLLBACK').catch(() => undefined);
      this.#mayInterrupt = true;
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

  /**
   * Ends what still goes on when the run is given up, as it is when a signal comes in the middle of a commit. Beside it,
   * the clean-up would take stages away that the commit has not applied yet, and the state would be saved without them.
   */
  async #stopPending(): Promise<void> {
    const interrupting = setInterval(this.#interrupt, INTERRUPT_MS);
    await this.#pending.settle();
    clearInterval(interrupting);
  }

  #end(): void {
    this.#pipelines.release(this.#claim.run);
    this.#connection.closeSync();
  }
}

/** With soft deletes the column that says so belongs to the host, not to the source. */
function isNotOurs(deletes: string): (column: { readonly name: string }) => boolean {
  return ({ name }) => deletes !== 'soft' || name !== DELETED_AT;
}
