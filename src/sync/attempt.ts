import type { Connector, ReadRequest } from '../sdk/connector.js';
import type { ReadSchema } from '../sdk/schema.js';
import { killPoint } from '../targets/kill-point.js';
import { relationOf } from '../targets/relation.js';
import type { Commit, Committed, TargetSession } from '../targets/target.js';
import { CommitClock } from './commit-clock.js';
import { FlushQueue } from './flush-queue.js';
import { guardEmpty } from './guards.js';
import { Intake } from './intake.js';
import { OfferedState, stateOf } from './offered-state.js';
import { OwnColumns } from './own-columns.js';
import type { DatasetShape } from './shape/dataset-shape.js';
import { readEmissions, SourceFailure } from './read-emissions.js';
import type { RunPlan } from './run-plan.js';
import type { RowRejects } from './row-rejects.js';
import { runRecord, type RunReport } from './run-report.js';
import type { SyncRequest } from './sync-request.js';
import { TableSet } from './table-set.js';
import type { Warning } from './warning.js';

/** Longest time that rows wait for others when the target shows them at once, in milliseconds. */
const IMMEDIATE_FLUSH_MS = 200;
/** Share of a run's time that copying states may take before it is said. */
const STATE_SHARE = 0.05;

/** What an {@link Attempt} works with. */
export interface AttemptParts {
  readonly request: SyncRequest;
  readonly plan: RunPlan;
  readonly session: TargetSession;
  /** What rows become before they are written; absent: they stay as they are. */
  readonly shape: DatasetShape | undefined;
  /** Where rows go that are kept aside. */
  readonly rejects: RowRejects;
  /** Called when everything was read and given to the target. @throws RowError where too many rows are bad */
  readonly onRead: () => void;
  /** Aborted when no more rows are needed. */
  readonly source: AbortController;
  /** The state to read on from, as JSON text; null: from nothing. */
  readonly state: string | null;
  readonly onFailure: (error: unknown) => void;
  readonly isOver: () => boolean;
  readonly warn: (warning: Warning) => void;
  readonly onCommitted: (committed: Committed | undefined) => void;
}

/** One read of the source, from the last commit to the final one. */
export class Attempt {
  readonly #parts: AttemptParts;
  readonly #queue: FlushQueue;
  readonly #tables: TableSet;
  readonly #offered: OfferedState;
  readonly #clock: CommitClock;
  readonly #intake: Intake;
  #committedState: string | null;
  #startsEmpty = false;
  /** True: a limit ended the read. */
  #isPartial = false;

