import { isHostError, type ErrorCode } from '../../../sdk/errors.js';
import { GroupCommits, type GroupOptions } from '../../partitions/group-commits.js';
import type { PartitionBatch, PartitionLedger, PartitionRecord } from '../../partitions/partition-ledger.js';
import type {
  PartitionedSession,
  PartitionRun,
  RunRecord,
  SavedState,
  TableRequest,
  TargetRun,
  TargetSession,
} from '../../target.js';
import { isCut, PARTITION } from '../../partitions/partition-column.js';
import { applyGroup, type AppliedCommit } from './apply-group.js';
import { EarlierRejects } from './earlier-rejects.js';
import { HeldRows } from './held-rows.js';
import type { PartitionDatabase, PipelineHold } from './partition-database.js';
import { PartitionSession, type PartitionFacts, type PendingCommit } from './partition-session.js';
import { PartitionTable } from './partition-table.js';
import { RunTotals } from './run-totals.js';
import type { SharedTable } from './shared-table.js';
import { SharedTables } from './shared-tables.js';
import { SqlLedger } from './sql-ledger.js';
import { StaleTable } from './stale-table.js';

/** What a {@link PartitionedSqlSession} works with. */
export interface PartitionedSqlParts {
  readonly run: TargetRun;
  readonly database: PartitionDatabase;
  readonly hold: PipelineHold;
  /** Called once when the run has ended: ends the connection and whatever goes with it. */
  readonly close: () => Promise<void>;
  /** Ends the statement that goes on, where one does; it is called again and again until the run has ended. */
  readonly interrupt: () => void;
}

/** Ids of one statement. */
const PAGE = 10_000;
/** Milliseconds between two tries to end a statement of a run that is given up. */
const INTERRUPT_MS = 20;
/** What is not the fault of one partition, so that it comes again with the next. */
const FATAL: readonly ErrorCode[] = [
  'PIPELINE_FENCED',
  'TARGET_UNAVAILABLE',
  'TARGET_BUSY',
  'TARGET_DISK_FULL',
  'TARGET_UNWRITABLE',
];
const NOTHING_SAVED: SavedState = { state: null, version: 0, fingerprint: null, format: 1 };

interface NotedFailure {
  readonly failure: PartitionRecord;
}

/**
 * A group of so many rows is enough: three row groups of DuckDB's, which writes a full one once; fewer rows go through its log
 * first. With groups of one row group, closing the file took a second longer for 1 M rows; what is over of each seems to be
 * merged with its neighbours then.
 */
const GROUP_ROWS = 3 * 122_880;
/** Longest time that a partition which is complete waits for others, in milliseconds: what a kill may cost. */
const GROUP_DELAY_MS = 3000;

type GroupItem = PendingCommit | NotedFailure;

/**
 * A run of partitions on a database. Rows of each wait beside the tables; those that are complete are applied in groups, each
 * in one transaction with states, records and the fence of the run.
 */
export class PartitionedSqlSession implements PartitionedSession {
  readonly ledger: PartitionLedger;
  readonly #parts: PartitionedSqlParts;
  /** What steps in turn ask; {@link ledger} is for others. */
  readonly #ledger: SqlLedger;
  readonly #commits: GroupCommits<GroupItem>;
  readonly #held = new HeldRows();
  readonly #totals = new RunTotals();
  readonly #earlier: EarlierRejects;
  readonly #tables: SharedTables;
  /** What was asked ahead. */
  readonly #facts = new Map<string, PartitionFacts>();
  /** True: no partition of the pipeline has a record or a state, but for those of this run. */
  #isFresh = false;
  #batch = '';
  /** True: the parameters of the run are not those of all partitions, and are not noted as such. */
  #keepsFingerprint = false;
  /** Why a failure could not be noted. */
  #unnoted: unknown;
  #stages = 0;
  /** Partitions that were begun and are not complete. */
  #active = 0;
  #lastStep: Promise<unknown> = Promise.resolve();

