import { setMaxListeners } from 'node:events';
import { AbortError, ConfigError, ERROR_CODES, type ErrorCode, type HostError } from '../../sdk/errors.js';
import type { Partitioning } from '../../sdk/partitioning.js';
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
import type { PartitionControl, PartitionWork } from './partition-pool.js';
import type { PartitionResult, PartitionTask } from './partition-task.js';
import { PartitionTotals } from './partition-totals.js';
import { partitionWorker } from './partition-worker.js';
import { partitionsFailure } from './partitions-failure.js';
import { PartitionsProgress } from './partitions-progress.js';
import { prunePartitions } from './prune-partitions.js';
import { RowsLeft } from './rows-left.js';
import { nothingToResume, type SourcePartitions } from './source-partitions.js';

/** Partitions that are read at once where nobody says otherwise. */
const DEFAULT_CONCURRENCY = 4;
/** So many partitions that fail in a row, by passing faults or refusals, are an outage; more where many are read at once. */
const OUTAGE = 20;
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
  /** Partitions that ended last, all of them by passing faults or refusals. */
  #failedInARow = 0;
  #chosen = 0;
  #hasChosenAll = false;
  #notThere = 0;

  constructor(parts: PartitionedRunParts) {
    this.#parts = parts;
    this.#progress = new PartitionsProgress(parts.progress);
    this.#rowsLeft = new RowsLeft(parts.spec.limit);
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
    error = this.#decide(error, session?.ledger !== undefined);
    await this.#end(session, error);
    signal.removeEventListener('abort', onAbort);
    return { report: this.#report(error), error };
  }

  get #targetRun(): TargetRun {
    const { runId, pipeline, signal, options } = this.#parts;
    return { runId, pipeline, signal, commitEvery: options.commitEvery };
  }

  async #run(session: PartitionedSession): Promise<void> {
    const { spec, target, partitions, options } = this.#parts;
    const { ledger } = session;
    const guard = <T>(step: () => Promise<T>): Promise<T> => guardStep(target, step);
    const resumes = spec.resume ? await guard(() => this.#lastBatch(ledger)) : undefined;
    const batch = resumes ?? this.#newBatch();
    if (resumes || isOfLedger(batch.selection))
      guardLedger(session.saved ?? NOTHING_SAVED, { ...options, startsFromLedger: true });
    if (spec.prune) refusePrune(session, batch, target.label, partitions.scheme.isListable);
    await guard(() => refuseChangedScheme(ledger, partitions.scheme.partitioning));
    await guard(() => session.start(batch));
    await this.#readAll(session, resumes);
    if (spec.prune) await this.#prune(session, batch.id);
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
    const work: PartitionWork = (task, control) => {
      this.#totals.begin();
      const onStaged = (): void => {
        // One that was read whole, though its commit may have to wait for others.
        this.#failedInARow = 0;
        control.onStaged();
      };
      return untilStaged(read, task, { ...control, onStaged }, this.#parts.signal);
    };
    // With a limit the next one is told how many rows are left.
    const pool = new LocalPool({ concurrency: limit === undefined ? concurrency : 1 });
    for await (const result of pool.run(this.#tasks(session, resumes), work, this.#stop.signal)) {
      this.#totals.add(result);
      if (result.status === 'failed' && (spec.failFast === true || stopsAll(result.code)))
        this.#stop.abort(new AbortError('partition-failed'));
      else this.#stopAtOutage(result, concurrency);
    }
  }

  /** Where everything fails by passing faults or is refused, the others would as well, each after all of its retries. */
  #stopAtOutage({ status, code }: PartitionResult, concurrency: number): void {
    if (status === 'stopped' || this.#stop.signal.aborted) return;
    const isOfOutage =
      status === 'failed' &&
      code !== null &&
      (code === 'HTTP_REFUSED' || ERROR_CODES[code].class === 'TransientError');
    if (!isOfOutage) return;
    this.#failedInARow += 1;
    if (this.#failedInARow < Math.max(OUTAGE, 2 * concurrency)) return;
    this.#totals.warn(
      `${this.#failedInARow} partitions in a row failed, as when the source or the target is down, so no more were begun`,
    );
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

  async #prune(session: PartitionedSession, batch: string): Promise<void> {
    const { target, spec, signal } = this.#parts;
    const { ledger } = session;
    const { failed, unfinished, notRun } = this.#counts;
    if (!ledger || failed > 0 || unfinished > 0 || notRun !== 0) {
      this.#totals.warn(
        'partitions that are no longer listed were kept, since not all of the others completed',
      );
      return;
    }
    const { partitions, rows } = await guardStep(target, () =>
      prunePartitions({ session, ledger, batch, signal }, spec),
    );
    this.#progress.addDeleted(rows);
    if (partitions > 0)
      this.#totals.warn(
        `partitions that are no longer listed were removed: ${partitions}, with ${rows} rows`,
      );
  }

  /** What decides how the run ended: its own failure, or that of a partition. */
  #decide(failure: HostError | undefined, mayResume: boolean): HostError | undefined {
    const { worst } = this.#totals;
    if (!worst) return failure;
    if (failure && exitCodeRank(failure.exitCode) <= exitCodeRank(worst.exitCode)) return failure;
    return partitionsFailure(worst, this.#counts, mayResume);
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

/**
 * Does the work of a partition, which is stopped with the others only until its last row is with the target: what is
 * complete is committed, unless the run itself is stopped.
 */
async function untilStaged(
  work: PartitionWork,
  task: PartitionTask,
  { signal, onStaged }: PartitionControl,
  ofRun: AbortSignal,
): Promise<PartitionResult> {
  const own = new AbortController();
  let isStaged = false;
  const stop = (): void => {
    if (!isStaged || ofRun.aborted) own.abort(signal.reason);
  };
  if (signal.aborted) stop();
  for (const each of [signal, ofRun]) each.addEventListener('abort', stop, { once: true });
  try {
    return await work(task, {
      signal: own.signal,
      onStaged: () => {
        isStaged = true;
        onStaged();
      },
    });
  } finally {
    for (const each of [signal, ofRun]) each.removeEventListener('abort', stop);
  }
}

/** Refusals of what one partition asks, or would do, say nothing of the others. */
const OF_ONE: readonly ErrorCode[] = ['HTTP_REFUSED', 'GUARD_REFUSED'];

/** Failures that every other partition would have as well. */
function stopsAll(code: ErrorCode | null): boolean {
  if (code === null || OF_ONE.includes(code)) return false;
  return code === 'PIPELINE_FENCED' || ['AuthError', 'ConfigError'].includes(ERROR_CODES[code].class);
}

/** @throws ConfigError where what is gone cannot be known, or not be removed */
function refusePrune(
  session: PartitionedSession,
  { selection }: PartitionBatch,
  target: string,
  isListable: boolean,
): void {
  if (!session.ledger || !session.remove)
    throw unsupported(`${target} cannot remove partitions`, 'Leave --prune out.');
  if (!isListable)
    throw unsupported('--prune compares with a listing, and the connector cannot list', 'Leave --prune out.');
  if (selection === null || selection.trim() === 'all') return;
  throw new ConfigError(`--prune needs a run of all partitions, and this one is of ${selection}`, {
    code: 'CLI_USAGE',
    action: 'Leave --prune out, or run with --partition all.',
  });
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