  constructor(parts: AttemptParts) {
    const { request, session, plan, state } = parts;
    const { progress, recordsLimit: limit, options = {}, target } = request;
    this.#parts = parts;
    this.#committedState = state;
    this.#queue = new FlushQueue(parts.onFailure);
    this.#tables = new TableSet({
      session,
      queue: this.#queue,
      progress,
      capabilities: target.capabilities,
      limit,
      options,
      shape: parts.shape,
      rejects: parts.rejects,
      declared: new Set(plan.schema.tables?.keys()),
      own: ownColumns(request),
    });
    this.#offered = new OfferedState(state);
    this.#clock = new CommitClock(options.commitEvery);
    this.#intake = new Intake({
      plan,
      table: request.table,
      tables: this.#tables,
      offered: this.#offered,
      progress,
      limit,
      // Of what is replaced nothing older may come back, so rows that go cannot be discarded with their tables.
      holdsBack: this.#isResumed && (!session.discard || options.fullRefresh === true),
      onOffer: () => this.#onOffer(),
      onDataset: () => (this.#startsEmpty = plan.replaces && state !== null && state !== '{}'),
    });
  }

  get reports(): RunReport['tables'] {
    return this.#tables.reports(this.#parts.request.target.capabilities.transactional);
  }

  get isPartial(): boolean {
    return this.#isPartial;
  }

  /** Where the next read goes on: at the last commit, or from nothing where tables are replaced as a whole. */
  get stateToReadOn(): string | null {
    // Which rows are missing is only known of a read from the start.
    const isAnew = this.#replaces || this.#parts.request.options?.deleteMissing !== undefined;
    return isAnew ? null : this.#committedState;
  }

  /** A partition that a limit has cut is not complete, so that a resumed run reads it again. */
  get #isResumed(): boolean {
    const { partition } = this.#parts.request;
    return partition !== undefined && partition.retry === undefined;
  }

  /** While nobody knows what comes, nothing is replaced: the first row says so. */
  get #replaces(): boolean {
    const { plan } = this.#parts;
    return plan.mode === 'overwrite' || (plan.replaces && this.#intake.kind === 'dataset');
  }

  /**
   * Reads to the end and commits.
   *
   * @returns `start-empty`: nothing was done, since the source must be read without a state
   */
  async run(connector: Connector, datasetSchema: ReadSchema): Promise<'done' | 'start-empty'> {
    const { request, isOver } = this.#parts;
    const { progress, target } = request;
    await this.#intake.openDeclared();
    if (isOver()) return 'done';
    progress.enter('source');
    const stopFlushing = target.capabilities.immediate ? this.#flushRegularly() : undefined;
    let isComplete: boolean;
    try {
      isComplete = (await this.#readWhole(connector)) ?? (await this.#readRows(connector, datasetSchema));
    } finally {
      stopFlushing?.();
    }
    if (isOver()) return 'done';
    if (this.#startsEmpty) return 'start-empty';
    await this.#finish(isComplete);
    return 'done';
  }

  /** Whether all was read, where it is handed over as a whole; undefined: nothing was. */
  async #readWhole(connector: Connector): Promise<boolean | undefined> {
    const relation = await relationOf(connector, this.#parts.request.recordsLimit);
    const isEnough = relation && (await this.#intake.takeWhole(relation));
    return isEnough === undefined ? undefined : !isEnough;
  }

  /** @returns whether the source ended by itself */
  async #readRows(connector: Connector, datasetSchema: ReadSchema): Promise<boolean> {
    const { request, source, state, isOver } = this.#parts;
    if (isOver()) return false;
    const emissions = generateRows(connector, {
      datasetSchema,
      datasetPartitioning: request.partition?.partitioning ?? null,
      partitionId: request.partition?.id ?? null,
      recordsLimit: request.recordsLimit,
      state: stateOf(state),
      signal: source.signal,
    });
    return readEmissions(emissions, {
      take: (emission) => this.#intake.take(emission),
      isOver,
      onEnough: () => source.abort(),
      onCloseFailure: (failure) => this.#parts.warn({ failure }),
    });
  }

  /** Waits until nothing is on its way to the target. */
  settle(): Promise<void> {
    return this.#queue.settle();
  }

  #onOffer(): Promise<void> | undefined {
    const { session, request } = this.#parts;
    killPoint('sync.after-offer');
    // What is replaced as a whole has one commit, and so has a target that keeps no state.
    if (!session.saved || this.#replaces || this.#intake.kind === 'unknown') return undefined;
    return this.#clock.isDue(request.progress.rowsRead) ? this.#commit(false) : undefined;
  }

  async #finish(isComplete: boolean): Promise<void> {
    const { plan, request, warn } = this.#parts;
    const { options = {} } = request;
    // A source that says nothing, and has a state, is a sync without news.
    const hasHistory = this.#offered.hasState || (this.#parts.session.saved?.state ?? '{}') !== '{}';
    const others = isComplete ? await this.#tablesToEmpty(hasHistory) : [];
    if (this.#intake.kind === 'unknown' && !hasHistory && others.length === 0)
      await this.#intake.openDataset();
    this.#isPartial = !isComplete;
    if (!isComplete && (await this.#dropLooseRows())) {
      await this.#commit(true);
      return;
    }
    if (isComplete && this.#intake.looseRows > 0 && this.#offered.hasState) {
      warn(
        `${this.#intake.looseRows} rows without a key came after the last checkpoint; the next run would add them again`,
      );
    }
    if (isComplete) this.#checkNames();
    if (others.length > 0) await this.#intake.emptyOthers(others);
    await this.#tables.addNullColumns();
    await this.#tables.drain();
    if (this.#parts.isOver()) return;
    this.#parts.onRead();
    const all = this.#tables.all;
    for (const { name, contract } of all) {
      for (const [column, values] of contract?.discarded ?? []) {
        warn(
          `${values} values of column "${column}" of table "${name}" were left out, as --schema-contract discard says`,
        );
      }
    }
    if (all.every(({ mode }) => mode === 'overwrite')) {
      guardEmpty(
        all.map(({ name, buffer, table }) => ({ name, rows: buffer.rowsFlushed, before: table.before })),
        options,
        this.#parts.session.rowsOfPartition,
      );
    }
    if (plan.kind !== 'sync' && all.length === 1 && all[0]?.tracker.columns.length === 0) {
      warn('no rows came and no columns are declared, so no table was written');
    }
    await this.#commit(true);
    const { seconds } = request.progress;
    if (this.#offered.seconds > 1 && this.#offered.seconds > seconds * STATE_SHARE) {
      warn(
        `copying the state took ${this.#offered.seconds.toFixed(1)} of ${seconds.toFixed(1)} s; offer patches with { merge: true }`,
      );
    }
  }

  /**
   * Tables that got rows of a partition before. Where it is replaced, what nothing came for now goes too: nobody declares such
   * tables, so they are not open yet.
   */
  async #tablesToEmpty(hasHistory: boolean): Promise<readonly string[]> {
    const { plan, session, request } = this.#parts;
    const { kind } = this.#intake;
    if (plan.mode !== 'overwrite' || kind === 'dataset' || !this.#isResumed) return [];
    const names = (await session.tablesOfPartition?.()) ?? [];
    // Those of a dataset, which gave no row this time; it is opened as such where it has no state.
    const isDataset = names.every((name) => name === request.table || name.startsWith(`${request.table}__`));
    return kind === 'unknown' && isDataset && !hasHistory ? [] : names;
  }

  /** A read of everything has seen every name; one of what is new may not have. */
  #checkNames(): void {
    const { shape, state, warn, request } = this.#parts;
    if (!shape) return;
    // Nor has one of a single partition.
    if (request.partition === undefined && (state === null || state === '{}')) shape.checkUsed();
    else for (const problem of shape.unmatched()) warn(problem);
  }

  /**
   * With a limit the read ends in the middle: what the last offered state does not cover would come again.
   * @returns whether all rows went, with their tables
   */
  async #dropLooseRows(): Promise<boolean> {
    const { looseRows, goesOn } = this.#intake;
    if (looseRows === 0 || !(goesOn || this.#isResumed)) return false;
    const { warn } = this.#parts;
    if (this.#offered.hasState || !this.#isResumed)
      warn(
        `${looseRows} rows without a key came after the last checkpoint and were left out; the next run reads them`,
      );
    else
      warn(
        `${looseRows} rows without a key were left out, since the limit ended the read of their partition; a run with --resume reads them`,
      );
    if (!goesOn) {
      await this.#discard();
      return true;
    }
    for (const { buffer, isLoose } of this.#tables.all) if (isLoose) buffer.clear();
    return false;
  }

  /** Gives up all rows: where nothing was offered, none is committed. */
  async #discard(): Promise<void> {
    const { session, request } = this.#parts;
    const { progress } = request;
    for (const { buffer } of this.#tables.all) buffer.clear();
    await this.#tables.drain();
    await session.discard?.();
    this.#tables.forget();
    progress.rowsWritten = progress.rowsCommitted;
    progress.rowsRejected = progress.rowsRejectedCommitted;
  }

  async #commit(isFinal: boolean): Promise<void> {
    const { session, request, onCommitted } = this.#parts;
    const { progress, signal, options = {} } = request;
    await this.#tables.drain();
    if (this.#parts.isOver()) return;
    signal.throwIfAborted();
    progress.enter('target');
    const hasOffers = this.#offered.offers > 0;
    const state = hasOffers || options.keepState === true ? this.#offered.text : this.#stateWithoutOffers;
    const commit: Commit = {
      isFinal,
      state,
      fingerprint: options.params?.fingerprint ?? null,
      format: options.stateFormat ?? 1,
      record: runRecord(undefined, progress, progress.commits + 1),
      keepsMissing: progress.rowsRejected > 0,
      ...(isFinal && this.#isPartial ? { isPartial: true } : {}),
      ...(isFinal && request.retried ? { settled: request.retried.map(({ id }) => id) } : {}),
    };
    if (isFinal && commit.keepsMissing && (options.deleteMissing || options.startsFromLedger))
      this.#parts.warn('rows of the source were kept aside, so none was removed for having been missed');
    killPoint(isFinal ? 'sync.before-final-commit' : 'sync.before-commit');
    const committed = (await session.commit(commit)) ?? undefined;
    killPoint('sync.after-commit');
    progress.commits += 1;
    progress.rowsWritten = session.rowsWritten ?? progress.rowsWritten;
    progress.rowsCommitted = progress.rowsWritten;
    progress.rowsReadCommitted = progress.rowsRead;
    progress.rowsRejectedCommitted = progress.rowsRejected;
    progress.rowsDeleted += committed?.rowsDeleted ?? 0;
    this.#tables.committed();
    this.#clock.committed(progress.rowsRead);
    if (hasOffers) this.#committedState = state;
    onCommitted(committed);
    progress.enter('source');
  }

  /** A table that was replaced does not go with the state of the old one. */
  get #stateWithoutOffers(): string | null {
    const isForgotten = this.#replaces && this.#tables.all.length > 0;
    return isForgotten && (this.#parts.session.saved?.state ?? null) !== null ? '{}' : null;
  }

  #flushRegularly(): () => void {
    // A failure reaches the run by the queue's own onFailure.
    const flush = (): void => {
      if (!this.#queue.isIdle) return;
      for (const { buffer } of this.#tables.all) buffer.flush().catch(() => undefined);
    };
    const timer = setInterval(flush, IMMEDIATE_FLUSH_MS).unref();
    return () => clearInterval(timer);
  }
}

function ownColumns({
  options,
  runId,
  progress,
  partitionOf: partition,
}: SyncRequest): OwnColumns | undefined {
  const audit = options?.auditColumns ? { runId, loadedAt: progress.startedOn } : undefined;
  return audit || partition ? new OwnColumns({ audit, partition }) : undefined;
}

/** It need not be a generator, so it may fail when it is called. */
function generateRows(connector: Connector, request: ReadRequest): unknown {
  try {
    return connector.generateRows(request);
  } catch (error) {
    throw new SourceFailure(error);
  }
}
