import type { Connector } from '../sdk/connector.js';
import type { HostError } from '../sdk/errors.js';
import type { Target } from '../targets/target.js';
import { explainFailure, type ErrorTranslator } from './explain-failure.js';
import { guardTarget } from './guard-target.js';
import type { PagingLog } from './paging-log.js';
import type { RunProgress } from './run-progress.js';
import { makeReport, type RunReport } from './run-report.js';
import { SyncRun } from './sync-run.js';
import type { SyncOptions } from './sync-options.js';

/** One run: what is read, where it goes, and how. */
export interface SyncRequest {
  readonly runId: string;
  /** Name that state and history hang on. @param isSync whether the connector declares tables */
  readonly pipeline: (isSync: boolean) => string;
  /** Name of the target's table, for a dataset. */
  readonly table: string;
  /**
   * Makes a fresh instance, which one read uses up; a read that is repeated gets another.
   * @param source aborted by the run when it needs no more rows; the connector is made with its signal
   */
  readonly connect: (source: AbortController) => Connector;
  readonly target: Target;
  /** Rows to read at most; -1: all. */
  readonly recordsLimit: number;
  /** Stops the run; its reason is an AbortError. */
  readonly signal: AbortSignal;
  readonly progress: RunProgress;
  /** What the connector's context was told about its reads of APIs. */
  readonly paging?: PagingLog;
  /** Names what a library of the connector's threw, where the host knows it (HTTP clients). */
  readonly translateError?: ErrorTranslator;
  readonly options?: SyncOptions;
  /** Hides secrets in what is kept of a failure in the target. */
  readonly redact?: (text: string) => string;
}

/** How a run ended. */
export interface SyncOutcome {
  readonly report: RunReport;
  /** The error that ended the run; undefined when it succeeded. */
  readonly error: HostError | undefined;
}

/**
 * Reads a connector into a target. Rows and the state that belongs to them become visible together; what was not
 * committed is not there, where the target is transactional. Never throws: how the run ended is in the outcome.
 */
export async function runSync(request: SyncRequest): Promise<SyncOutcome> {
  const { runId, progress, target, translateError } = request;
  const run = new SyncRun({ ...request, target: guardTarget(target) });
  const error = await run.execute();
  const report = makeReport({
    run: runId,
    pipeline: run.pipeline,
    progress,
    tables: run.tables,
    paging: request.paging?.entries,
    warnings: run.warnings.map((warning) =>
      typeof warning === 'string'
        ? warning
        : `while cleaning up: ${explainFailure(warning.failure, translateError).message}`,
    ),
    error,
    stateVersion: run.stateVersion,
  });
  return { report, error };
}
