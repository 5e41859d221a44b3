import type { RunProgress } from '../../sync/run-progress.js';
import type { SyncOutcome, SyncRequest } from '../../sync/sync.js';
import type { DeleteMode, KeptRow, Target } from '../../targets/target.js';

/** What rows are given again with. */
export interface RetryParts {
  readonly pipeline: string;
  readonly target: Target;
  readonly deletes: DeleteMode | undefined;
  /** Stops it; its reason is an AbortError. */
  readonly signal: AbortSignal;
  readonly progress: RunProgress;
  readonly redact: (text: string) => string;
  /** Called with the id of each row that is refused again. */
  readonly onRefused: (id: string) => void;
}

/** Where rows go, and as what. */
export type RetryPlace = Pick<SyncRequest, 'runId' | 'target' | 'progress' | 'partition'> & {
  /** Version of the state that is there. */
  readonly stateFormat: number | undefined;
};

/** Gives rows once more: those of one partition, or of none. How it ended is in the outcome. */
export type GiveRows = (rows: readonly KeptRow[], place: RetryPlace) => Promise<SyncOutcome>;
