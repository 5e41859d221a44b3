import { isHostError, TransientError } from '../../sdk/errors.js';
import { failedRun } from '../journal/failed-run.js';
import { killPoint } from '../kill-point.js';
import { PendingCalls } from '../sql/pending-calls.js';
import {
  type Commit,
  type Committed,
  type RejectedRow,
  type RunRecord,
  type SavedState,
  type TableBefore,
  type TableColumn,
  type TableRequest,
  type TargetSession,
  type TargetTable,
} from '../target.js';
import { Bookkeeping, RESERVED_PREFIX } from './bookkeeping.js';
import { checkTableName } from './check-table-name.js';
import { claimPipeline, type ClaimParts } from './claim-pipeline.js';
import { commentSql } from './ddl.js';
import { startHeartbeat } from './heartbeat.js';
import { isFenced } from './is-fenced.js';
import { lockTables } from './lock-tables.js';
import { Pipelines, fencedError, type Claim } from './pipelines.js';
import { isConflict, isConnectionLoss } from './postgres-error.js';
import { saveRejected } from './rejected-store.js';
import type { SessionLink } from './session-link.js';
import type { ShadowKind } from './shadow-table.js';
import { dropLeftovers, shadowName } from './shadows.js';
import { quoteName } from './sql.js';
import { StagedTable } from './staged-table.js';
import { shadowKind, swapTable } from './swap-table.js';
import { columnsOfSource, TableFacts } from './table-facts.js';
import { Transaction } from './transaction.js';

/** Milliseconds between two tries to end the statement of a run that is given up. */
const CANCEL_MS = 200;
/** Longest time to try for a connection when a run is given up, in milliseconds. */
const LAST_TRY_MS = 2000;
/** How often a commit that another transaction was in the way of is applied again. */
const CONFLICT_RETRIES = 3;

/** What a {@link PostgresSession} works with. */
export interface PostgresSessionParts extends ClaimParts {
  /** Rows that gather for a shadow before they are applied to it. */
  readonly shadowRows: number;
}

/** A table of this session and how it was asked for. */
interface OpenTable {
  readonly request: TableRequest;
  readonly table: StagedTable;
  /** The shadow that takes the table's place in the end; undefined: the table itself changes. */
  readonly shadow: { readonly name: string; readonly kind: ShadowKind } | undefined;
  /** The columns that the last commit noted; the run ends where one fails. */
  notedColumns?: readonly TableColumn[];
}

/**
 * One run on a database. What it writes becomes visible with a commit, in one transaction together with the state. A table
 * that is replaced is loaded under another name and takes its place in the final commit, so a reader sees the old rows or
 * the new, and a crash leaves the old.
 */
export class PostgresSession implements TargetSession {
  readonly bytes = 0;
  readonly saved: SavedState;
  readonly #parts: PostgresSessionParts;
  readonly #label: string;
  readonly #link: SessionLink;
  readonly #transaction: Transaction;
  readonly #heartbeat: NodeJS.Timeout;
  readonly #pending = new PendingCalls();
  readonly #rowsAtStart = new Map<string, number>();
  #claim: Claim;
  #tables: OpenTable[] = [];
  /** Numbers the stages and shadows. */
  #names = 0;
  /** Rows to be kept aside with the next commit. */
  #rejected: RejectedRow[] = [];
  #commits = 0;
  /** What the server refused; its transaction is of no more use. */
  #failure: Error | undefined;

  private constructor(parts: PostgresSessionParts, link: SessionLink, claim: Claim, saved: SavedState) {
    this.#parts = parts;
    this.#label = parts.address.label;
    this.#link = link;
    this.#transaction = new Transaction(link);
    this.#claim = claim;
    this.saved = saved;
    parts.run.signal.addEventListener('abort', this.#cancelPending, { once: true });
    this.#heartbeat = startHeartbeat(link, this.#label, claim.run);
  }

  /** Claims the run's pipeline. @throws TransientError PIPELINE_BUSY */
  static async begin(parts: PostgresSessionParts): Promise<PostgresSession> {
    const { signal } = parts.run;
    const session = await PostgresSession.#start(parts);
    try {
      await session.#unlessFailed(() => dropLeftovers(session.#link.connection));
      killPoint('postgres.after-leftovers');
      // Whoever asked has left; the run must not look as if it went on.
      signal.throwIfAborted();
      return session;
    } catch (error) {
      await session.rollback(signal.aborted ? undefined : failedRun(error));
      throw error;
    }
  }

  static async #start(parts: PostgresSessionParts): Promise<PostgresSession> {
    const { link, claim, saved } = await claimPipeline(parts);
    return new PostgresSession(parts, link, claim, saved);
  }

  openTable(request: TableRequest): Promise<TargetTable> {
    return this.#pending.add(this.#openTable(request));
  }

  commit(commit: Commit): Promise<Committed> {
    return this.#pending.add(this.#commit(commit));
  }

