import type { Row } from '../../sdk/schema.js';
import type { WalkKind } from './walk.js';

/** Takes the rows that lists of a row became. */
export interface ChildSink {
  /**
   * Called for each child table of a row, a table before those inside of it: the rows that the root row has there now,
   * all of them, also none. Those it had before are to go.
   *
   * @param childTable the target's name of the child table
   * @param parentKey the columns and values that all rows of the root have there; the same object for every call of a
   *   row, not to be changed
   * @param rows belong to the callee
   */
  replace(childTable: string, parentKey: Row, rows: Row[]): void;
}

/** Rows of one child table, gathered for one row of the root. */
export interface ChildRows {
  /** The target's name of the child table. */
  readonly name: string;
  rows: Row[];
  /** Whether the row had the list, be it without items. */
  isGiven: boolean;
}

interface ChildTable extends ChildRows {
  /** Of a list inside of another: the table of that one. Undefined: not seen in this run. */
  parent: ChildRows | null | undefined;
}

/** The child tables of one root table, and the rows that the row at hand has in each. */
export class ChildTables {
  readonly #takeName: (name: string, owner: string) => void;
  readonly #tables: ChildTable[] = [];

  /** @param takeName throws where the name is that of another table */
  constructor(takeName: (name: string, owner: string) => void) {
    this.#takeName = takeName;
  }

  get names(): string[] {
    return this.#tables.map(({ name }) => name);
  }

  /** Adds tables that are there from earlier runs. */
  expect(names: readonly string[]): void {
    // A table's name is longer than that of the one it lies in.
    for (const name of [...names].sort((a, b) => a.length - b.length)) {
      if (!this.has(name)) this.#tables.push({ name, rows: [], isGiven: false, parent: undefined });
    }
  }

  has(name: string): boolean {
    return this.#tables.some((table) => table.name === name);
  }

  /**
   * The table of a list that is seen for the first time in this run.
   *
   * @param owner the list as the source calls it: `users.orders`
   */
  open(name: string, owner: string, parent: ChildRows | null): ChildRows {
    this.#takeName(name, owner);
    const expected = this.#tables.find((table) => table.name === name);
    if (expected) {
      expected.parent = parent;
      return expected;
    }
    const table: ChildTable = { name, rows: [], isGiven: false, parent };
    this.#tables.push(table);
    return table;
  }

  /** Forgets the row before. */
  begin(): void {
    for (const table of this.#tables) {
      table.isGiven = false;
      if (table.rows.length > 0) table.rows = [];
    }
  }

  /** Whether a row has anything to hand over: a whole row always, a patch where it gives a list. */
  concerns(kind: WalkKind): boolean {
    return kind === 'row' ? this.#tables.length > 0 : this.#tables.some((table) => table.isGiven);
  }

  /**
   * Hands over the rows of every table, or of a patch those of the lists it gives and of what lies inside of them.
   *
   * @param isNew the root row is a new one, which had no rows before
   */
  handOver(kind: WalkKind, isNew: boolean, parentKey: Row, sink: ChildSink): void {
    for (const table of this.#tables) {
      if (kind === 'patch' && !this.#isReplaced(table)) continue;
      const { rows } = table;
      if (rows.length > 0) table.rows = [];
      else if (isNew) continue;
      sink.replace(table.name, parentKey, rows.length > 0 ? rows : []);
    }
  }

  #isReplaced({ name, isGiven, parent }: ChildTable): boolean {
    if (isGiven) return true;
    if (parent === null) return false;
    if (parent !== undefined) return this.#isReplaced(parent as ChildTable);
    return this.#tables.some((other) => other.isGiven && name.startsWith(`${other.name}__`));
  }
}
