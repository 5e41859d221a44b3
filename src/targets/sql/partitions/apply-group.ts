import { killPoint } from '../../kill-point.js';
import type { PartitionRecord, PartitionStatus } from '../../partitions/partition-ledger.js';
import { PARTITION } from '../../partitions/partition-column.js';
import { DELETED_AT, type Commit, type DeleteMode, type SavedState, type TableColumn } from '../../target.js';
import { applyStage } from '../apply-stage.js';
import type { EarlierRejects } from './earlier-rejects.js';
import { joinColumns } from './join-columns.js';
import { GatheredRows } from './gathered-rows.js';
import type { PartitionDatabase, PartitionStage, PipelineHold } from './partition-database.js';
import type { PartitionFacts, PendingCommit } from './partition-session.js';
import { withPartition, type PartitionTable } from './partition-table.js';
import type { SharedTable } from './shared-table.js';
import type { PartitionState, SqlLedger } from './sql-ledger.js';

const DELETED_AT_COLUMN: TableColumn = {
  name: DELETED_AT,
  type: 'timestamptz',
  declared: true,
  nullable: true,
};

/** What a group is applied with. */
export interface GroupParts {
  readonly database: PartitionDatabase;
  /** Does a step in a transaction that proves that the run still has the pipeline. */
  readonly transact: <T>(step: () => Promise<T>) => Promise<T>;
  readonly hold: PipelineHold;
  /** True: the parameters of the run are not noted as those of the pipeline. */
  readonly keepsFingerprint: boolean;
  readonly ledger: SqlLedger;
  readonly earlier: EarlierRejects;
  /** Of the run. */
  readonly batch: string;
  /** Whether rows of a partition without a record can be in a table. */
  readonly mayHaveUnknown: (table: SharedTable) => boolean;
  readonly nextStage: () => number;
  /** Failures that are noted with the group. */
  readonly failures: readonly PartitionRecord[];
  /** Called in the transaction: notes what the whole run has done. */
  readonly count: (group: readonly PendingCommit[], deleted: number) => Promise<void>;
}

/** What a group makes of one table. */
interface TablePlan {
  readonly shared: SharedTable;
  readonly tables: PartitionTable[];
  columns: readonly TableColumn[];
  key: readonly string[];
}

/** A stage with rows for one table. */
interface Load {
  readonly plan: TablePlan;
  readonly stage: PartitionStage;
  readonly columns: readonly TableColumn[];
  readonly key: readonly string[];
  readonly deletes: DeleteMode;
  readonly replaces: boolean;
  /** The one that it belongs to; undefined: several share it. */
  readonly owner: PartitionTable | undefined;
  /** The way into it of those that share it. */
  readonly gathered?: GatheredRows;
}

/** What became of one commit of a group. */
export interface AppliedCommit {
  readonly facts: PartitionFacts;
  readonly rowsDeleted: number;
}

/**
 * Applies the commits of a group in one transaction: rows, states, records and the fence of the run. Called in turn. After
 * an error nothing of it is there, and the rows still wait.
 */
export async function applyGroup(
  group: readonly PendingCommit[],
  parts: GroupParts,
): Promise<readonly AppliedCommit[]> {
  return new GroupApplication(group, parts).apply();
}

class GroupApplication {
  readonly #group: readonly PendingCommit[];
  readonly #parts: GroupParts;
  readonly #database: PartitionDatabase;
  /** By name of the table. */
  readonly #plans = new Map<string, TablePlan>();
  #loads: Load[] = [];
  /** Rows that went, by partition. */
  #deleted = new Map<string, number>();

  constructor(group: readonly PendingCommit[], parts: GroupParts) {
    this.#group = group;
    this.#parts = parts;
    this.#database = parts.database;
  }

  async apply(): Promise<readonly AppliedCommit[]> {
    killPoint('partitions.before-group');
    try {
      await this.#plan();
      await this.#stage();
      killPoint('partitions.staged');
      const applied = await this.#parts.transact(() => this.#transact());
      killPoint('partitions.after-group');
      for (const { shared, key, columns } of this.#plans.values()) shared.committed(key, columns);
      return applied;
    } finally {
      for (const { stage, owner } of this.#loads) if (!owner) await stage.clear();
    }
  }

  /** Finds the columns that each table gets. */
  async #plan(): Promise<void> {
    for (const { session } of this.#group) {
      for (const table of session.tables) {
        const { shared, request } = table;
        // Without a column there is no table.
        if (shared.stored === null && table.columns.length === 0 && table.rows === 0) continue;
        const plan = this.#plans.get(shared.name);
        const soft = request.deletes === 'soft' ? [DELETED_AT_COLUMN] : [];
        const columns = await joinColumns(
          shared.name,
          plan?.columns ?? shared.stored,
          [...withPartition(table.columns), ...soft],
          (side, column) => this.#isExact(side, column, table, plan),
        );
        // One that is only emptied says nothing of the key.
        const isBare = request.primaryKey.length === 0 && table.rows === 0;
        const key = isBare ? (plan?.key ?? shared.before?.primaryKey ?? []) : request.primaryKey;
        if (plan) {
          Object.assign(plan, { columns, key });
          plan.tables.push(table);
        } else this.#plans.set(shared.name, { shared, tables: [table], columns, key });
      }
    }
  }

  async #isExact(
    side: 'table' | 'partition',
    column: string,
    table: PartitionTable,
    plan: TablePlan | undefined,
  ): Promise<boolean> {
    const ask = (stage: PartitionStage, name: string): Promise<boolean> =>
      this.#database.integersAreExact(this.#database.quoteTemporary(stage.physicalName), name);
    if (side === 'partition') return table.hasExactIntegers(column, ask);
    for (const before of plan?.tables ?? []) {
      const type = before.columns.find(({ name }) => name === column)?.type;
      if (type === 'bigint' && !(await before.hasExactIntegers(column, ask))) return false;
    }
    return !hasColumn(table.shared.stored, column) || table.shared.integersAreExact(column);
  }

