import { ConfigError } from '../../sdk/errors.js';
import { NamedColumns, type ColumnPlace, type TableKind } from './named-columns.js';
import { DEFAULT_MAX_DEPTH, openedNesting, type NestedChoice, type ShapeOptions } from './shape-options.js';
import { snakeCase } from './snake-case.js';

/** The options of a run, ready to be asked about tables and columns; notes which of the names were found. */
export class ShapeRules {
  readonly nested: NestedChoice;
  readonly maxDepth: number;
  readonly salt: string;
  readonly #isSnakeCase: boolean;
  readonly #rename: NamedColumns<string>;
  readonly #tables: NamedColumns<true>;
  readonly #takesAllTables: boolean;
  readonly #columns: NamedColumns<true>;
  readonly #exclude: NamedColumns<true>;
  readonly #hash: NamedColumns<true>;
  readonly #timestamps: NamedColumns<true>;

  /** @throws ConfigError CLI_USAGE where columns are to be hashed without a salt */
  constructor(options: ShapeOptions) {
    const { tables = [], hashColumns = [], hashSalt = '' } = options;
    if (hashColumns.length > 0 && hashSalt === '') {
      throw new ConfigError(
        '--hash-columns needs a salt, since values that can be guessed are found without',
        {
          code: 'CLI_USAGE',
          action:
            'Set the variable HOST_HASH_SALT to a long random text, and keep it the same from run to run.',
        },
      );
    }
    this.nested = openedNesting(options);
    this.maxDepth = options.maxDepth ?? DEFAULT_MAX_DEPTH;
    this.salt = hashSalt;
    this.#isSnakeCase = options.names === 'snake_case';
    this.#rename = new NamedColumns('--rename', options.rename ?? new Map<string, string>());
    this.#tables = named('--tables', tables);
    this.#takesAllTables = tables.length === 0;
    this.#columns = named('--columns', options.columns);
    this.#exclude = named('--exclude', options.exclude);
    this.#hash = named('--hash-columns', hashColumns);
    this.#timestamps = named('--parse-timestamps', options.parseTimestamps);
  }

  includes(table: string): boolean {
    return this.#tables.findTable(table) === true || this.#takesAllTables;
  }

  /** The target's name of a column, by --rename and --names. */
  columnName(place: ColumnPlace): string {
    return this.#rename.find(place) ?? this.#normalised(place.name);
  }

  /** The target's name of a table of the source. */
  tableName(source: string): string {
    return this.#rename.findTable(source) ?? this.#normalised(source);
  }

  /**
   * The target's name of a child table: `users__orders`.
   *
   * @param parent the target's name of the table that has the list
   * @param list the target's name of the list
   */
  childName(source: string, parent: string, list: string): string {
    return this.#rename.findTable(source) ?? `${parent}__${list}`;
  }

  isExcluded(place: ColumnPlace): boolean {
    return this.#exclude.find(place) === true;
  }

  isHashed(place: ColumnPlace): boolean {
    return this.#hash.find(place) === true;
  }

  /** Whether --columns takes a column, by itself or since it names none of the table. */
  isTaken(place: ColumnPlace): boolean {
    return this.#columns.find(place) === true || !this.#columns.concerns(place);
  }

  /** Whether --columns takes a column by an object that it lies in. */
  isTakenAround(place: ColumnPlace): boolean {
    return this.#columns.namesAround(place);
  }

  /** Whether --columns takes something inside of an object. */
  takesInside(place: ColumnPlace): boolean {
    return this.#columns.namesInside(place);
  }

  /** Whether --columns takes something of a child table. */
  takesBelow(childTable: string): boolean {
    return this.#columns.namesBelow(childTable);
  }

  /**
   * The columns of a table that are instants by --parse-timestamps, flattened. A name without a table is not among those
   * of a sync's table, which may not have the column at all.
   */
  timestampsOf(table: string, kind: TableKind): string[] {
    const columns = this.#timestamps.columnsOf(table, kind === 'table' ? 'child' : kind);
    return this.nested === 'json' ? columns : columns.map((column) => column.replaceAll('.', '_'));
  }

  isTimestamp(place: ColumnPlace): boolean {
    return this.#timestamps.find(place) === true;
  }

  /** A sentence for each name of an option that was not found so far. */
  unmatched(): string[] {
    return [this.#tables, this.#columns, this.#exclude, this.#hash, this.#timestamps, this.#rename].flatMap(
      (names) => names.unmatched(),
    );
  }

  /** The same of --tables only. */
  unmatchedTables(): string[] {
    return this.#tables.unmatched();
  }

  #normalised(name: string): string {
    return this.#isSnakeCase ? snakeCase(name) : name;
  }
}

function named(option: string, names: readonly string[] = []): NamedColumns<true> {
  return new NamedColumns(option, new Map(names.map((name) => [name, true])));
}
