import type {
  Commit,
  Committed,
  RejectedRow,
  RunRecord,
  SavedState,
  TableRequest,
  TargetSession,
  TargetTable,
} from '../../target.js';
import type { PartitionRecord } from '../../partitions/partition-ledger.js';
import type { PartitionRun } from '../../target.js';
import type { KeptAside } from './partition-database.js';
import type { PartitionTable } from './partition-table.js';

/** What is known of a partition before it is begun. */
export interface PartitionFacts {
  /** Undefined: it was never tried. */
  readonly record: PartitionRecord | undefined;
  readonly saved: SavedState;
}

/** A commit of one partition that waits for its group. */
export interface PendingCommit {
  readonly session: PartitionSession;
  readonly commit: Commit;
  /** {@link PartitionSession.life} of the session when it was given. */
  readonly life: number;
  readonly resolve: (committed: Committed) => void;
  readonly reject: (error: unknown) => void;
}

/** What a {@link PartitionSession} works with. */
export interface PartitionSessionParts {
  readonly run: PartitionRun;
  readonly facts: PartitionFacts;
  readonly kept: KeptAside;
  readonly openTable: (session: PartitionSession, request: TableRequest) => Promise<PartitionTable>;
  readonly commit: (pending: PendingCommit) => void;
  readonly noteFailure: (record: PartitionRecord) => void;
  /** Called once, when nothing more comes of it. */
  readonly onEnd: () => void;
  readonly tablesLike: (prefix: string) => Promise<readonly string[]>;
  /** Tables that may have rows of the partition, from runs before this one. */
  readonly tablesBefore: (session: PartitionSession) => readonly string[];
  /** Does a step on the connection when no other one is done there. */
  readonly inTurn: <T>(step: () => Promise<T>) => Promise<T>;
}

/** One partition of a run: its rows wait until they are applied together with those of others. */
export class PartitionSession implements TargetSession {
  readonly bytes = 0;
  readonly #parts: PartitionSessionParts;
  #tables: PartitionTable[] = [];
  #facts: PartitionFacts;
  /** What its last commit said of it. */
  #record: RunRecord | undefined;
  /** True: nothing more comes of it. */
  #isComplete = false;
  #life = 0;

  constructor(parts: PartitionSessionParts) {
    this.#parts = parts;
    this.#facts = parts.facts;
  }

  get saved(): SavedState {
    return this.#facts.saved;
  }

  /** Another one after each {@link discard}: what was given before it is not wanted any more. */
  get life(): number {
    return this.#life;
  }

  get partition(): string {
    return this.#parts.run.partition.id;
  }

  get run(): PartitionRun {
    return this.#parts.run;
  }

  get tables(): readonly PartitionTable[] {
    return this.#tables;
  }

  get kept(): KeptAside {
    return this.#parts.kept;
  }

  /** As they are now, with what its own commits did. */
  get facts(): PartitionFacts {
    return this.#facts;
  }

  /** What its last commit said of it. */
  get record(): RunRecord | undefined {
    return this.#record;
  }

  async openTable(request: TableRequest): Promise<TargetTable> {
    const table = await this.#parts.openTable(this, request);
    this.#tables.push(table);
    return table;
  }

  commit(commit: Commit): Promise<Committed> {
    const { commit: add, run } = this.#parts;
    return new Promise((resolve, reject) => {
      add({ session: this, commit, life: this.#life, resolve, reject });
      if (commit.isFinal) this.#end();
      if (commit.isFinal) run.partition.onStaged?.();
    });
  }

  /** Called when its commit took place; in turn. */
  async committed(facts: PartitionFacts, { record }: Commit): Promise<void> {
    this.#facts = facts;
    this.#record = record ?? this.#record;
    this.kept.clear();
    for (const table of this.#tables) await table.clear();
  }

  /** Whether keys of a table are unique within the partition alone. */
  isScoped({ mode, name }: Pick<TableRequest, 'mode' | 'name'>): boolean {
    return mode === 'overwrite' || this.run.partition.retry?.scoped.has(name) === true;
  }

  reject(rows: readonly RejectedRow[]): void {
    const scoped = new Set(
      this.#tables.filter(({ isScoped, request }) => isScoped && request.primaryKey.length > 0).map(nameOf),
    );
    this.kept.add(rows.map((row) => (scoped.has(row.table) ? { ...row, isReplacing: true } : row)));
  }

  tablesLike(prefix: string): Promise<readonly string[]> {
    return this.#parts.tablesLike(prefix);
  }

  async tablesOfPartition(): Promise<readonly string[]> {
    return this.#parts.tablesBefore(this);
  }

  async discard(): Promise<void> {
    // A commit that still waits is not applied any more; one that is being applied has all of its rows until it is done.
    this.#life += 1;
    await this.#parts.inTurn(async () => {
      const tables = this.#tables;
      this.#tables = [];
      this.kept.clear();
      for (const table of tables) await table.clear();
    });
  }

  async rollback(record?: RunRecord): Promise<void> {
    this.#end();
    // That rows were not taken again says nothing of the partition.
    const mayNote = this.run.partition.retry === undefined;
    if (mayNote && record?.status === 'failed') this.#parts.noteFailure(this.#failure(record));
    await this.discard();
  }

  async finish(): Promise<void> {
    // The group that it was committed with has ended everything.
  }

  #end(): void {
    if (!this.#isComplete) this.#parts.onEnd();
    this.#isComplete = true;
  }

  #failure({ code, message }: RunRecord): PartitionRecord {
    return {
      partition: this.partition,
      status: 'failed',
      batch: '',
      run: this.run.runId,
      rows: this.#facts.record?.rows ?? 0,
      code,
      message,
      endedAt: new Date().toISOString(),
    };
  }
}

function nameOf({ request }: PartitionTable): string {
  return request.name;
}
