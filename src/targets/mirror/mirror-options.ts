import type { HostError } from '../../sdk/errors.js';
import type { Differences } from './ledger-table.js';

/** What a mirror would send of one table. */
export interface MirrorPlan extends Differences {
  readonly table: string;
  /** What a guard would say; undefined: it would let it pass. */
  readonly refusal: HostError | undefined;
}

/** How a mirror is run; every field has a default. */
export interface MirrorOptions {
  /** The largest share of the rows that the endpoint has that may go. Default 0.1. */
  readonly maxDelete?: number | undefined;
  /** True: all rows may go. */
  readonly allowEmpty?: boolean | undefined;
  /** True: rows are sent again also where a column is gone from most of them. */
  readonly force?: boolean | undefined;
  /** True: what is read is not everything, so no row goes. */
  readonly isPartial?: boolean | undefined;
  /** True: rows that the endpoint has are sent again, whether they changed or not. */
  readonly isAnew?: boolean | undefined;
  /**
   * Present: differences are only counted, and nothing is sent or noted. Told of them when everything was read.
   */
  readonly onCounted?: ((plans: readonly MirrorPlan[]) => void) | undefined;
}

/** The share of the rows that may go where nobody says otherwise. */
export const DEFAULT_MAX_DELETE = 0.1;
