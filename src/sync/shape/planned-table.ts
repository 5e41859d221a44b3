import type { ColumnType } from '../../sdk/column-types.js';
import type { ChildRows, ChildTables } from './child-tables.js';
import type { ColumnPlace, TableKind } from './named-columns.js';
import type { ShapeRules } from './shape-rules.js';
import { TakenNames } from './taken-names.js';

/** What is known of a table whose rows are planned. */
export interface TableFacts {
  /** The source's name; of a child table `users__orders`. */
  readonly source: string;
  /** The target's name. */
  readonly target: string;
  readonly kind: TableKind;
  /** Types of the columns that the connector declares, by their names: these are never opened. */
  readonly declared: ReadonlyMap<string, ColumnType | null>;
  /** Names of the columns that identify a row: never opened, never left out. */
  readonly keys: ReadonlySet<string>;
  /** Flattened names of the columns that are instants by the options: never opened. */
  readonly timestamps: ReadonlySet<string>;
  /** Columns that the host puts before those of the source, in their order. */
  readonly hostColumns: readonly string[];
  /** Columns that rows of its child tables begin with: the root's key, then the place in each list further out. */
  readonly handedDown: readonly string[];
}

/** A table, root or child, whose rows are planned: what is known of it, the rules, and the names that are taken. */
export class PlannedTable {
  readonly facts: TableFacts;
  readonly rules: ShapeRules;
  readonly names: TakenNames;
  /** Where the rows of a child table go; null for a root. */
  readonly gathered: ChildRows | null;
  readonly #children: ChildTables;

  /** @param children those of the root */
  constructor(
    facts: TableFacts,
    rules: ShapeRules,
    children: ChildTables,
    gathered: ChildRows | null = null,
  ) {
    this.facts = facts;
    this.rules = rules;
    this.gathered = gathered;
    this.#children = children;
    this.names = new TakenNames(facts.source);
    for (const name of facts.hostColumns) this.names.take(name, null);
  }

  /** The place of a column of this table. */
  place(name: string, path: string): ColumnPlace {
    return { table: this.facts.source, kind: this.facts.kind, name, path };
  }

  /** The source's name of the child table of a list. */
  childSource(list: string): string {
    return `${this.facts.source}__${list}`;
  }

  /** Whether a list has a child table from an earlier run. */
  hasChild(list: string, listTarget: string): boolean {
    return this.#children.has(this.#childName(list, listTarget));
  }

  /**
   * The child table that a list becomes.
   *
   * @param listTarget name that the list would have as a column
   */
  child(list: ColumnPlace, listTarget: string): PlannedTable {
    const { handedDown } = this.facts;
    const source = this.childSource(list.name);
    const target = this.#childName(list.name, listTarget);
    const facts: TableFacts = {
      source,
      target,
      kind: 'child',
      declared: new Map(),
      keys: new Set(),
      timestamps: new Set(this.rules.timestampsOf(source, 'child')),
      hostColumns: [...handedDown, '_index'],
      handedDown: [...handedDown, indexColumn(listTarget, handedDown)],
    };
    const gathered = this.#children.open(target, `${list.table}.${list.path}`, this.gathered);
    return new PlannedTable(facts, this.rules, this.#children, gathered);
  }

  #childName(list: string, listTarget: string): string {
    return this.rules.childName(this.childSource(list), this.facts.target, listTarget);
  }
}

/** `_orders_index`; where a list of that name lies further out as well, as in a tree: `_orders_2_index`. */
function indexColumn(list: string, taken: readonly string[]): string {
  const folded = new Set(taken.map((name) => name.toLowerCase()));
  let column = `_${list}_index`;
  for (let level = 2; folded.has(column.toLowerCase()); level += 1) column = `_${list}_${level}_index`;
  return column;
}
