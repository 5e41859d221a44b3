import type { HostError } from '../../../sdk/errors.js';

/**
 * What a transaction of a {@link PartitionDatabase} fails with where another run has changed a table since it was looked at
 * last, so that the same rows may get in once it was looked at again.
 */
export class StaleTable extends Error {
  /** What is said of it where it happens again and again. */
  readonly reason: HostError;

  constructor(reason: HostError) {
    super(reason.message);
    this.reason = reason;
  }
}