  private constructor(parts: PartitionedSqlParts, ledger: SqlLedger) {
    const { database, hold } = parts;
    this.#parts = parts;
    this.#earlier = new EarlierRejects(database, hold);
    this.#ledger = ledger;
    this.#tables = new SharedTables({ database, hold, ledger, inTurn: (step) => this.#inTurn(step) });
    this.ledger = ledger.through({
      quoteText: (text) => database.quoteText(text),
      isOneOf: (column, texts) => database.isOneOf(column, texts),
      rows: (sql) => this.#inTurn(() => database.rows(sql)),
    });
    this.#commits = new GroupCommits(
      (group) => this.#inTurn(() => this.#applySome(group)),
      groupsOf(parts.run),
    );
  }

  static async open(parts: PartitionedSqlParts): Promise<PartitionedSqlSession> {
    const { database, hold } = parts;
    const isThere = async (table: string): Promise<boolean> => isCut((await database.before(table))?.columns);
    const ledger = await SqlLedger.open(database, hold.pipeline, isThere);
    return new PartitionedSqlSession(parts, ledger);
  }

  get saved(): SavedState {
    return this.#parts.hold.saved;
  }

  async start(batch: PartitionBatch): Promise<void> {
    const { database, hold } = this.#parts;
    this.#batch = batch.id;
    // Others are still of the parameters that they were loaded with.
    this.#keepsFingerprint =
      this.saved.fingerprint !== null && batch.selection !== null && batch.selection.trim() !== 'all';
    await this.#inTurn(async () => {
      const isShared = this.#ledger.isVoid
        ? this.#ledger.leavesRows
        : ((await this.#ledger.stored())?.isShared ?? false);
      await this.#transact(async () => {
        const run = (sql: string): Promise<void> => database.run(sql);
        if (this.#ledger.isVoid) await this.#ledger.clear(run);
        await this.#ledger.begin(run, batch, isShared);
        await hold.save({ fingerprint: null, format: 1 });
      });
      this.#tables.start(isShared);
      const [row] = await database.rows(
        `SELECT (SELECT count(*) FROM _host_partitions WHERE pipeline = ${database.quoteText(hold.pipeline)})
           + (SELECT count(*) FROM _host_state WHERE pipeline = ${database.quoteText(hold.pipeline)} AND partition <> '')`,
      );
      this.#isFresh = Number(row?.[0]) === 0;
    });
  }

  async expect(ids: readonly string[]): Promise<void> {
    if (this.#isFresh || ids.length === 0) return;
    const [records, states] = await this.#inTurn(async () => [
      await this.#ledger.find(ids),
      await this.#ledger.states(ids),
    ]);
    for (const id of ids)
      this.#facts.set(id, { record: records.get(id), saved: states.get(id) ?? NOTHING_SAVED });
  }

  async begin(run: PartitionRun): Promise<TargetSession> {
    await this.#commits.room();
    this.#parts.run.signal.throwIfAborted();
    const { id } = run.partition;
    if (!this.#facts.has(id)) await this.expect([id]);
    const facts = this.#facts.get(id) ?? { record: undefined, saved: NOTHING_SAVED };
    this.#facts.delete(id);
    this.#active += 1;
    return new PartitionSession({
      run,
      facts,
      kept: this.#parts.database.keptAside(id),
      openTable: (session, request) => this.#openTable(session, request),
      commit: (pending) => {
        this.#commits.add(pending, rowsOf(pending));
        // Whoever offers a checkpoint reads on only when it is committed.
        if (!pending.commit.isFinal) this.#commits.hurry();
      },
      noteFailure: (failure) => this.#commits.add({ failure }),
      onEnd: () => this.#isLessActive(),
      tablesLike: (prefix) => this.#inTurn(() => this.#parts.database.tablesLike(prefix)),
      tablesBefore: ({ facts: { record } }) => (record || this.#tables.isShared ? this.#ledger.tables : []),
      inTurn: (step) => this.#inTurn(step),
    });
  }

  /** Those that wait for their commit need not wait for others where none is being read. */
  #isLessActive(): void {
    this.#active -= 1;
    if (this.#active === 0) this.#commits.hurry();
  }

  async remove(partitions: readonly string[]): Promise<number> {
    const { database, hold } = this.#parts;
    await this.#commits.settle();
    let removed = 0;
    for (let start = 0; start < partitions.length; start += PAGE) {
      const ids = partitions.slice(start, start + PAGE);
      removed += await this.#inTurn(async () => {
        const { tables } = this.#ledger;
        return this.#transact(async () => {
          const isGone = database.isOneOf(database.quoteName(PARTITION), ids);
          let rows = 0;
          await database.lock?.(tables);
          for (const table of tables) {
            rows += await database.change(`DELETE FROM ${database.quoteName(table)} WHERE ${isGone}`);
          }
          await this.#ledger.forget((sql) => database.run(sql), ids);
          await hold.save({ fingerprint: null, format: 1 });
          return rows;
        });
      });
    }
    return removed;
  }

  /** @throws what kept failures from being noted */
  async finish(record: RunRecord): Promise<void> {
    await this.#commits.settle();
    await this.#end(record);
    if (this.#unnoted !== undefined) throw this.#unnoted as Error;
  }

  async rollback(record?: RunRecord): Promise<void> {
    const { signal } = this.#parts.run;
    const interrupting = signal.aborted ? setInterval(this.#parts.interrupt, INTERRUPT_MS) : undefined;
    await this.#commits.settle();
    await this.#lastStep;
    clearInterval(interrupting);
    await this.#end(record);
  }

  /** A transaction that proves that the run still has the pipeline. */
  async #transact<T>(step: () => Promise<T>): Promise<T> {
    const { database, hold } = this.#parts;
    let tookPlace = false;
    try {
      const result = await database.transact(step);
      tookPlace = true;
      return result;
    } finally {
      hold.settle(tookPlace);
    }
  }

  /** Does a step when no other one is done on the connection. */
  #inTurn<T>(step: () => Promise<T>): Promise<T> {
    const done = this.#lastStep.then(step);
    this.#lastStep = done.catch(() => undefined);
    return done;
  }

  async #end(record: RunRecord | undefined): Promise<void> {
    const { database, hold, close } = this.#parts;
    try {
      await this.#inTurn(() => database.transact(() => hold.end(record)));
    } finally {
      await close();
    }
  }

  async #openTable(session: PartitionSession, request: TableRequest): Promise<PartitionTable> {
    const { database } = this.#parts;
    const shared = await this.#tables.open(request.name);
    const existing = shared.existing(request.deletes === 'soft');
    const before = shared.before && {
      columns: shared.before.columns,
      primaryKey: shared.before.primaryKey,
      rows: await this.#rowsOf(session, shared),
    };
    return new PartitionTable({
      partition: session.partition,
      request,
      isScoped: session.isScoped(request),
      shared,
      existing,
      before,
      hasRecord: () => session.facts.record !== undefined,
      makeStage: (columns, isPlain) => database.makeStage(this.#nextStage(), request.name, columns, isPlain),
      inTurn: (step) => this.#inTurn(step),
      held: this.#held,
      checksAtOnce: session.run.onRejected !== undefined,
    });
  }

  /** Rows that a table has of a partition, for guards. */
  async #rowsOf({ facts, partition }: PartitionSession, shared: SharedTable): Promise<number> {
    if (facts.record || !this.#tables.mayHaveUnknown(shared)) return facts.record?.rows ?? 0;
    return this.#tables.rowsOf(shared, partition);
  }

  #nextStage(): number {
    this.#stages += 1;
    return this.#stages;
  }

  /** Applies a group, in halves where it fails as a whole, so that one bad partition leaves the others alone. */
  async #applySome(items: readonly GroupItem[], looks = 0): Promise<void> {
    const pending = items.filter((item) => 'session' in item).filter(isWanted);
    const failures = items.filter(isFailure).map(({ failure }) => failure);
    if (pending.length === 0 && failures.length === 0) return;
    try {
      const applied = await this.#applyGroup(pending, failures);
      for (const [i, one] of pending.entries()) await this.#settle(one, applied[i] as AppliedCommit);
    } catch (error) {
      const failure = error instanceof StaleTable ? await this.#tables.lookAgain(error, looks) : error;
      if (failure === undefined) {
        await this.#applySome(items, looks + 1);
        return;
      }
      const reason = await this.#reasonOf(failure);
      if (items.length === 1 || this.#isFatal(reason)) {
        for (const { reject } of pending) reject(reason);
        // What is noted of others needs none of these rows.
        if (pending.length > 0 && failures.length > 0) await this.#applySome(items.filter(isFailure));
        else if (failures.length > 0) this.#unnoted ??= reason;
        return;
      }
      const half = Math.ceil(items.length / 2);
      await this.#applySome(items.slice(0, half));
      await this.#applySome(items.slice(half));
    }
  }

  async #applyGroup(
    pending: readonly PendingCommit[],
    failures: readonly PartitionRecord[],
  ): Promise<readonly AppliedCommit[]> {
    const { run, database, hold } = this.#parts;
    run.signal.throwIfAborted();
    return applyGroup(pending, {
      database,
      transact: (step) => this.#transact(step),
      hold,
      keepsFingerprint: this.#keepsFingerprint,
      ledger: this.#ledger,
      earlier: this.#earlier,
      batch: this.#batch,
      mayHaveUnknown: (shared) => this.#tables.mayHaveUnknown(shared),
      nextStage: () => this.#nextStage(),
      failures,
      count: (group, deleted) => hold.count(this.#totals.with(group, deleted)),
    });
  }

  async #settle({ session, commit, resolve }: PendingCommit, applied: AppliedCommit): Promise<void> {
    this.#totals.add(session, commit, applied.rowsDeleted);
    await session.committed(applied.facts, commit);
    resolve({ rowsDeleted: applied.rowsDeleted, stateVersion: applied.facts.saved.version });
  }

  /** Whatever a transaction failed with: where another run has the pipeline, that is the reason. */
  async #reasonOf(error: unknown): Promise<unknown> {
    const { hold, run } = this.#parts;
    if (run.signal.aborted) return run.signal.reason;
    if (isHostError(error) && error.name !== 'TransientError') return error;
    const isHeld = await hold.holds().catch(() => true);
    return isHeld ? error : hold.fenced();
  }

  #isFatal(error: unknown): boolean {
    if (this.#parts.run.signal.aborted) return true;
    return isHostError(error) && FATAL.includes(error.code);
  }
}

function isFailure(item: GroupItem): item is NotedFailure {
  return 'failure' in item;
}

function rowsOf({ session }: PendingCommit): number {
  return session.tables.reduce((rows, table) => rows + table.rows, 0);
}

function groupsOf({ commitEvery }: TargetRun): GroupOptions {
  const { seconds = Infinity, rows = Infinity } = commitEvery ?? {};
  return {
    delayMs: rows === 0 ? 0 : Math.min(GROUP_DELAY_MS, seconds * 1000),
    enough: Math.min(GROUP_ROWS, rows),
  };
}

/** Whoever waits for the commit of a partition that was given up meanwhile has left, or hears of it. */
function isWanted({ session, life, reject }: PendingCommit): boolean {
  if (life === session.life) return true;
  reject(new Error('the partition was given up'));
  return false;
}
