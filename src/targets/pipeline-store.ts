/** What a pipeline saved with its last commit. */
export interface SavedState {
  /** The connector's state as JSON text; null: none was ever saved. */
  readonly state: string | null;
  /** Raised by each commit; 0: there was none. */
  readonly version: number;
  /** The parameters that the state belongs to, each as a hash; null: not known. */
  readonly fingerprint: Fingerprint | null;
  /** `stateVersion` of the connector's manifest that wrote the state. */
  readonly format: number;
}

/** The state that a pipeline has now, for people. */
export interface StoredState extends SavedState {
  /** The run that saved it, or the command that changed it; absent: not known. */
  readonly run?: string;
  /** ISO text, UTC; absent: not known. */
  readonly savedAt?: string;
}

/** Hash of the value of each parameter that decides which rows come, by name. */
export type Fingerprint = Readonly<Record<string, string>>;

/** How a run ended, for the history of its pipeline. */
export interface RunRecord {
  readonly status: 'succeeded' | 'failed' | 'aborted';
  /** Code of the error that ended it. */
  readonly code: string | null;
  readonly message: string | null;
  readonly rowsRead: number;
  readonly rowsWritten: number;
  readonly rowsDeleted: number;
  readonly commits: number;
}

/** One line of a pipeline's history. */
export interface PipelineRun extends Omit<RunRecord, 'status'> {
  readonly run: string;
  readonly pipeline: string;
  /** `lost`: its heartbeat stopped before it ended. */
  readonly status: RunRecord['status'] | 'running' | 'lost';
  /** ISO text, UTC. */
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly process: number;
  readonly machine: string;
}

/** A state that a pipeline had. */
export interface PastState {
  readonly version: number;
  readonly state: string;
  /** The run that left it behind, or the command that changed it. */
  readonly run: string;
  /** ISO text, UTC. */
  readonly savedAt: string;
}

/** The states and runs of the pipelines of one target, for `host state` and `host runs`. */
export interface PipelineStore {
  /** Pipelines that have saved a state or run. */
  pipelines(): Promise<readonly string[]>;
  /** @param partition default: what the pipeline saved without one */
  load(pipeline: string, partition?: string): Promise<StoredState | undefined>;
  /** Newest first, at most 10. Of partitions none is kept. */
  history(pipeline: string): Promise<readonly PastState[]>;
  /**
   * Replaces the state as a commit of its own; what it was goes to the history. What is known of partitions but their states
   * stays: which of them are complete, and how many rows they have.
   * @param state JSON text; null: as if nothing was ever read; without a partition, of all partitions too
   * @param partition the one whose state it is; default: that of the pipeline itself
   * @throws TransientError PIPELINE_BUSY while a run of the pipeline goes on
   */
  save(pipeline: string, state: string | null, reason: string, partition?: string): Promise<number>;
  /** Newest first. @param limit at most so many */
  runs(pipeline: string | undefined, limit: number): Promise<readonly PipelineRun[]>;
}
