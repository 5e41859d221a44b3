import type { Target } from '../targets/target.js';
import type { OPERATION_CHECKS } from './operation-checks.js';
import type { ROWS_CHECKS } from './rows-checks.js';
import type { StoredRow, TargetCheck } from './target-check.js';

/** What `describeTarget` needs to know of a target. */
export interface TargetSuite {
  readonly name: string;
  /**
   * Opens the target in an empty folder made for one test; called again for each run on it. A target that holds one
   * table only takes the name of the table.
   */
  open(folder: string, table: string): Promise<Target>;
  /** Reads a table as someone else would; undefined where there is none. */
  read(folder: string, table: string): Promise<readonly StoredRow[] | undefined>;
  /** True: rows are replaced and removed by key, so that is tested too. As the target's capabilities say. */
  readonly upserts?: boolean;
  /** Whether a value of the right type is one that the target cannot store; then the target refuses it as a bad row. */
  readonly isUnstorable?: (value: unknown) => boolean;
  /** Tests that the target cannot pass, by name, each with the reason and what holds instead. */
  readonly cannot?: Readonly<Partial<Record<TargetTestName, TargetException>>>;
}

/** What a target does where it cannot do what others do. */
export interface TargetException {
  /** Stands in the name of the test. */
  readonly reason: string;
  /** The test that runs in the place of the suite's own. */
  readonly instead: TargetCheck;
}

/** Names of the tests that every target passes, and of those that every target with upserts does. */
export type TargetTestName = keyof typeof ROWS_CHECKS | keyof typeof OPERATION_CHECKS;
