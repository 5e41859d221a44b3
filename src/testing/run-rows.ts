import type { Connector, Emission, ReadRequest } from '../sdk/connector.js';
import type { ReadSchema } from '../sdk/schema.js';
import { RunProgress } from '../sync/run-progress.js';
import type { SyncOptions } from '../sync/sync-options.js';
import { runSync, type SyncOutcome } from '../sync/sync.js';
import type { PartitionOfRun } from '../targets/partitions/partition-ledger.js';
import type { Target, WriteMode } from '../targets/target.js';
import { RowsConnector } from './rows-connector.js';

/** What {@link runRows} runs; everything but the target has a default. */
export interface RowsRun {
  readonly target: Target;
  /** Rows, pages, or a generator of them. Default: none. */
  readonly rows?:
    readonly Emission[] | ((request: ReadRequest) => Iterable<Emission> | AsyncIterable<Emission>);
  readonly schema?: ReadSchema;
  /** Instead of `rows` and `schema`. */
  readonly connector?: Connector;
  readonly table?: string;
  readonly mode?: WriteMode;
  /** Default: the table's name. */
  readonly pipeline?: string;
  /** Guards are off unless they are asked for. */
  readonly options?: SyncOptions;
  readonly limit?: number;
  /** The one partition to read. */
  readonly partition?: PartitionOfRun;
  readonly signal?: AbortSignal;
}

/** Runs rows into a target through the engine, as a run does. The target stays open. */
export function runRows(run: RowsRun): Promise<SyncOutcome> {
  return runSync({
    runId: `run-${Math.random().toString(36).slice(2)}`,
    pipeline: () => run.pipeline ?? `test.${run.table ?? 'rows'}`,
    table: run.table ?? 'rows',
    connect: () => run.connector ?? new RowsConnector(run.rows ?? [], run.schema),
    target: run.target,
    ...(run.partition ? { partition: run.partition } : {}),
    recordsLimit: run.limit ?? -1,
    signal: run.signal ?? new AbortController().signal,
    progress: new RunProgress(),
    options: { mode: run.mode ?? 'overwrite', adopt: true, force: true, allowEmpty: true, ...run.options },
  });
}
