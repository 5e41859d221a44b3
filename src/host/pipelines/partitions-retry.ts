import { randomUUID } from 'node:crypto';
import { ConfigError, type HostError } from '../../sdk/errors.js';
import { explainFailure } from '../../sync/explain-failure.js';
import { guardStep } from '../../sync/guard-target.js';
import { makeReport, runRecord } from '../../sync/run-report.js';
import type { SyncOutcome } from '../../sync/sync.js';
import type { PartitionBatch } from '../../targets/partitions/partition-ledger.js';
import type { KeptRow, PartitionedSession } from '../../targets/target.js';
import { toHostError } from '../http/http-error.js';
import { partitionResult } from '../partition-runner/partition-result.js';
import { partitionTarget } from '../partition-runner/partition-target.js';
import { PartitionTotals } from '../partition-runner/partition-totals.js';
import { partitionsFailure } from '../partition-runner/partitions-failure.js';
import { PartitionsProgress } from '../partition-runner/partitions-progress.js';
import type { GiveRows, RetryParts, RetryPlace } from './retry-parts.js';

/**
 * Gives rows of partitions back to their partitions, one after the other, each with a commit of its own. The first that fails
 * ends it; its rows and those of the others stay.
 */
export class PartitionsRetry {
  readonly #parts: RetryParts;
  readonly #give: GiveRows;
  readonly #runId = randomUUID();
  readonly #totals = new PartitionTotals();
  readonly #progress: PartitionsProgress;
  /** Partitions that have rows. */
  #chosen = 0;

  constructor(parts: RetryParts, give: GiveRows) {
    this.#parts = parts;
    this.#give = give;
    this.#progress = new PartitionsProgress(parts.progress);
  }

  /**
   * Never throws: how it ended is in the outcome.
   * @param whole where rows without a partition go
   */
  async execute(rows: readonly KeptRow[], whole: Omit<RetryPlace, 'progress'>): Promise<SyncOutcome> {
    const { pipeline, progress } = this.#parts;
    const error = (await this.#giveAll(byPartition(rows))) ?? (await this.#giveWhole(rows, whole));
    progress.refresh();
    const { tables, warnings, reports: partitions } = this.#totals;
    const report = makeReport({ run: this.#runId, pipeline, progress, tables, warnings, error });
    const { waitingOn } = this.#progress;
    const partitionCounts = this.#totals.counts(this.#chosen, 0);
    return { report: { ...report, waitingOn, partitions, partitionCounts }, error };
  }

  async #giveAll(rows: ReadonlyMap<string, readonly KeptRow[]>): Promise<HostError | undefined> {
    const { target, pipeline, signal } = this.#parts;
    this.#chosen = rows.size;
    let session: PartitionedSession | undefined;
    let error: HostError | undefined;
    try {
      signal.throwIfAborted();
      const run = { runId: this.#runId, pipeline, signal };
      session = await guardStep(target, async () => target.beginPartitions?.(run));
      if (session) error = await this.#giveEach(session, rows);
    } catch (failure) {
      error = explainFailure(failure, toHostError);
    }
    if (session) await this.#end(session, error);
    return error;
  }

  async #giveEach(
    session: PartitionedSession,
    rows: ReadonlyMap<string, readonly KeptRow[]>,
  ): Promise<HostError | undefined> {
    const { target } = this.#parts;
    const batch = await guardStep(target, async () => session.ledger?.batch());
    if (!batch) throw withoutBatch(this.#parts.pipeline);
    // It goes on as it was, so that a run of it can still be resumed.
    await guardStep(target, () => session.start(batch));
    for (const [partition, some] of rows) {
      const error = await this.#giveOne(session, batch, partition, some);
      if (error) return error;
    }
    return undefined;
  }

  async #giveOne(
    session: PartitionedSession,
    { partitioning }: PartitionBatch,
    id: string,
    rows: readonly KeptRow[],
  ): Promise<HostError | undefined> {
    const { target, redact } = this.#parts;
    const states = await guardStep(target, async () => session.ledger?.states([id]));
    const progress = this.#progress.begin();
    this.#totals.begin();
    const outcome = await this.#give(rows, {
      runId: this.#runId,
      target: partitionTarget(target, session),
      progress,
      partition: { id, partitioning, retry: { scoped: scopedTables(rows) } },
      stateFormat: states?.get(id)?.format,
    });
    const result = partitionResult({ partition: id, attempt: 1 }, outcome, progress, redact);
    this.#progress.end(progress, result.status);
    this.#totals.add(result);
    if (result.status !== 'failed') return outcome.error;
    return partitionsFailure(result, this.#totals.counts(this.#chosen, 0), { mayResume: false });
  }

  /** Rows from before the pipeline had partitions. */
  async #giveWhole(
    rows: readonly KeptRow[],
    place: Omit<RetryPlace, 'progress'>,
  ): Promise<HostError | undefined> {
    const whole = rows.filter(({ partition }) => partition === undefined);
    if (whole.length === 0) return undefined;
    const progress = this.#progress.begin();
    const { error, report } = await this.#give(whole, { ...place, progress });
    this.#progress.end(progress, 'partial');
    this.#totals.addTables(report.tables);
    for (const warning of report.warnings) this.#totals.warn(warning);
    return error;
  }

  async #end(session: PartitionedSession, error: HostError | undefined): Promise<void> {
    const { progress, target, redact } = this.#parts;
    progress.refresh();
    const record = runRecord(error, progress, progress.commits);
    const redacted = { ...record, message: record.message === null ? null : redact(record.message) };
    try {
      await guardStep(target, () => (error ? session.rollback(redacted) : session.finish(redacted)));
    } catch (failure) {
      // What was committed stays committed.
      this.#totals.warn(`while cleaning up: ${explainFailure(failure, toHostError).message}`);
    }
  }
}

function byPartition(rows: readonly KeptRow[]): ReadonlyMap<string, readonly KeptRow[]> {
  const found = new Map<string, KeptRow[]>();
  for (const row of rows) {
    const { partition } = row;
    if (partition === undefined) continue;
    const some = found.get(partition);
    if (some) some.push(row);
    else found.set(partition, [row]);
  }
  return found;
}

/** Tables of which no row was to be merged over all partitions. */
function scopedTables(rows: readonly KeptRow[]): ReadonlySet<string> {
  const tables = new Set(rows.map(({ table }) => table));
  for (const { table, isReplacing } of rows) if (isReplacing !== true) tables.delete(table);
  return tables;
}

function withoutBatch(pipeline: string): ConfigError {
  return new ConfigError(`pipeline "${pipeline}" has rows of partitions, and is not cut into any now`, {
    code: 'PARTITIONS_UNSUPPORTED',
    action: 'Run the pipeline again, or forget the rows with `host rejected drop`.',
  });
}
