/** What becomes of objects and lists in rows; docs/guide/nested-data.md shows each. */
export type NestedChoice = 'json' | 'flatten' | 'child-tables';

/** What becomes of names. */
export type NamesChoice = 'keep' | 'snake_case';

/**
 * How rows of the source become rows of the target. All names are those of the source: a column `a`, a column of one
 * table `t.a`, a flattened column `a_b` or `a.b`, a column of a child table `t__list.a`. A name without a table means
 * that column of every table of the source, but of no child table.
 */
export interface ShapeOptions {
  /** Default: json. */
  readonly nested?: NestedChoice | undefined;
  /** Levels of nesting that are opened: the row is 0, each object or list one deeper. Default: 3. */
  readonly maxDepth?: number | undefined;
  /** Default: keep. */
  readonly names?: NamesChoice | undefined;
  /** Name of a column or table to the name that it has in the target. */
  readonly rename?: ReadonlyMap<string, string> | undefined;
  /** The tables that are taken; empty: all. */
  readonly tables?: readonly string[] | undefined;
  /** The columns that are taken, besides the key; a table of which none is named keeps all. */
  readonly columns?: readonly string[] | undefined;
  /** Columns that are left out. */
  readonly exclude?: readonly string[] | undefined;
  /** Columns whose values are replaced by a hash. */
  readonly hashColumns?: readonly string[] | undefined;
  /** Goes before each value that is hashed; without it values that can be guessed are no secret. */
  readonly hashSalt?: string | undefined;
  /** Columns whose text is read as instants. */
  readonly parseTimestamps?: readonly string[] | undefined;
}

/** Depth that {@link ShapeOptions.maxDepth} has by default. */
export const DEFAULT_MAX_DEPTH = 3;

/** Whether these options leave every row as it is. */
export function isIdentity(options: ShapeOptions): boolean {
  const { tables, columns, exclude, hashColumns, parseTimestamps } = options;
  return (
    openedNesting(options) === 'json' &&
    (options.names ?? 'keep') === 'keep' &&
    (options.rename?.size ?? 0) === 0 &&
    [tables, columns, exclude, hashColumns, parseTimestamps].every((names) => (names?.length ?? 0) === 0)
  );
}

/** The choice for nested data; with a depth of 0 nothing is opened, whatever was chosen. */
export function openedNesting({ nested = 'json', maxDepth = DEFAULT_MAX_DEPTH }: ShapeOptions): NestedChoice {
  return maxDepth < 1 ? 'json' : nested;
}
