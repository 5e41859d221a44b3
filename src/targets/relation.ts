/**
 * All rows of a read, named by their source rather than given one by one. A target that speaks the source's engine may take
 * them without making objects of them ({@link TargetTable.take}); what is in it is between the two.
 */
export abstract class Relation {
  /** Rows that were read so far; undefined: nobody knows before the end. */
  abstract get rowsSoFar(): number | undefined;
}

/** Name of the method by which a source of the host's own gives its rows as a relation. */
export const RELATION = Symbol('relation');

/** A connector of the host's own that may give its rows as a relation. */
export interface RelationSource {
  /**
   * Called once at most, after getReadSchema, where nothing has to look at rows. generateRows may be called after it all the
   * same, where the target does not take them so.
   *
   * @param recordsLimit rows wanted at most; -1: all
   * @returns undefined: they have to be read one by one
   */
  [RELATION](recordsLimit: number): Promise<Relation | undefined>;
}

/** What {@link RelationSource} says; undefined for every other connector. */
export async function relationOf(connector: object, recordsLimit: number): Promise<Relation | undefined> {
  return RELATION in connector ? (connector as RelationSource)[RELATION](recordsLimit) : undefined;
}
