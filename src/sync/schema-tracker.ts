import type { ColumnType } from '../sdk/column-types.js';
import { ConfigError, ConnectorError } from '../sdk/errors.js';
import type { Row } from '../sdk/schema.js';
import { rowNumber, type RowBatch, type SchemaChange, type TableColumn } from '../targets/target.js';
import { inferType, isExactAsDouble, widen, type InferredType } from '../targets/values/inferred-type.js';

/** One column while rows go by. */
interface TrackedColumn {
  readonly index: number;
  readonly name: string;
  /** Null: only nulls so far. */
  type: ColumnType | null;
  declared: boolean;
  nullable: boolean;
  comment?: string;
  /** Whether all integers so far are exact as doubles; undefined: the target has integers that nobody looked at. */
  integersAreExact: boolean | undefined;
}

/** Answers whether the integers that a table has in a column are exact as doubles. */
export type ExactnessLookup = (column: string) => Promise<boolean>;

/**
 * Knows the columns of one table while rows go by: which are declared and held, which are inferred, and what type the
 * values so far ask for. The type depends on the values only, never on their order.
 */
export class SchemaTracker {
  readonly #table: string;
  readonly #columns: TrackedColumn[] = [];
  readonly #byName = new Map<string, TrackedColumn>();
  readonly #byFoldedName = new Map<string, string>();
  /** Set by whatever changed since the last {@link takeChange}. */
  #added: TrackedColumn[] = [];
  #retyped = new Map<TrackedColumn, ColumnType | null>();
  #redeclared = false;

  /**
   * @param table name of the table, for errors
   * @param declared the columns of the read schema
   * @param existing the columns that the table has already; null: there is no table
   * @throws ConfigError where a declared column and an existing one have different types
   */
  constructor(table: string, declared: readonly TableColumn[], existing: readonly TableColumn[] | null) {
    this.#table = table;
    for (const column of existing ?? []) this.#add({ ...column, integersAreExact: undefined });
    for (const column of declared) {
      const there = this.#byName.get(column.name);
      if (!there) {
        const added = this.#add({ ...column, integersAreExact: true });
        if (existing) this.#added.push(added);
      } else if (there.type === null || there.type === column.type) this.#declare(there, column);
      else throw this.#conflict(there, column.type);
    }
  }

  /** All columns, in the order of the table. */
  get columns(): readonly TableColumn[] {
    return this.#columns.map(publicColumn);
  }

  /**
   * Looks at rows before they are written.
   *
   * @throws ConfigError for a column without a name or of the same name but for case
   * @throws ConnectorError for a value that no column can hold
   */
  observe(batch: RowBatch): void {
    const { rows } = batch;
    const columns = this.#columns;
    for (let i = 0; i < rows.length; i += 1) {
      const row = rows[i] as Row;
      // Rows of one source mostly have the same keys in the same order, so the next column is guessed by position.
      let next = 0;
      for (const name in row) {
        let column = columns[next];
        if (column === undefined || column.name !== name) {
          const known = this.#byName.get(name);
          // `for...in` also names what a row inherits, which is no value of it.
          if (!known && !Object.hasOwn(row, name)) continue;
          column = known ?? this.#discover(name);
        }
        next = column.index + 1;
        if (column.declared) continue;
        const value = row[name];
        if (value === null || value === undefined) continue;
        if (isPlainly(column.type, value)) continue;
        this.#widen(column, value, rowNumber(batch, i));
      }
    }
  }

  /**
   * What changed since the last call; null: nothing. The target must be altered by it before rows observed since are
   * written.
   *
   * @param integersAreExact asked about columns that had integers before this run
   */
  async takeChange(integersAreExact: ExactnessLookup): Promise<SchemaChange | null> {
    if (this.#added.length === 0 && this.#retyped.size === 0 && !this.#redeclared) return null;
    for (const column of this.#retyped.keys()) {
      if (column.type !== 'double' || column.integersAreExact !== undefined) continue;
      column.integersAreExact = await integersAreExact(column.name);
      if (!column.integersAreExact) column.type = 'string';
    }
    const retyped = [...this.#retyped].map(([column, from]) => ({
      name: column.name,
      from,
      to: column.type as ColumnType,
    }));
    const change = { columns: this.columns, added: this.#added.map(publicColumn), retyped };
    this.#added = [];
    this.#retyped = new Map();
    this.#redeclared = false;
    return change;
  }

