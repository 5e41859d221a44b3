import type { ColumnType } from '../../sdk/column-types.js';
import { ConfigError } from '../../sdk/errors.js';
import type { Row } from '../../sdk/schema.js';
import { rowError } from '../../targets/values/row-error.js';
import { setField } from '../../targets/values/row-field.js';
import type { ChildRows } from './child-tables.js';
import type { ColumnPlace } from './named-columns.js';
import type { PlannedTable } from './planned-table.js';
import { rowMaker } from './row-maker.js';
import { valueHash } from './value-hash.js';
import type { ListWriter, Walk } from './walk.js';

/**
 * What becomes of the fields of the rows of one table, or of one object inside of them. A field is planned when it is
 * first seen, and never again: its names are joined and looked up then.
 */
export class ObjectPlan {
  readonly #table: PlannedTable;
  readonly #owner: Field | null;
  readonly #depth: number;
  readonly #fields: Field[] = [];
  readonly #byKey = new Map<string, Field>();

  /**
   * @param owner the field that has the object; null: it is the row itself
   * @param depth levels of nesting above what the fields hold: 1 for those of a root
   */
  constructor(table: PlannedTable, owner: Field | null, depth: number) {
    this.#table = table;
    this.#owner = owner;
    this.#depth = depth;
  }

