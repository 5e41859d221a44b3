import { setMaxListeners } from 'node:events';
import { AbortError, ConfigError, type HostError } from '../../sdk/errors.js';
import type { Partitioning } from '../../sdk/partitioning.js';
import { BadRows } from '../../sync/bad-rows.js';
import { explainFailure } from '../../sync/explain-failure.js';
import { guardStep } from '../../sync/guard-target.js';
import type { PagingLog } from '../../sync/paging-log.js';
import type { RunProgress } from '../../sync/run-progress.js';
import { makeReport, runRecord, type PartitionCounts, type RunReport } from '../../sync/run-report.js';
import type { SyncOutcome } from '../../sync/sync.js';
import type { SyncOptions } from '../../sync/sync-options.js';
import { guardLedger } from '../../sync/start-state.js';
import type { PartitionBatch, PartitionLedger } from '../../targets/partitions/partition-ledger.js';
import type { PartitionedSession, SavedState, Target, TargetRun } from '../../targets/target.js';
import { exitCodeRank } from '../exit-code-order.js';
import { toHostError } from '../http/http-error.js';
import { parseSelection } from '../partitions/parse-selection.js';
import type { RunSpec } from '../run-spec.js';
import type { OpenedSource } from '../sources/opened-source.js';
import { LocalPool } from './local-pool.js';
import { dimensionsText } from './dimensions-text.js';
import type { PartitionWork } from './partition-pool.js';
import type { PartitionResult, PartitionTask } from './partition-task.js';
import { PartitionTotals } from './partition-totals.js';
import { partitionWorker } from './partition-worker.js';
import { partitionsFailure, partitionsStopped } from './partitions-failure.js';
import { PartitionsProgress } from './partitions-progress.js';
import { Pruning } from './pruning.js';
import { RowsLeft } from './rows-left.js';
import { StopRules } from './stop-rules.js';
import { nothingToResume, type SourcePartitions } from './source-partitions.js';
import { untilStaged } from './until-staged.js';

/** Partitions that are read at once where nobody says otherwise. */
const DEFAULT_CONCURRENCY = 4;
/** Longest time that the first partition is read alone, in milliseconds: what all fail by is found by one as a rule. */
const ALONE_MS = 50;
const NOTHING_SAVED: SavedState = { state: null, version: 0, fingerprint: null, format: 1 };

/** What a {@link PartitionedRun} is made of. */
export interface PartitionedRunParts {
  readonly runId: string;
  readonly pipeline: string;
  readonly spec: RunSpec;
  readonly opened: OpenedSource;
  readonly partitions: SourcePartitions;
  readonly target: Target;
  /** The target's table of a dataset. */
  readonly table: string;
  readonly options: SyncOptions;
  /** Stops the run; its reason is an AbortError. */
  readonly signal: AbortSignal;
  readonly progress: RunProgress;
  readonly paging: PagingLog;
  readonly redact: (text: string) => string;
}

/**
 * A run of partitions into a target that keeps them apart: claims the pipeline, notes what was chosen, reads several at a time,
 * and goes on where one of them fails.
 */
export class PartitionedRun {
  readonly #parts: PartitionedRunParts;
  readonly #totals = new PartitionTotals();
  readonly #progress: PartitionsProgress;
  readonly #rowsLeft: RowsLeft;
  /** Aborted when no partition is begun or read any more. */
  readonly #stop = new AbortController();
  readonly #stopRules: StopRules;
  /** Why no more partitions were begun, where the failure of one of them does not say. */
  #outage: string | undefined;
  /** True: the target knows what was chosen, so that the run can be resumed. */
  #mayResume = false;
  #chosen = 0;
  #hasChosenAll = false;
  #notThere = 0;

  constructor(parts: PartitionedRunParts) {
    this.#parts = parts;
    this.#progress = new PartitionsProgress(parts.progress);
    const { limit, failFast = false, concurrency = DEFAULT_CONCURRENCY } = parts.spec;
    this.#rowsLeft = new RowsLeft(limit);
    this.#stopRules = new StopRules({ isFailFast: failFast, concurrency });
  }

