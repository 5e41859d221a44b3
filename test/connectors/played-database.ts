import { RowError, type Operation, type State } from '../../src/index.js';
import type { Row, TableSchema } from '../../src/sdk/schema.js';

type Tables = ReadonlyMap<string, PlayedTable>;

/** A database in memory: its tables and the state, as the last commit left them. */
export class PlayedDatabase {
  #tables: Tables = new Map();
  #state: State = {};

  /** A copy. */
  get state(): State {
    return copyJson(this.#state);
  }

  set state(state: State) {
    this.#state = copyJson(state);
  }

  /** The rows of every table, in the order of their keys. */
  get contents(): Record<string, Row[]> {
    return Object.fromEntries([...this.#tables].map(([name, { rows }]) => [name, rows]));
  }

  /** Starts a run. What it does is seen only as far as it commits. */
  begin(schemas: readonly TableSchema[]): PlayedSession {
    const tables = new Map(
      schemas.map((schema) => [schema.name, this.#tables.get(schema.name) ?? new PlayedTable(schema)]),
    );
    return new PlayedSession(tables, this.#state, (committed, state) => {
      this.#tables = copyTables(committed);
      this.#state = state;
    });
  }
}

/** One run of a connector, by the rules that the host has for operations. */
export class PlayedSession {
  readonly #tables: Tables;
  readonly #save: (tables: Tables, state: State) => void;
  #offered: State;

  constructor(tables: Tables, state: State, save: (tables: Tables, state: State) => void) {
    this.#tables = copyTables(tables);
    this.#offered = state;
    this.#save = save;
  }

  /** @throws RowError where a row has no full key, Error where the table is not declared */
  apply(operation: Operation): void {
    if (operation.kind === 'checkpoint') {
      const { state, merge } = operation;
      this.#offered = copyJson(merge ? (mergePatch(this.#offered, state) as State) : state);
      this.commit();
      return;
    }
    const table = this.#tables.get(operation.table);
    if (!table) throw new Error(`the table ${operation.table} is not declared`);
    table.apply(operation);
  }

  /** Saves everything so far with the state that was offered last. */
  commit(): void {
    this.#save(this.#tables, this.#offered);
  }
}

class PlayedTable {
  readonly #schema: TableSchema;
  readonly #rows: Map<string, Row>;

  constructor(schema: TableSchema, rows = new Map<string, Row>()) {
    this.#schema = schema;
    this.#rows = rows;
  }

  get rows(): Row[] {
    return [...this.#rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  copy(): PlayedTable {
    return new PlayedTable(this.#schema, new Map(this.#rows));
  }

  apply(operation: Exclude<Operation, { kind: 'checkpoint' }>): void {
    const { columns = [] } = this.#schema;
    switch (operation.kind) {
      case 'upsert': {
        const empty = Object.fromEntries(columns.map(({ name }) => [name, null]));
        for (const row of operation.rows) {
          this.#rows.set(this.#keyOf(row), { ...empty, ...structuredClone(row) });
        }
        return;
      }
      case 'update':
        for (const row of operation.rows) {
          const key = this.#keyOf(row);
          const old = this.#rows.get(key);
          if (old) this.#rows.set(key, { ...old, ...structuredClone(row) });
        }
        return;
      case 'delete':
        for (const row of operation.keys) this.#rows.delete(this.#keyOf(row));
        return;
      case 'deleteWhere':
        for (const [key, row] of this.#rows) {
          const given = Object.entries(operation.columns);
          if (given.every(([name, value]) => row[name] === value)) this.#rows.delete(key);
        }
        return;
      case 'truncate':
        this.#rows.clear();
    }
  }

  #keyOf(row: Row): string {
    const { name: table, primaryKey = [] } = this.#schema;
    const missing = primaryKey.filter((column) => row[column] === undefined || row[column] === null);
    if (primaryKey.length === 0 || missing.length > 0) {
      throw new RowError(`table ${table}: a row has no ${missing.join(', ') || 'key'}`, {
        details: { table },
      });
    }
    return JSON.stringify(primaryKey.map((column) => row[column]));
  }
}

function copyTables(tables: Tables): Tables {
  return new Map([...tables].map(([name, table]) => [name, table.copy()]));
}

/** What JSON makes of a state is what a connector gets back. */
function copyJson<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value)) as Value;
}

/** RFC 7396. */
function mergePatch(old: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = isObject(old) ? { ...old } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) Reflect.deleteProperty(merged, name);
    else merged[name] = mergePatch(merged[name], value);
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
