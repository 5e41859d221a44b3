import type { ColumnType } from '../../sdk/column-types.js';
import { ConfigError } from '../../sdk/errors.js';
import type { Row } from '../../sdk/schema.js';
import type { TableColumn } from '../../targets/target.js';
import { rowError } from '../../targets/values/row-error.js';
import { fieldReader, setField } from '../../targets/values/row-field.js';
import { ChildTables, type ChildSink } from './child-tables.js';
import type { ColumnPlace, TableKind } from './named-columns.js';
import { PlannedTable } from './planned-table.js';
import { rowMaker } from './row-maker.js';
import { ObjectPlan, type ListPlan } from './row-plan.js';
import type { ShapeRules } from './shape-rules.js';
import { Walk } from './walk.js';

/** What a connector declares of a table. */
export interface DeclaredTable {
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly string[];
}

/** A column that had nulls only. */
export interface NullColumn {
  /** The target's name of the table. */
  readonly table: string;
  /** The target's name of the column. */
  readonly column: string;
}

/** A column of the root's key as child rows have it. */
interface HandedDown {
  /** `_parent_id` */
  readonly name: string;
  /** Reads its value from a row of the root in the target. */
  readonly read: (row: Row) => unknown;
  /** The root's column, where it is declared. */
  readonly column: TableColumn | undefined;
}

/** What a table is, besides what a connector declares of it. */
export interface TableOrigin {
  readonly source: string;
  readonly target: string;
  readonly kind: TableKind;
  readonly runId: string;
  /** Throws where the name is that of another table. */
  readonly takeName: (name: string, owner: string) => void;
}

const ROW_ID = '_row_id';

/**
 * Turns rows of one source table into rows of the target. Rows given are never changed. Columns that are not declared
 * may be left out of a row where they are null.
 */
export class TableShape {
  /** The target's name of the table. */
  readonly name: string;
  /** The declared columns as the target has them; of the others the rows decide. */
  readonly columns: readonly TableColumn[];
  /** The columns of the target that identify a row. */
  readonly primaryKey: readonly string[];
  readonly #runId: string;
  readonly #splitsLists: boolean;
  /** Without a key, and with child tables that need one. */
  readonly #hasRowId: boolean;
  readonly #root: ObjectPlan;
  readonly #children: ChildTables;
  readonly #walk = new Walk();
  readonly #makeRow = rowMaker();
  /** The columns that child rows have from the root's key. */
  readonly #handedDown: readonly HandedDown[];
  #rows = 0;