  /** Runs to the end. Never throws: how it ended is in the outcome. */
  async execute(): Promise<SyncOutcome> {
    const { signal, target } = this.#parts;
    // Each partition that is read or waits for its commit listens.
    setMaxListeners(0, this.#stop.signal, signal);
    const onAbort = (): void => this.#stop.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    let session: PartitionedSession | undefined;
    let error: HostError | undefined;
    try {
      signal.throwIfAborted();
      session = await guardStep(target, async () => target.beginPartitions?.(this.#targetRun));
      if (session) await this.#run(session);
      signal.throwIfAborted();
    } catch (failure) {
      error = this.#explain(failure);
    }
    error = this.#decide(error);
    await this.#end(session, error);
    signal.removeEventListener('abort', onAbort);
    return { report: this.#report(error), error };
  }

  get #targetRun(): TargetRun {
    const { runId, pipeline, signal, options } = this.#parts;
    return { runId, pipeline, signal, commitEvery: options.commitEvery };
  }

  async #run(session: PartitionedSession): Promise<void> {
    const { spec, target, partitions, options, signal } = this.#parts;
    const { ledger } = session;
    const guard = <T>(step: () => Promise<T>): Promise<T> => guardStep(target, step);
    const resumes = spec.resume ? await guard(() => this.#lastBatch(ledger)) : undefined;
    const batch = resumes ?? this.#newBatch();
    if (resumes || isOfLedger(batch.selection))
      guardLedger(session.saved ?? NOTHING_SAVED, { ...options, startsFromLedger: true });
    const { label } = target;
    const { isListable } = partitions.scheme;
    const pruning = spec.prune
      ? new Pruning({ session, batch, target: label, isListable, signal, spec })
      : undefined;
    await guard(() => refuseChangedScheme(ledger, partitions.scheme.partitioning));
    if (pruning) await this.#guardPruning(pruning);
    await guard(() => session.start(batch));
    this.#mayResume = ledger !== undefined;
    await this.#readAll(session, resumes);
    signal.throwIfAborted();
    this.#judgeBadRows();
    if (pruning) await this.#prune(pruning);
  }

  /** Of few rows a share is known only when all of them were read. @throws RowError TOO_MANY_BAD_ROWS */
  #judgeBadRows(): void {
    const { badRows } = this.#parts.options;
    if (!badRows || this.#totals.worst?.code === 'TOO_MANY_BAD_ROWS') return;
    const { rowsRead, rowsRejected } = this.#progress;
    new BadRows(badRows, { rowsRead, rowsRejected }).end();
  }

  /** Lists what there is before the partitions are read: a run that must not prune reads none. */
  async #guardPruning(pruning: Pruning): Promise<void> {
    const { target, partitions, signal } = this.#parts;
    // What is odd about the listing is told when it is read.
    const listed = partitions.select({ signal, warn: () => undefined });
    await guardStep(target, () => pruning.guard(listed));
  }

  /** The batch that --resume goes on with. */
  async #lastBatch(ledger: PartitionLedger | undefined): Promise<PartitionBatch> {
    const { target, pipeline } = this.#parts;
    if (!ledger)
      throw unsupported(`${target.label} does not remember partitions, so there is nothing to resume`);
    const batch = await ledger.batch();
    if (batch) return batch;
    throw nothingToResume(`pipeline "${pipeline}"`);
  }

  #newBatch(): PartitionBatch {
    const { runId, partitions } = this.#parts;
    const { selection, now, scheme } = partitions;
    return { id: runId, selection, now: now.toISOString(), partitioning: scheme.partitioning };
  }

