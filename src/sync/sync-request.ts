import type { Connector } from '../sdk/connector.js';
import type { PartitionOfRun } from '../targets/partitions/partition-ledger.js';
import type { KeptRow, Target } from '../targets/target.js';
import type { RowCounts } from './bad-rows.js';
import type { ErrorTranslator } from './explain-failure.js';
import type { PagingLog } from './paging-log.js';
import type { RunProgress } from './run-progress.js';
import type { SyncOptions } from './sync-options.js';

/** What a run needs of a target. */
export type SyncTarget = Pick<Target, 'label' | 'capabilities' | 'begin' | 'explain' | 'close'>;

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
  readonly target: SyncTarget;
  /** The one partition to read; absent: the whole dataset. */
  readonly partition?: PartitionOfRun;
  /**
   * Where the connector reads partitions one after the other: the one that it reads now, for the column `_partition`. Absent:
   * rows do not say it.
   */
  readonly partitionOf?: () => string;
  /** Rows to read at most; -1: all. */
  readonly recordsLimit: number;
  /** Stops the run; its reason is an AbortError. */
  readonly signal: AbortSignal;
  readonly progress: RunProgress;
  /** Where this is one of several reads of a run: the counts of all of them, which bad rows are limited by. */
  readonly rowsOfRun?: Readonly<RowCounts>;
  /** What the connector's context was told about its reads of APIs. */
  readonly paging?: PagingLog;
  /** Names what a library of the connector's threw, where the host knows it (HTTP clients). */
  readonly translateError?: ErrorTranslator;
  /** Takes secrets out of what is noted in the history of the pipeline. */
  readonly redact?: (text: string) => string;
  readonly options?: SyncOptions;
  /** True: the target keeps nothing of the run. Default false. */
  readonly isDry?: boolean;
  /**
   * Rows that earlier runs kept aside and that the connector gives again, in its order: they are settled with the final
   * commit, and one that is refused again keeps its id.
   */
  readonly retried?: readonly KeptRow[];
  /** Called for each of them that is refused again. */
  readonly onRefusedAgain?: (id: string) => void;
}