  /** @throws ConfigError where a column of the key is excluded, or two declared columns get one name */
  constructor(origin: TableOrigin, declared: DeclaredTable, rules: ShapeRules) {
    const { source, target, kind } = origin;
    const { columns, primaryKey } = declared;
    this.name = target;
    this.#runId = origin.runId;
    this.#splitsLists = rules.nested === 'child-tables';
    this.#hasRowId = this.#splitsLists && primaryKey.length === 0;
    this.#children = new ChildTables(origin.takeName);
    const keyPlaces = primaryKey.map((name) => ({ table: source, kind, name, path: name }));
    for (const place of keyPlaces) if (rules.isExcluded(place)) throw keyExcluded(place);
    this.primaryKey = keyPlaces.map((place) => rules.columnName(place));
    const handedDown = this.#hasRowId ? [ROW_ID] : this.primaryKey;
    const table = new PlannedTable(
      {
        source,
        target,
        kind,
        declared: new Map(columns.map(({ name, type }) => [name, type])),
        keys: new Set(primaryKey),
        timestamps: new Set(rules.timestampsOf(source, kind)),
        hostColumns: this.#hasRowId ? [ROW_ID] : [],
        handedDown: handedDown.map((name) => `_parent_${name}`),
      },
      rules,
      this.#children,
    );
    this.#root = new ObjectPlan(table, null, 1);
    this.columns = [
      ...(this.#hasRowId ? [heldColumn(ROW_ID, 'string')] : []),
      ...columns.flatMap((column) => this.#columnInTarget(column)),
      ...undeclaredTimestamps(table),
    ];
    this.#handedDown = handedDown.map((name) => ({
      name: `_parent_${name}`,
      read: fieldReader(name),
      column: this.columns.find((column) => column.name === name),
    }));
  }

  /**
   * The target's names of the child tables known so far; a table stands before those inside of it. Grows with the rows.
   */
  get children(): readonly string[] {
    return this.#children.names;
  }

  /**
   * Tells of child tables that are there from earlier runs, by the target's names, so that rows without a list remove
   * what they had there.
   */
  expectChildren(names: readonly string[]): void {
    this.#children.expect(names);
  }

  /**
   * Called for a whole row: of a dataset, or an upsert. With child tables {@link ChildSink.replace} is called for each of
   * {@link children}, before this returns.
   *
   * @param rowNumber number of the row in the run, counted from 1, for errors
   * @returns a new row for the target
   * @throws RowError where a part of the key that child rows need is missing, or a value cannot be hashed
   * @throws ConfigError NAMES_COLLIDE where two columns or tables get one name
   */
  row(row: Row, sink: ChildSink, rowNumber: number): Row {
    const out = this.#makeRow();
    if (this.#hasRowId) {
      this.#rows += 1;
      out[ROW_ID] = `${this.#runId}-${this.#rows}`;
    }
    return this.#write('row', row, out, sink, rowNumber);
  }

  /**
   * Called for an update, a row of the key and the columns that change. Of an object only what is given changes; null
   * clears all columns that this run has seen of it. A list that is given replaces the row's child rows, null and an empty
   * one remove them; a list that is not given leaves them.
   *
   * @returns the columns to change, with the key; a new row. Otherwise as {@link row}
   */
  patch(row: Row, sink: ChildSink, rowNumber: number): Row {
    return this.#write('patch', row, {}, sink, rowNumber);
  }

  /**
   * Called for the key of a delete and the columns of deleteWhere.
   *
   * @returns the same by the names and hashes of the target
   * @throws ConfigError where one of the columns is not in the target, so that too many rows would match
   */
  columnsOf(columns: Row): Row {
    const out: Row = {};
    this.#walk.begin('condition', 0);
    this.#root.write(columns, out, this.#walk);
    return out;
  }

  /**
   * The columns that all child rows of a row have, with their values.
   *
   * @param key a row of the target with at least its key: what {@link columnsOf}, {@link row} or {@link patch} returned
   */
  parentKey(key: Row): Row {
    const parentKey: Row = {};
    for (const { name, read } of this.#handedDown) setField(parentKey, name, read(key));
    return parentKey;
  }

  /**
   * The declared columns of a child table of which this run has seen rows: those that the host adds, where the type of the
   * root's key is declared (else all of them are inferred), and instants by --parse-timestamps.
   */
  childColumns(childTable: string): readonly TableColumn[] {
    const list = this.#lists().find(({ table }) => table.facts.target === childTable);
    if (!list) return [];
    const { hostColumns } = list.table.facts;
    const columns = hostColumns.map((name, i) => {
      const isKey = i < this.#handedDown.length;
      return heldColumn(name, isKey ? (this.#handedDown[i]?.column?.type ?? null) : 'bigint');
    });
    // Columns that are inferred come after the declared ones, which would put the place in the list before the key.
    const isKnown = columns.every(({ type }) => type !== null);
    return [...(isKnown ? columns : []), ...undeclaredTimestamps(list.table)];
  }

  /**
   * Columns, of child tables too, that had nothing but nulls in this run. Rows do not have them: they may stand for objects
   * or lists. A run that creates a table may add them at its end, so that no column is missed.
   */
  nullColumns(): NullColumn[] {
    const found: NullColumn[] = [];
    const add = (table: string, plan: ObjectPlan): void => {
      const columns: string[] = [];
      plan.collectNullColumns(columns);
      found.push(...columns.map((column) => ({ table, column })));
    };
    add(this.name, this.#root);
    for (const { table, items } of this.#lists()) add(table.facts.target, items);
    return found;
  }

  #write(kind: 'row' | 'patch', row: Row, out: Row, sink: ChildSink, rowNumber: number): Row {
    this.#walk.begin(kind, rowNumber);
    this.#children.begin();
    this.#root.write(row, out, this.#walk);
    if (this.#splitsLists && this.#children.concerns(kind)) this.#handOver(kind, out, sink);
    return out;
  }

  #handOver(kind: 'row' | 'patch', out: Row, sink: ChildSink): void {
    const walk = this.#walk;
    const parentKey: Row = {};
    let i = 0;
    for (const { name, read, column } of this.#handedDown) {
      const value = read(out);
      if (value === null || value === undefined) {
        const key = column ?? heldColumn(this.primaryKey[i] ?? name, null);
        throw rowError(this.name, { ...key, nullable: false }, walk.rowNumber, null);
      }
      walk.prefix[i] = value;
      parentKey[name] = value;
      i += 1;
    }
    // Items are whole rows, also those of a list in a patch.
    walk.kind = 'row';
    walk.writeLists(0);
    this.#children.handOver(kind, this.#hasRowId, parentKey, sink);
  }

  #columnInTarget(column: TableColumn): TableColumn[] {
    const field = this.#root.field(column.name);
    if (!field.isColumn) return [];
    return [{ ...column, name: field.target, type: field.typeInTarget(column.type) }];
  }

  #lists(): ListPlan[] {
    const lists: ListPlan[] = [];
    this.#root.eachList((list) => lists.push(list));
    return lists;
  }
}

/** A column that the host itself adds or declares. */
function heldColumn(name: string, type: ColumnType | null, nullable = false): TableColumn {
  return { name, type, declared: true, nullable };
}

/** Columns that are instants by the options, and not declared by the connector. */
function undeclaredTimestamps(table: PlannedTable): TableColumn[] {
  const { facts, rules } = table;
  return [...facts.timestamps]
    .filter((name) => !facts.declared.has(name))
    .map((name) => table.place(name, name))
    .filter((place) => !rules.isExcluded(place) && !rules.isHashed(place))
    .filter((place) => rules.isTaken(place) || rules.isTakenAround(place))
    .map((place) => heldColumn(rules.columnName(place), 'timestamptz', true));
}

function keyExcluded({ table, name }: ColumnPlace): ConfigError {
  return new ConfigError(`--exclude names "${name}", which is in the key of table "${table}"`, {
    code: 'CLI_USAGE',
    action: 'Keep it, or hash it with --hash-columns.',
    details: { table, column: name },
  });
}
