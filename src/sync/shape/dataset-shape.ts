import { ConfigError } from '../../sdk/errors.js';
import { problemText } from '../../sdk/problem-text.js';
import { isIdentity, type ShapeOptions } from './shape-options.js';
import { ShapeRules } from './shape-rules.js';
import { TableShape, type DeclaredTable } from './table-shape.js';
import { TakenNames } from './taken-names.js';

/**
 * Nested data, names and selection of one run: what rows of the source become before they are buffered. One object
 * serves a run with all its tables and retries, so that ids of rows without a key stay unique.
 */
export class DatasetShape {
  /** True: every row would come back as it was given, so that nothing here needs to be called. */
  readonly isIdentity: boolean;
  readonly #rules: ShapeRules;
  readonly #runId: string;
  readonly #tables = new Map<string, TableShape>();
  readonly #names = new TakenNames();

  /**
   * @param runId goes into the ids of rows without a key
   * @throws ConfigError CLI_USAGE where columns are to be hashed without a salt
   */
  constructor(options: ShapeOptions, runId: string) {
    this.isIdentity = isIdentity(options);
    this.#rules = new ShapeRules(options);
    this.#runId = runId;
  }

  /** Whether rows of a table of the source are taken; those of others are dropped. */
  includes(sourceTable: string): boolean {
    return this.#rules.includes(sourceTable);
  }

  /**
   * The shape of one table; the same object for every call with that table.
   *
   * @param sourceTable name that the options know the table by
   * @param declared what the connector declares of it
   * @param datasetTable the target's table of a dataset, which is taken as it is; absent: a table of a sync, whose name
   *   follows from the source's
   * @throws ConfigError where a column of the key is excluded, or two tables or columns get one name
   */
  table(sourceTable: string, declared: DeclaredTable, datasetTable?: string): TableShape {
    const known = this.#tables.get(sourceTable);
    if (known) return known;
    const target = datasetTable ?? this.#rules.tableName(sourceTable);
    const takeName = (name: string, owner: string): void => this.#names.take(name, owner);
    takeName(target, sourceTable);
    const kind = datasetTable === undefined ? 'table' : 'dataset';
    const origin = { source: sourceTable, target, kind, runId: this.#runId, takeName } as const;
    const shape = new TableShape(origin, declared, this.#rules);
    this.#tables.set(sourceTable, shape);
    return shape;
  }

  /**
   * Called where the schema declares its tables, before the first row.
   *
   * @throws ConfigError CLI_USAGE where --tables names others
   */
  checkTables(declaredTables: readonly string[]): void {
    for (const table of declaredTables) this.#rules.includes(table);
    fail(this.#rules.unmatchedTables());
  }

  /** A sentence for each name in the options that no table and no column had so far. */
  unmatched(): string[] {
    return this.#rules.unmatched();
  }

  /**
   * Called at the end of a run that read the whole source, before its last commit. A run that read only what is new may
   * not have seen every table and column: there {@link unmatched} are warnings.
   *
   * @throws ConfigError CLI_USAGE where a name in the options matched nothing
   */
  checkUsed(): void {
    fail(this.unmatched());
  }
}

function fail(problems: readonly string[]): void {
  if (problems.length === 0) return;
  throw new ConfigError(problemText(problems), {
    code: 'CLI_USAGE',
    action:
      'Correct the names: a, t.a for a column of table t, a.b inside an object, t__list.a in a child table.',
    details: { problems },
  });
}
