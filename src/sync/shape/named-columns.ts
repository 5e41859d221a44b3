/** A dataset's only table, one of the tables of a sync, or a table that a list became. */
export type TableKind = 'dataset' | 'table' | 'child';

/** Where a column is in the source. */
export interface ColumnPlace {
  /** The source's name of the table; of a child table `users__orders`. */
  readonly table: string;
  /** In a child table columns are named with their table only; in a dataset every name is one of its one table. */
  readonly kind: TableKind;
  /** The names of the objects it is in and its own, joined by `_`. */
  readonly name: string;
  /** The same joined by dots, which tells `a.b` from a column that is named `a_b`. */
  readonly path: string;
}

/** The columns that one option names, what it says of each, and which of them were found. */
export class NamedColumns<Meaning> {
  readonly #option: string;
  readonly #entries: ReadonlyMap<string, Meaning>;
  readonly #found = new Set<string>();

  /** @param option name of the option in messages: `--exclude` */
  constructor(option: string, entries: ReadonlyMap<string, Meaning>) {
    this.#option = option;
    this.#entries = entries;
  }

  /** What the option says of a column; undefined: nothing. A name with the table goes before one without. */
  find({ table, kind, name, path }: ColumnPlace): Meaning | undefined {
    if (this.#entries.size === 0) return undefined;
    const inTable = this.#take(`${table}.${path}`) ?? this.#take(`${table}.${name}`);
    return inTable ?? (kind === 'child' ? undefined : (this.#take(path) ?? this.#take(name)));
  }

  /** What the option says of a table as such. */
  findTable(table: string): Meaning | undefined {
    return this.#take(table);
  }

  /** Whether the option names any column of a table. */
  concerns({ table, kind }: ColumnPlace): boolean {
    return this.#some((entry) => columnOf(entry, table, kind) !== undefined);
  }

  /** Whether the option names a column inside of an object. */
  namesInside({ table, kind, name, path }: ColumnPlace): boolean {
    return this.#some((entry) => {
      const column = columnOf(entry, table, kind);
      return column !== undefined && (column.startsWith(`${path}.`) || column.startsWith(`${name}_`));
    });
  }

  /** Whether the option names an object that a column lies in. */
  namesAround({ table, kind, name }: ColumnPlace): boolean {
    return this.columnsOf(table, kind).some((column) => name.startsWith(`${column}_`));
  }

  /** Whether the option names a column of a child table or of one below it. */
  namesBelow(childTable: string): boolean {
    return this.#some((entry) => entry.startsWith(`${childTable}.`) || entry.startsWith(`${childTable}__`));
  }

  /** The columns of a table that the option names. */
  columnsOf(table: string, kind: TableKind): string[] {
    return [...this.#entries.keys()].flatMap((entry) => columnOf(entry, table, kind) ?? []);
  }

  /** A sentence for each name that no table and no column had so far. */
  unmatched(): string[] {
    return [...this.#entries.keys()]
      .filter((entry) => !this.#found.has(entry))
      .map(
        (entry) => `${this.#option} names ${JSON.stringify(entry)}, which nothing in the source is called`,
      );
  }

  #take(entry: string): Meaning | undefined {
    const meaning = this.#entries.get(entry);
    if (meaning !== undefined) this.#found.add(entry);
    return meaning;
  }

  #some(test: (entry: string) => boolean): boolean {
    for (const entry of this.#entries.keys()) if (test(entry)) return true;
    return false;
  }
}

/** The column of a table that an entry means; undefined: none. A sync's columns of any table have no dot in their names. */
function columnOf(entry: string, table: string, kind: TableKind): string | undefined {
  if (entry.startsWith(`${table}.`)) return entry.slice(table.length + 1);
  if (kind === 'child') return undefined;
  if (!entry.includes('.')) return entry;
  return kind === 'dataset' && !entry.startsWith(`${table}__`) ? entry : undefined;
}