  async #readAll(session: PartitionedSession, resumes: PartitionBatch | undefined): Promise<void> {
    const { spec, opened, partitions, target, table, options, paging, redact } = this.#parts;
    const { partitioning } = partitions.scheme;
    const { limit, concurrency = DEFAULT_CONCURRENCY } = spec;
    const read = partitionWorker({
      opened,
      partitioning,
      session,
      target,
      table,
      options,
      progress: this.#progress,
      paging,
      rowsLeft: this.#rowsLeft,
      redact,
    });
    const work: PartitionWork = async (task, control) => {
      this.#totals.begin();
      const onStaged = (): void => {
        this.#stopRules.noteStaged();
        control.onStaged();
      };
      const result = await untilStaged(read, task, { ...control, onStaged }, this.#parts.signal);
      // Before its place is free for another one.
      this.#stopAfter(result);
      return result;
    };
    // With a limit the next one is told how many rows are left.
    const pool = new LocalPool({ concurrency: limit === undefined ? concurrency : 1, aloneMs: ALONE_MS });
    const results = pool.run(this.#tasks(session, resumes), work, this.#stop.signal);
    for await (const result of results) this.#totals.add(result);
  }

  /** Begins no more partitions where they would fail as well. */
  #stopAfter(result: PartitionResult): void {
    if (this.#stop.signal.aborted) return;
    const verdict = this.#stopRules.judge(result);
    if (!verdict) return;
    this.#outage = verdict.warning;
    if (verdict.warning !== undefined) this.#totals.warn(verdict.warning);
    this.#stop.abort(new AbortError('partition-failed'));
  }

  async *#tasks(
    session: PartitionedSession,
    resumes: PartitionBatch | undefined,
  ): AsyncIterable<PartitionTask> {
    const { runId: run, pipeline, partitions, target } = this.#parts;
    const pages = partitions.select({
      ledger: session.ledger,
      resumes,
      signal: this.#stop.signal,
      warn: (text) => this.#totals.warn(text),
      onNotThere: (count) => (this.#notThere = count),
    });
    for await (const page of pages) {
      this.#chosen += page.length;
      await guardStep(target, async () => session.expect?.(page));
      for (const partition of page) {
        if (this.#rowsLeft.isNone) return;
        yield { run, pipeline, partition, attempt: 1, recordsLimit: this.#rowsLeft.recordsLimit };
      }
    }
    this.#hasChosenAll = true;
  }

  get #counts(): PartitionCounts {
    return this.#totals.counts(this.#hasChosenAll ? this.#chosen : null, this.#notThere);
  }

  async #prune(pruning: Pruning): Promise<void> {
    const { failed, unfinished, notRun } = this.#counts;
    if (failed > 0 || unfinished > 0 || notRun !== 0) {
      this.#totals.warn(
        'partitions that are no longer listed were kept, since not all of the others completed',
      );
      return;
    }
    const { partitions, rows } = await guardStep(this.#parts.target, () => pruning.remove());
    this.#progress.addDeleted(rows);
    if (partitions > 0)
      this.#totals.warn(
        `partitions that are no longer listed were removed: ${partitions}, with ${rows} rows`,
      );
  }

  /** What decides how the run ended: its own failure, or that of a partition. */
  #decide(failure: HostError | undefined): HostError | undefined {
    const { worst } = this.#totals;
    if (failure && (!worst || exitCodeRank(failure.exitCode) <= exitCodeRank(worst.exitCode)))
      return this.#mayResume ? partitionsStopped(failure, this.#counts) : failure;
    return (
      worst && partitionsFailure(worst, this.#counts, { mayResume: this.#mayResume, outage: this.#outage })
    );
  }

  async #end(session: PartitionedSession | undefined, error: HostError | undefined): Promise<void> {
    const { progress, target, redact } = this.#parts;
    progress.refresh();
    if (!session) return;
    const record = runRecord(error, progress, progress.commits);
    const redacted = { ...record, message: record.message === null ? null : redact(record.message) };
    try {
      await guardStep(target, () => (error ? session.rollback(redacted) : session.finish(redacted)));
    } catch (failure) {
      // What was committed stays committed.
      this.#totals.warn(`while cleaning up: ${this.#explain(failure).message}`);
    }
  }

  #report(error: HostError | undefined): RunReport {
    const { runId: run, pipeline, progress, paging } = this.#parts;
    const { tables, warnings, reports: partitions } = this.#totals;
    const report = makeReport({ run, pipeline, progress, tables, paging: paging.entries, warnings, error });
    return { ...report, waitingOn: this.#progress.waitingOn, partitions, partitionCounts: this.#counts };
  }

  #explain(error: unknown): HostError {
    return explainFailure(error, toHostError);
  }
}

/** Whether the partitions are found in the ledger, so that what is in it must be of the same parameters. */
function isOfLedger(selection: string | null): boolean {
  const read = selection === null ? undefined : parseSelection(selection);
  return read?.kind === 'word' && (read.word === 'missing' || read.word === 'failed');
}

/** @throws ConfigError PARTITIONING_CHANGED where the target has partitions by other dimensions */
async function refuseChangedScheme(ledger: PartitionLedger | undefined, now: Partitioning): Promise<void> {
  const before = (await ledger?.batch())?.partitioning;
  if (!ledger || !before || dimensionsText(before) === dimensionsText(now)) return;
  for await (const page of ledger.list()) {
    if (page.length === 0) continue;
    throw new ConfigError(
      `the pipeline was loaded by ${dimensionsText(before)}, and is by ${dimensionsText(now)} now`,
      { code: 'PARTITIONING_CHANGED' },
    );
  }
}

function unsupported(message: string, action?: string): ConfigError {
  return new ConfigError(message, { code: 'PARTITIONS_UNSUPPORTED', ...(action ? { action } : {}) });
}
