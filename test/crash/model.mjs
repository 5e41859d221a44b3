import { SYNC_TABLES } from './script.mjs';

/** What a table must have after some operations, worked out one by one: the simplest thing that can be right. */
class Table {
  /** Rows as `{ row, deleted }`, by key, or by number where there is none. */
  rows = new Map();
  #key;
  #soft;

  constructor(key, soft) {
    this.#key = key;
    this.#soft = soft;
  }

  upsert(rows) {
    for (const row of [rows].flat()) this.rows.set(this.#keyOf(row), { row, deleted: false });
  }

  update(rows) {
    for (const patch of [rows].flat()) {
      const key = this.#keyOf(patch);
      const found = this.rows.get(key);
      if (found && !found.deleted) this.rows.set(key, { row: { ...found.row, ...patch }, deleted: false });
    }
  }

  delete(keys) {
    for (const key of [keys].flat()) this.#remove(this.#keyOf(key));
  }

  deleteWhere(columns) {
    for (const [key, { row }] of this.rows) {
      if (Object.entries(columns).every(([name, value]) => row[name] === value)) this.#remove(key);
    }
  }

  truncate() {
    for (const key of this.rows.keys()) this.#remove(key);
  }

  #remove(key) {
    const found = this.rows.get(key);
    if (found && this.#soft) this.rows.set(key, { ...found, deleted: true });
    else this.rows.delete(key);
  }

  #keyOf(row) {
    return this.#key.length === 0 ? this.rows.size : JSON.stringify(this.#key.map((name) => row[name]));
  }
}

/**
 * The tables after the first steps of a sync.
 *
 * @returns by name, the rows as sorted lines of text
 */
export function syncTables(steps, { soft = false } = {}) {
  const tables = new Map(SYNC_TABLES.map(({ name, primaryKey = [] }) => [name, new Table(primaryKey, soft)]));
  for (const [operation, table, ...rest] of steps.flat()) tables.get(table)[operation](...rest);
  return Object.fromEntries([...tables].map(([name, { rows }]) => [name, lines(rows.values())]));
}

/** The table of a dataset after some steps; with a key the last row of it counts. */
export function datasetTable(steps, key = []) {
  const table = new Table(key, false);
  for (const [, rows] of steps.flat()) table.upsert(rows);
  return lines(table.rows.values());
}

function lines(rows) {
  return [...rows].map(({ row, deleted }) => rowLine(deleted ? { ...row, _deleted_at: true } : row)).sort();
}

/** A row as a line of text: its columns in the order of their names, nulls left out, as a new column is null before. */
export function rowLine(row) {
  const names = Object.keys(row)
    .filter((name) => row[name] !== null)
    .sort();
  return names.map((name) => `${name}=${name === '_deleted_at' ? 'set' : String(row[name])}`).join(' ');
}