  /** Brings all rows into stages of the columns that the tables get. */
  async #stage(): Promise<void> {
    for (const plan of this.#plans.values()) {
      const held = new Map<string, Load>();
      for (const table of plan.tables) {
        const load = table.heldBatches
          ? this.#loadOfHeld(table, plan, held)
          : await this.#ownLoad(table, plan);
        for (const batch of table.heldBatches ?? []) await load?.gathered?.add(table, batch);
      }
      for (const { gathered } of held.values()) await gathered?.end();
    }
    for (const load of this.#loads) if (!canPour(load)) await load.stage.flush();
  }

  async #ownLoad(table: PartitionTable, plan: TablePlan): Promise<Load | undefined> {
    const { stage, request, key } = table;
    if (!stage) return undefined;
    await table.fitStage(plan.columns);
    const { mode, deletes = 'hard' } = request;
    const columns = table.stageColumns;
    const load = { plan, stage, columns, key, deletes, replaces: mode === 'overwrite', owner: table };
    this.#loads.push(load);
    return load;
  }

  /** Rows that are written in the same way share a stage. */
  #loadOfHeld(table: PartitionTable, plan: TablePlan, held: Map<string, Load>): Load | undefined {
    const { request, key, heldBatches = [] } = table;
    if (heldBatches.length === 0) return undefined;
    const { mode, deletes = 'hard' } = request;
    const way = [mode === 'overwrite', deletes, request.hasOperations === true, ...key].join('\0');
    const found = held.get(way);
    if (found) return found;
    const columns = plan.columns.filter(({ name }) => name !== DELETED_AT);
    const isPlain = request.hasOperations !== true;
    const stage = this.#database.makeStage(this.#parts.nextStage(), plan.shared.name, columns, isPlain);
    const gathered = new GatheredRows(stage);
    const replaces = mode === 'overwrite';
    const load = { plan, stage, columns, key, deletes, replaces, owner: undefined, gathered };
    held.set(way, load);
    this.#loads.push(load);
    return load;
  }

  async #transact(): Promise<readonly AppliedCommit[]> {
    const { database, hold, ledger, failures } = this.#parts;
    const run = (sql: string): Promise<void> => database.run(sql);
    this.#deleted = new Map();
    await database.lock?.([...this.#plans.values()].filter(isThere).map(({ shared }) => shared.name));
    for (const plan of this.#plans.values()) await this.#bringColumns(plan);
    killPoint('partitions.after-columns');
    for (const plan of this.#plans.values()) await this.#removeReplaced(plan);
    killPoint('partitions.after-deletes');
    for (const plan of this.#plans.values()) await this.#pour(plan);
    for (const load of this.#loads) if (!canPour(load)) await this.#applyLoad(load);
    killPoint('partitions.after-rows');
    await this.#parts.earlier.forget(
      this.#group.flatMap(({ session }) =>
        session.tables.filter(({ request }) => request.mode === 'overwrite'),
      ),
    );
    for (const { session, commit } of this.#group) await session.kept.save(commit.settled ?? []);
    for (const { shared, key, columns } of this.#plans.values()) {
      if (shared.isToNote(key, columns)) await database.record(shared.name, key, columns);
    }
    await ledger.noteTables(
      run,
      [...this.#plans.values()].map(({ shared }) => shared.name),
    );
    const applied = this.#group.map((pending) => this.#outcome(pending));
    const records = [...applied.flatMap(({ facts }) => facts.record ?? []), ...failures.map(this.#ofBatch)];
    const known = new Set([
      ...this.#group.filter(({ session }) => session.facts.record).map(({ session }) => session.partition),
      // Whether a partition that failed had a record is not worth a question.
      ...failures.map(({ partition }) => partition),
    ]);
    await ledger.write(run, lastOfEach(records), known);
    await ledger.saveStates(run, this.#states(applied), hold.run);
    killPoint('partitions.after-ledger');
    const { commit } = this.#group.at(-1) ?? {};
    const fingerprint = this.#parts.keepsFingerprint ? null : (commit?.fingerprint ?? null);
    await hold.save({ fingerprint, format: commit?.format ?? 1 });
    await this.#parts.count(this.#group, sum(this.#deleted.values()));
    killPoint('partitions.before-commit');
    return applied;
  }

  async #bringColumns({ shared, columns, tables }: TablePlan): Promise<void> {
    if (shared.stored) {
      if (shared.stored !== columns) await this.#database.alterTable(shared.name, shared.stored, columns);
      return;
    }
    await this.#database.createTable(shared.name, columns);
    await this.#parts.ledger.forgetOthers(
      (sql) => this.#database.run(sql),
      shared.name,
      (name) => this.#database.storedName(name),
    );
    const key = tables.find(({ key: each, isScoped }) => each.length > 0 && !isScoped)?.key;
    if (key) await this.#database.makeKeyIndex?.(shared.name, key);
  }

  /** Removes the rows of the partitions that are replaced, where there can be any. */
  async #removeReplaced({ shared, tables }: TablePlan): Promise<void> {
    if (shared.stored === null) return;
    const mayHaveUnknown = this.#parts.mayHaveUnknown(shared);
    const replaced = tables.filter(
      ({ request, hasRecord }) => request.mode === 'overwrite' && (mayHaveUnknown || hasRecord()),
    );
    if (replaced.length === 0) return;
    const database = this.#database;
    const ids = replaced.map(({ partition }) => database.quoteText(partition));
    await database.change(
      `DELETE FROM ${database.quoteName(shared.name)} WHERE ${database.quoteName(PARTITION)} IN (${ids.join(', ')})`,
    );
  }

  /** Adds what waits as it is added. */
  async #pour(plan: TablePlan): Promise<void> {
    const stages = this.#loads
      .filter((load) => load.plan === plan && canPour(load))
      .map(({ stage }) => stage);
    if (stages.length > 0) await this.#database.pour?.(plan.shared.name, stages);
  }

  async #applyLoad({ plan, stage, columns, key, deletes, replaces, owner }: Load): Promise<void> {
    if (stage.isEmpty) return;
    const { shared } = plan;
    if (key.length > 0) await stage.analyze?.();
    const deleted = await applyStage({
      database: this.#database,
      stage,
      physicalName: shared.name,
      table: shared.name,
      columns,
      key,
      deletes,
      // Of what is replaced nothing is there any more.
      isNew: replaces,
      hasUniqueKey: !replaces && (await shared.hasUniqueKey(key)),
    });
    if (!owner || replaces) return;
    this.#deleted.set(owner.partition, (this.#deleted.get(owner.partition) ?? 0) + deleted);
  }

  #outcome({ session, commit }: PendingCommit): AppliedCommit {
    const { record: before, saved } = session.facts;
    const rows = session.tables.reduce((all, table) => all + table.rows, 0);
    const replaces = session.tables.some(({ request }) => request.mode === 'overwrite');
    const all = replaces ? rows : (before?.rows ?? 0) + rows;
    const isRetry = session.run.partition.retry !== undefined;
    const record: PartitionRecord = {
      partition: session.partition,
      // Rows that are given again are not the partition.
      status: isRetry ? 'unfinished' : statusAfter(commit),
      batch: this.#parts.batch,
      run: session.run.runId,
      code: null,
      message: null,
      endedAt: new Date().toISOString(),
      ...(isRetry ? before : {}),
      rows: all,
    };
    return {
      facts: { record, saved: savedAfter(saved, commit) },
      rowsDeleted: this.#deleted.get(session.partition) ?? 0,
    };
  }

  readonly #ofBatch = (record: PartitionRecord): PartitionRecord => ({ ...record, batch: this.#parts.batch });

  #states(applied: readonly AppliedCommit[]): PartitionState[] {
    return this.#group.flatMap(({ session, commit }, i) => {
      const saved = applied[i]?.facts.saved;
      return commit.state === null || !saved ? [] : [{ partition: session.partition, ...saved }];
    });
  }
}

function statusAfter({ isFinal, isPartial = false }: Commit): PartitionStatus {
  return isFinal && !isPartial ? 'completed' : 'unfinished';
}

function savedAfter(saved: SavedState, { state, fingerprint, format }: Commit): SavedState {
  return state === null ? saved : { state, version: saved.version + 1, fingerprint, format };
}

/** A partition may have failed and been tried again before its failure was noted. */
function lastOfEach(records: readonly PartitionRecord[]): readonly PartitionRecord[] {
  return [...new Map(records.map((record) => [record.partition, record])).values()];
}

function canPour({ stage, plan }: Load): boolean {
  return !stage.isEmpty && stage.canPour?.(plan.columns) === true;
}

function isThere({ shared }: TablePlan): boolean {
  return shared.stored !== null;
}

function hasColumn(columns: readonly TableColumn[] | null, name: string): boolean {
  return columns?.some((column) => column.name === name) ?? false;
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
