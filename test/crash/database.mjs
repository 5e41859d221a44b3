import { DuckDBInstance } from '@duckdb/node-api';
import { rowLine } from './model.mjs';

/** A database as a reader sees it. It stays open between calls, as the first one that opens it after a crash. */
export class Database {
  #instance;
  #connection;

  static async open(file) {
    const database = new Database();
    database.#instance = await DuckDBInstance.fromCache(file);
    database.#connection = await database.#instance.connect();
    return database;
  }

  close() {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }

  async query(sql) {
    return (await this.#connection.runAndReadAll(sql)).getRowObjectsJson();
  }

  /** Names of all tables, those of the host too. */
  async tableNames() {
    const found = await this.query('SELECT table_name FROM duckdb_tables() ORDER BY 1');
    return found.map(({ table_name: name }) => name);
  }

  /** The rows of each table as sorted lines of text. */
  async contents() {
    const contents = {};
    for (const name of (await this.tableNames()).filter((found) => !found.startsWith('_host_'))) {
      contents[name] = (await this.query(`SELECT * FROM "${name}"`)).map(rowLine).sort();
    }
    return contents;
  }

  /** What the pipeline saved. */
  async saved() {
    if (!(await this.tableNames()).includes('_host_state')) return { state: null, version: 0 };
    const [row] = await this.query('SELECT state, version FROM _host_state');
    return row
      ? { state: row.state === null ? null : JSON.parse(row.state), version: Number(row.version) }
      : { state: null, version: 0 };
  }
}
