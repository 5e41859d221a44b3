/** The place of a batch among those that have rows of the same keys. */
export interface KeyPlace {
  readonly keys: Set<string>;
  /** Earlier batches that must be done first. */
  waitsFor: number;
  /** Places of later batches that wait for this one. */
  readonly followers: KeyPlace[];
}