  /** From now on a column that the table has is held to what the connector declares. */
  #declare(there: TrackedColumn, { type, nullable, comment }: TableColumn): void {
    if (type !== there.type) this.#retype(there, type);
    this.#redeclared ||= !there.declared || there.nullable !== nullable || there.comment !== comment;
    there.declared = true;
    there.nullable = nullable;
    if (comment !== undefined) there.comment = comment;
  }

  #discover(name: string): TrackedColumn {
    const column = this.#add({ name, type: null, declared: false, nullable: true, integersAreExact: true });
    this.#added.push(column);
    return column;
  }

  #add(column: Omit<TrackedColumn, 'index'>): TrackedColumn {
    const { name } = column;
    if (name === '' || name.includes('\0')) {
      throw new ConfigError(
        `table "${this.#table}" gets a column ${name === '' ? 'without a name' : 'with a NUL in its name'}`,
        {
          code: 'COLUMN_NAME_INVALID',
          details: { table: this.#table, column: name },
        },
      );
    }
    const folded = name.toLowerCase();
    const twin = this.#byFoldedName.get(folded);
    if (twin !== undefined) {
      throw new ConfigError(`columns "${twin}" and "${name}" of table "${this.#table}" differ in case only`, {
        code: 'COLUMN_NAME_INVALID',
        details: { table: this.#table, column: name },
      });
    }
    const tracked = { ...column, index: this.#columns.length };
    this.#columns.push(tracked);
    this.#byName.set(name, tracked);
    this.#byFoldedName.set(folded, name);
    return tracked;
  }

  #widen(column: TrackedColumn, value: unknown, row: number): void {
    const seen = inferType(value);
    if (seen === undefined) {
      throw new ConnectorError(
        `row ${row}: column "${column.name}" of table "${this.#table}" is a ${nameOf(value)}, which no column can hold`,
        { code: 'EMISSION_INVALID', details: { table: this.#table, column: column.name, row } },
      );
    }
    if (typeof value === 'bigint' && !isExactAsDouble(value)) column.integersAreExact = false;
    // Only inferred columns come here, so the type is an inferred one.
    const type = widen(column.type as InferredType | null, seen, column.integersAreExact ?? true);
    if (type !== column.type) this.#retype(column, type);
  }

  #retype(column: TrackedColumn, to: ColumnType | null): void {
    // A column that is new since the last change is created with its type; it has none to change.
    if (!this.#added.includes(column) && !this.#retyped.has(column)) this.#retyped.set(column, column.type);
    column.type = to;
  }

  #conflict(there: TrackedColumn, declared: ColumnType | null): ConfigError {
    return new ConfigError(
      `column "${there.name}" of table "${this.#table}" is ${there.type ?? 'untyped'} there, but declared as ${declared ?? 'untyped'} now`,
      { code: 'SCHEMA_CONFLICT', details: { table: this.#table, column: there.name } },
    );
  }
}

/** The common cases where a value obviously fits the type that its column has, decided without a call per type. */
function isPlainly(type: ColumnType | null, value: unknown): boolean {
  switch (typeof value) {
    case 'string':
      return type === 'string';
    case 'number':
      // A safe integer is exact as a double, so it also fits a column of doubles.
      return type === 'double' || type === 'string' || (type === 'bigint' && Number.isSafeInteger(value));
    case 'boolean':
      return type === 'boolean' || type === 'string';
    default:
      return false;
  }
}

function publicColumn(column: TrackedColumn): TableColumn {
  const { name, type, declared, nullable, comment } = column;
  return { name, type, declared, nullable, ...(comment === undefined ? {} : { comment }) };
}

/** `function`, `symbol`, `Map` */
function nameOf(value: unknown): string {
  return typeof value === 'object' ? Object.prototype.toString.call(value).slice(8, -1) : typeof value;
}