  /** Puts the columns that an object has into a row of the target. */
  write(source: Row, out: Row, walk: Walk): void {
    const fields = this.#fields;
    // Objects of one kind mostly have the same keys in the same order, so the next field is guessed by its position.
    let next = 0;
    for (const key in source) {
      let field = fields[next];
      if (field === undefined || field.key !== key) {
        // `for...in` also names what an object inherits, which is no value of it.
        if (!this.#byKey.has(key) && !Object.hasOwn(source, key)) continue;
        field = this.field(key);
      }
      next = field.index + 1;
      field.write(source[key], out, walk);
    }
  }

  field(key: string): Field {
    let field = this.#byKey.get(key);
    if (field === undefined) {
      field = new Field(this.#table, this.#owner, key, this.#fields.length, this.#depth);
      this.#fields.push(field);
      this.#byKey.set(key, field);
    }
    return field;
  }

  /** Sets every known column to null, and takes every known list as given and empty; returns how many there are. */
  clear(out: Row): number {
    return this.#fields.reduce((count, field) => count + field.clear(out), 0);
  }

  /** Adds the columns that had nulls only so far. */
  collectNullColumns(into: string[]): void {
    for (const field of this.#fields) field.collectNullColumns(into);
  }

  /** Visits every list that became a child table, also those inside of others. */
  eachList(visit: (list: ListPlan) => void): void {
    for (const field of this.#fields) field.eachList(visit);
  }
}

/** One field: what it is called in the target, and what becomes of its values. */
export class Field {
  readonly key: string;
  readonly index: number;
  readonly #table: PlannedTable;
  readonly #place: ColumnPlace;
  /** The target's name. */
  readonly target: string;
  readonly #isProto: boolean;
  readonly #depth: number;
  /** Whether --columns and --exclude take the field as a whole. */
  readonly #isTaken: boolean;
  /** Whether an object or list in it is opened. */
  readonly #opens: boolean;
  readonly #hash: ((value: unknown) => string | undefined) | null;
  readonly #isTimestamp: boolean;
  /** Whether it is a column of the target by now. One that may be opened becomes one with its first plain value. */
  #isColumn = false;
  /** Whether plain values go into the target as they are. */
  #isDirect = false;
  #hadNull = false;
  #object: ObjectPlan | undefined;
  #list: ListPlan | undefined;

  constructor(table: PlannedTable, owner: Field | null, key: string, index: number, depth: number) {
    const { rules, facts } = table;
    this.#table = table;
    this.key = key;
    this.index = index;
    this.#depth = depth;
    const place = owner
      ? table.place(`${owner.#place.name}_${key}`, `${owner.#place.path}.${key}`)
      : table.place(key, key);
    this.#place = place;
    this.target = rules.columnName(place);
    this.#isProto = this.target === '__proto__';
    // Of a child table nothing is declared, and of a root only what is no part of an object.
    const isOwn = owner === null;
    const isKey = facts.keys.has(place.name);
    // Asked in any case, so that a name which stands in several options counts as found in each.
    const isNamed = rules.isTaken(place);
    const isExcluded = rules.isExcluded(place);
    const isHashed = rules.isHashed(place);
    this.#isTaken = !isExcluded && (isNamed || isKey || (owner !== null && owner.#isTaken));
    const isDeclared = isOwn && facts.declared.has(key);
    const isTimestamp = rules.isTimestamp(place);
    if (isTimestamp && !isDeclared && !facts.timestamps.has(place.name)) throw mustNameTable(place);
    const isHeld = isKey || isHashed || isTimestamp || isDeclared;
    this.#opens = rules.nested !== 'json' && depth <= rules.maxDepth && !isHeld && !isExcluded;
    const declared: ColumnType | null = isOwn ? (facts.declared.get(key) ?? null) : null;
    this.#isTimestamp = isTimestamp;
    this.#hash = isHashed ? valueHash(rules.salt, declared) : null;
    if (!this.#opens) this.#becomeColumn();
  }

  /** Whether the target has it as a column. */
  get isColumn(): boolean {
    return this.#isColumn;
  }

  /** The type that the column has in the target, given the one that is declared. */
  typeInTarget(declared: ColumnType | null): ColumnType | null {
    if (this.#hash) return 'string';
    return this.#isTimestamp ? 'timestamptz' : declared;
  }

  write(value: unknown, out: Row, walk: Walk): void {
    // Nearly all values go this way; it is kept so short that it costs no call.
    if (this.#isDirect && typeof value !== 'object' && value !== undefined) out[this.target] = value;
    else this.#writeOther(value, out, walk);
  }

  clear(out: Row): number {
    if (this.#isColumn) this.#put(out, null);
    this.#list?.touch();
    return (this.#isColumn ? 1 : 0) + (this.#list ? 1 : 0) + (this.#object?.clear(out) ?? 0);
  }

  collectNullColumns(into: string[]): void {
    const isNested = this.#object !== undefined || this.#list !== undefined;
    if (
      this.#hadNull &&
      this.#isTaken &&
      !this.#isColumn &&
      !isNested &&
      !this.#table.names.has(this.target)
    ) {
      into.push(this.target);
    }
    this.#object?.collectNullColumns(into);
  }

  eachList(visit: (list: ListPlan) => void): void {
    if (this.#list) {
      visit(this.#list);
      this.#list.items.eachList(visit);
    }
    this.#object?.eachList(visit);
  }

  #writeOther(value: unknown, out: Row, walk: Walk): void {
    if (value === null || value === undefined) {
      if (this.#isColumn && walk.kind === 'row') this.#put(out, null);
      else this.#writeNull(out, walk);
      return;
    }
    if (this.#opens && typeof value === 'object' && this.#open(value, out, walk)) return;
    if (!this.#isColumn && !this.#becomeColumn(walk)) return;
    this.#put(out, this.#hash === null ? value : this.#hashed(value, walk));
  }

  /**
   * A null does not say whether it stands for an object, a list or a plain value. In a whole row it may be left out, since
   * what a row does not give is null anyway. A patch sets to null whatever the field is known to be.
   */
  #writeNull(out: Row, walk: Walk): void {
    if (walk.kind === 'row') {
      this.#hadNull = true;
      return;
    }
    if (this.#opens && this.#isTaken && this.#table.hasChild(this.#place.name, this.target)) this.#openList();
    if (this.#list && walk.kind === 'condition') throw this.#noCondition();
    if (this.clear(out) > 0) return;
    if (this.#becomeColumn(walk)) this.#put(out, null);
  }

  /** Opens an object or a list; false: it is a value like any other. */
  #open(value: object, out: Row, walk: Walk): boolean {
    const { rules } = this.#table;
    if (Array.isArray(value)) {
      if (rules.nested !== 'child-tables') return false;
      if (walk.kind === 'condition') throw this.#noCondition();
      if (!this.#isTaken && !rules.takesBelow(this.#table.childSource(this.#place.name))) return false;
      const list = this.#openList();
      list.touch();
      walk.defer(list, value);
      return true;
    }
    if (!isPlainObject(value) || (!this.#isTaken && !rules.takesInside(this.#place))) return false;
    if (walk.kind === 'condition' && Object.keys(value).length === 0) throw this.#noCondition();
    this.#object ??= new ObjectPlan(this.#table, this, this.#depth + 1);
    this.#object.write(value, out, walk);
    return true;
  }

  #openList(): ListPlan {
    this.#list ??= new ListPlan(this.#table.child(this.#place, this.target), this.#depth + 1);
    return this.#list;
  }

  /** Takes the field's name in the target; false: the options leave the field out. */
  #becomeColumn(walk?: Walk): boolean {
    if (!this.#isTaken) {
      if (walk?.kind === 'condition') throw this.#noCondition();
      return false;
    }
    if (!this.#isColumn) {
      this.#table.names.take(this.target, this.#place.path);
      this.#isColumn = true;
      this.#isDirect = this.#hash === null && !this.#isProto;
    }
    return true;
  }

  #put(out: Row, value: unknown): void {
    if (this.#isProto) setField(out, this.target, value);
    else out[this.target] = value;
  }

  #hashed(value: unknown, walk: Walk): string {
    const hash = this.#hash?.(value);
    if (hash !== undefined) return hash;
    const { table, path: name } = this.#place;
    const column = { name, type: 'string', declared: true, nullable: true } as const;
    throw rowError(table, column, walk.rowNumber, value);
  }

  /** Rows must never be found by less than what was asked for: more of them would be removed. */
  #noCondition(): ConfigError {
    const { table, path } = this.#place;
    return new ConfigError(
      `rows of table "${table}" are to be removed by column "${path}", which the options leave out of the target`,
      {
        code: 'CLI_USAGE',
        action: `Take the column "${path}" into the target, and with --nested child-tables no lists to remove rows by.`,
        details: { table, column: path },
      },
    );
  }
}

/** What becomes of the items of a list: rows of a child table. */
export class ListPlan implements ListWriter {
  readonly table: PlannedTable;
  readonly items: ObjectPlan;
  readonly #gathered: ChildRows;
  readonly #hostColumns: readonly string[];
  readonly #level: number;
  readonly #makeRow = rowMaker();

  /**
   * @param table the child table
   * @param depth levels of nesting above what the fields of its items hold
   */
  constructor(table: PlannedTable, depth: number) {
    this.table = table;
    this.items = new ObjectPlan(table, null, depth);
    this.#gathered = table.gathered as ChildRows;
    this.#hostColumns = table.facts.hostColumns;
    this.#level = this.#hostColumns.length - 1;
  }

  /** Notes that the row gives the list, be it without items. */
  touch(): void {
    this.#gathered.isGiven = true;
  }

  write(list: readonly unknown[], walk: Walk): void {
    const { prefix } = walk;
    const { rows } = this.#gathered;
    const names = this.#hostColumns;
    const level = this.#level;
    for (let index = 0; index < list.length; index += 1) {
      prefix[level] = index;
      const row = this.#makeRow();
      for (let i = 0; i <= level; i += 1) row[names[i] as string] = prefix[i];
      const waiting = walk.waiting;
      const item = list[index];
      if (isPlainObject(item)) this.items.write(item, row, walk);
      else this.items.field('value').write(item, row, walk);
      rows.push(row);
      if (walk.waiting > waiting) walk.writeLists(waiting);
    }
  }
}

function mustNameTable({ table, name }: ColumnPlace): ConfigError {
  return new ConfigError(
    `--parse-timestamps names "${name}", which table "${table}" has without declaring it`,
    {
      code: 'CLI_USAGE',
      action: `Name the table as well: --parse-timestamps ${table}.${name}`,
      details: { table, column: name },
    },
  );
}

/** Whether a value is an object of fields, and none that stands for something else, such as a Date. */
function isPlainObject(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === Object.prototype || prototype === null) return true;
  const stands = 'toJSON' in value && typeof value.toJSON === 'function';
  return Object.prototype.toString.call(value) === '[object Object]' && !stands;
}
