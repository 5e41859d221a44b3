import type { SyncOutcome } from '../sync/sync.js';
import type { Target, TargetCapabilities } from '../targets/target.js';
import type { RowsRun } from './run-rows.js';
import type { TypeSample } from './type-samples.js';

/** A row as a reader of the target sees it: every value as text, null for null. */
export type StoredRow = Readonly<Record<string, string | null>>;

/** One test; it throws where the target breaks its promise. */
export type TargetCheck = (place: TargetPlace) => Promise<void>;

/** One target in one empty folder. */
export interface TargetPlace {
  readonly run: (run: Omit<RowsRun, 'target'>) => Promise<SyncOutcome>;
  readonly capabilities: () => Promise<TargetCapabilities>;
  /** Opens the target for a table, does something with it, and closes it. */
  readonly use: (table: string, work: (target: Target) => Promise<void>) => Promise<void>;
  /** Values of every type that the target can store. */
  readonly typeSamples: readonly TypeSample[];
  readonly read: (table?: string) => Promise<readonly StoredRow[] | undefined>;
}
