import type { DuckDBInstance } from '@duckdb/node-api';
import type { TargetRun } from '../target.js';
import type { TableChanges } from './table-changes.js';

/** What a DuckdbSession works with. */
export interface DuckdbSessionParts {
  readonly instance: DuckDBInstance;
  readonly run: TargetRun;
  readonly label: string;
  /** Rows that gather for a shadow before they are applied to it. */
  readonly shadowRows: number;
  readonly changes: TableChanges;
  /** Runs a step when no other run on the same file runs one. */
  readonly inTurn: <T>(step: () => Promise<T>) => Promise<T>;
  /** Called once the pipeline is claimed, so that the file holds something that must stay. */
  readonly onClaimed: () => void;
}