  discard(): Promise<void> {
    return this.#discard();
  }

  async rollback(record?: RunRecord): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#stopPending();
    this.#parts.run.signal.removeEventListener('abort', this.#cancelPending);
    try {
      await this.#discard(LAST_TRY_MS);
      await this.#pipelines.end(this.#claim.run, record);
    } finally {
      await this.#link.close();
    }
  }

  async finish(): Promise<void> {
    clearInterval(this.#heartbeat);
    killPoint('postgres.before-finish');
    this.#parts.run.signal.removeEventListener('abort', this.#cancelPending);
    await this.#link.close();
    killPoint('postgres.after-finish');
  }

  reject(rows: readonly RejectedRow[]): void {
    this.#rejected.push(...rows);
  }

  tablesLike(prefix: string): Promise<readonly string[]> {
    return this.#facts.tablesLike(prefix, this.#parts.run.pipeline);
  }

  get #pipelines(): Pipelines {
    return new Pipelines(this.#link.connection, this.#label);
  }

  get #bookkeeping(): Bookkeeping {
    return new Bookkeeping(this.#link.connection, this.#parts.connecting.schema, this.#label);
  }

  get #facts(): TableFacts {
    return new TableFacts(this.#link.connection, this.#label, this.#bookkeeping);
  }

  async #openTable(request: TableRequest): Promise<TargetTable> {
    const { name, mode, primaryKey, columns, deletes = 'hard', deleteMissing } = request;
    checkTableName(
      name,
      this.#tables.map((open) => open.request.name),
    );
    const isReplaced = mode === 'overwrite';
    const before = await this.#facts.before(name, isReplaced, isReplaced || deleteMissing !== undefined);
    const number = (this.#names += 1);
    const shadow = isReplaced
      ? { name: shadowName(this.#claim.run, number), kind: await shadowKind(this.#link.connection, name) }
      : undefined;
    const table = new StagedTable({
      link: this.#link,
      label: this.#label,
      name,
      shadow,
      stageName: `${RESERVED_PREFIX}stage_${number}`,
      stored: isReplaced ? null : before && columnsOfSource(before, deletes),
      columns,
      key: request.hasOperations === true && mode !== 'append' ? primaryKey : [],
      deletes,
      before,
      deleteMissing,
      rowsAtStart: this.#rowsAtStartOf(name, before),
      begin: () => this.#transaction.begin(),
    });
    await table.open();
    this.#tables.push({ request, table, shadow });
    killPoint('postgres.after-table-opened');
    return this.#guarded(table, shadow !== undefined);
  }

  /** The same after a retry, although commits of this run may have changed the table meanwhile. */
  #rowsAtStartOf(name: string, before: TableBefore | null): number {
    const rows = this.#rowsAtStart.get(name) ?? before?.rows ?? 0;
    this.#rowsAtStart.set(name, rows);
    return rows;
  }

  #guarded(table: StagedTable, isShadow: boolean): TargetTable {
    const guard = <T>(step: () => Promise<T>): Promise<T> => this.#pending.add(this.#unlessFailed(step));
    return {
      existing: table.existing,
      before: table.before,
      alter: (change) => guard(() => table.alter(change)),
      integersAreExact: (column) => guard(() => table.integersAreExact(column)),
      write: (batch) =>
        guard(async () => {
          await table.write(batch);
          if (isShadow) await this.#applyWhenFull(table);
        }),
    };
  }

  async #unlessFailed<T>(step: () => Promise<T>): Promise<T> {
    if (this.#failure) throw this.#failure;
    try {
      return await step();
    } catch (error) {
      // What the host itself refuses of a row or a table has not reached the server.
      if (isHostError(error) && error.name !== 'TransientError') throw error;
      // Whatever it failed with: where another run has the pipeline, that is the reason.
      const isLost =
        !this.#parts.run.signal.aborted && (await isFenced(this.#link, this.#label, this.#claim));
      this.#failure = isLost ? fencedError(this.#label, this.#claim.pipeline) : (error as Error);
      throw this.#failure;
    }
  }

  /** A stage of a shadow is applied whenever it is large, since nobody sees the shadow. */
  async #applyWhenFull(table: StagedTable): Promise<void> {
    if (table.stagedRows < this.#parts.shadowRows) return;
    killPoint('postgres.before-shadow-applied');
    await this.#transaction.begin();
    await table.apply(false);
    await this.#transaction.commit();
    table.applied();
    killPoint('postgres.after-shadow-applied');
  }

  async #commit(commit: Commit): Promise<Committed> {
    this.#parts.run.signal.throwIfAborted();
    const rowsDeleted = await this.#unlessFailed(() => this.#applyAgain(commit));
    this.#commits += 1;
    this.#rejected = [];
    for (const { table } of this.#tables) table.applied();
    if (commit.isFinal) this.#tables = [];
    return { rowsDeleted, stateVersion: this.#claim.version };
  }

  /** Applies a commit, and again where another transaction was in the way. @returns how many rows went */
  async #applyAgain(commit: Commit): Promise<number> {
    const { run } = this.#parts;
    const claim = this.#claim;
    // Rows that are in the transaction already go with it.
    const mayRepeat = !this.#transaction.isOpen;
    for (let retries = 0; ; retries += 1) {
      try {
        return await this.#transact(commit);
      } catch (error) {
        this.#claim = claim;
        await this.#transaction.end();
        if (mayRepeat && isConflict(error) && retries < CONFLICT_RETRIES && !run.signal.aborted) {
          for (const { table } of this.#tables) table.rolledBack();
          continue;
        }
        throw error;
      }
    }
  }

  async #transact(commit: Commit): Promise<number> {
    const before = this.#claim;
    await this.#transaction.begin();
    const changed = this.#tables.filter(({ table, shadow }) => !shadow && table.isChanged);
    await lockTables(
      this.#link.connection,
      changed.map((open) => open.request.name),
    );
    let deleted = 0;
    for (const open of this.#tables) deleted += await this.#applyTable(open, commit);
    const { connection } = this.#link;
    const replaced = commit.isFinal ? this.#tables.filter(({ shadow }) => shadow) : [];
    await saveRejected(connection, before, commit, this.#rejected, replaced);
    killPoint('postgres.before-state');
    this.#claim = await this.#pipelines.save(before, commit, this.#commits === 0);
    const { record } = commit;
    if (record) {
      const done = { ...record, rowsDeleted: record.rowsDeleted + deleted };
      if (commit.isFinal) await this.#pipelines.end(before.run, done);
      else await this.#pipelines.count(before.run, done);
    }
    killPoint('postgres.before-commit');
    await this.#sendCommit(before, commit.isFinal);
    killPoint('postgres.after-commit');
    return deleted;
  }

  async #sendCommit(before: Claim, isFinal: boolean): Promise<void> {
    try {
      await this.#transaction.commit();
    } catch (error) {
      if (!isConnectionLoss(error)) throw error;
      await this.#learnOutcome(before, isFinal, error);
    }
  }

  /** After a commit whose answer was lost: asks the database whether it took place. */
  async #learnOutcome(before: Claim, isFinal: boolean, cause: unknown): Promise<void> {
    await this.#transaction.end();
    await this.#link.reconnect();
    const hasCommitted = await this.#pipelines.hasCommitted(before);
    if (hasCommitted && (isFinal || this.#tables.every(({ table }) => table.mayMove))) {
      for (const { table } of this.#tables) table.moved();
      return;
    }
    // What was committed stays so; the next read goes on from there.
    if (hasCommitted) this.#claim = { ...before, version: before.version + 1 };
    throw new TransientError(
      `the connection to ${this.#label} was lost during a commit, which ${hasCommitted ? 'took place' : 'did not take place'}`,
      { code: 'TARGET_UNAVAILABLE', cause },
    );
  }

  async #applyTable(open: OpenTable, { isFinal, keepsMissing = false }: Commit): Promise<number> {
    const { request, table, shadow } = open;
    const { name, primaryKey } = request;
    const { connection } = this.#link;
    const deleted = await table.apply(isFinal && !keepsMissing);
    const { columns } = table;
    if (shadow && isFinal) {
      await swapTable({ connection, name, shadow: shadow.name, kind: shadow.kind, columns });
    }
    if (columns.length === 0 || (shadow && !isFinal)) return 0;
    // Of a thousand tables, most are what they were at the commit before.
    if (open.notedColumns !== columns) {
      if (!shadow) for (const statement of commentSql(name, columns)) await connection.run(statement);
      await this.#bookkeeping.record(name, this.#parts.run.pipeline, primaryKey, columns);
      open.notedColumns = columns;
      killPoint('postgres.after-table-noted');
    }
    return shadow ? 0 : deleted;
  }

  async #discard(tryMs?: number): Promise<void> {
    this.#failure = undefined;
    this.#rejected = [];
    const tables = this.#tables;
    this.#tables = [];
    const isLost = this.#link.connection.isLost;
    await this.#transaction.end();
    if (isLost) await this.#link.reconnect(tryMs);
    else {
      for (const { table } of tables) await table.discard();
    }
    for (const { shadow } of tables) {
      if (shadow) await this.#link.connection.run(`DROP TABLE IF EXISTS ${quoteName(shadow.name)}`);
    }
  }

  readonly #cancelPending = (): void => {
    // It is tried again until nothing goes on.
    if (this.#pending.size > 0) this.#link.cancel().catch(() => undefined);
  };

  /** Ends what still goes on when the run is given up, as it is when a signal comes in the middle of a commit. */
  async #stopPending(): Promise<void> {
    this.#cancelPending();
    const cancelling = setInterval(this.#cancelPending, CANCEL_MS);
    await this.#pending.settle();
    clearInterval(cancelling);
  }
}
