import type { HostError } from '../sdk/errors.js';
import { explainFailure } from './explain-failure.js';
import { guardTarget } from './guard-target.js';
import { makeReport, type RunReport } from './run-report.js';
import type { SyncRequest } from './sync-request.js';
import { SyncRun } from './sync-run.js';

export type { SyncRequest } from './sync-request.js';

/** How a run ended. */
export interface SyncOutcome {
  readonly report: RunReport;
  /** The error that ended the run; undefined when it succeeded. */
  readonly error: HostError | undefined;
  /** True: a limit ended the read, so that there may be more. Absent: it does not matter. */
  readonly isPartial?: boolean;
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
  return { report, error, isPartial: run.isPartial };
}
