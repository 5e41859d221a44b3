import { ConfigError } from '../../sdk/errors.js';
import type { PagingLog } from '../../sync/paging-log.js';
import type { RunProgress } from '../../sync/run-progress.js';
import { runSync, type SyncOutcome } from '../../sync/sync.js';
import type { SyncOptions } from '../../sync/sync-options.js';
import type { Target } from '../../targets/target.js';
import { toHostError } from '../http/http-error.js';
import type { RunSpec } from '../run-spec.js';
import type { OpenedSource } from '../sources/opened-source.js';
import { PartitionedRun } from './partitioned-run.js';
import type { SourcePartitions } from './source-partitions.js';

/** What a run is made of, once everything is open. */
export interface SourceRun {
  readonly runId: string;
  readonly spec: RunSpec;
  readonly opened: OpenedSource;
  /** Undefined: the source is read whole. */
  readonly partitions: SourcePartitions | undefined;
  readonly target: Target;
  /** The target's table of a dataset. */
  readonly table: string;
  /** Name of the pipeline. @throws ConfigError */
  readonly pipeline: (isSync: boolean) => string;
  readonly options: SyncOptions;
  /** Stops the run; its reason is an AbortError. */
  readonly signal: AbortSignal;
  readonly progress: RunProgress;
  readonly paging: PagingLog;
  readonly redact: (text: string) => string;
}

/**
 * Reads a source into a target: whole, or its partitions, each by itself where the target keeps them apart, else one after the
 * other as one run. How it ended is in the outcome.
 *
 * @throws ConfigError for what the target cannot do with partitions
 */
export async function runSource(run: SourceRun): Promise<SyncOutcome> {
  const { partitions, target, opened, paging, spec } = run;
  if (!partitions) return readWhole(run, (source) => opened.create(source.signal, paging));
  if (target.beginPartitions) {
    const pipeline = run.pipeline(await partitions.declaresTables());
    return new PartitionedRun({ ...run, partitions, pipeline }).execute();
  }
  refuseChained(spec, target.label);
  const chain = partitions.chain();
  const { report, error } = await readWhole(
    run,
    (source) => chain.connect(source, paging),
    () => chain.current,
  );
  const isLost = error !== undefined && target.capabilities.transactional;
  const where =
    error && chain.current !== '' ? [`partition ${chain.current} was being read when the run ended`] : [];
  return {
    report: {
      ...report,
      partitionCounts: chain.counts(error !== undefined, isLost),
      warnings: [...report.warnings, ...chain.warnings, ...where],
    },
    error,
  };
}

function readWhole(
  { runId, pipeline, table, target, spec, signal, progress, paging, redact, options }: SourceRun,
  connect: Parameters<typeof runSync>[0]['connect'],
  partitionOf?: () => string,
): Promise<SyncOutcome> {
  return runSync({
    runId,
    pipeline,
    table,
    connect,
    target,
    ...(partitionOf ? { partitionOf } : {}),
    recordsLimit: spec.limit ?? -1,
    signal,
    progress,
    paging,
    translateError: toHostError,
    redact,
    options,
  });
}

function refuseChained({ resume, prune }: RunSpec, target: string): void {
  const option = resume === true ? '--resume' : prune === true ? '--prune' : undefined;
  if (option === undefined) return;
  throw new ConfigError(`${target} does not keep partitions apart, so ${option} has nothing to go by`, {
    code: 'PARTITIONS_UNSUPPORTED',
    action: `Leave ${option} out, or load into a database or a folder.`,
  });
}
