import type { Link } from '../link.js';
import { quoteName, storedName } from '../sql.js';

/** By the name that PostgreSQL has for the table: its columns, and the pipeline that loaded it last, as text. */
type Marks = ReadonlyMap<string, string>;

/** Notices that others have changed the columns of a table, or have loaded it. */
export class TableMarks {
  readonly #link: Link;
  readonly #marks = new Map<string, string>();
  /** Names of tables that the running transaction has changed. */
  #changed = new Set<string>();

  constructor(link: Link) {
    this.#link = link;
  }

  /** The names of tables with a mark that are not this one. */
  othersThan(table: string): string[] {
    return [...this.#marks.keys()].filter((name) => name !== storedName(table));
  }

  /** Marks a table as it is. */
  async take(table: string): Promise<void> {
    this.#marks.set(storedName(table), await this.#markOf(table));
  }

  /** Whether a table is what it was when it was marked. */
  async isAsTaken(table: string): Promise<boolean> {
    return (await this.#markOf(table)) === this.#marks.get(storedName(table));
  }

  /** Called when the running transaction has changed a table. */
  changed(table: string): void {
    this.#changed.add(table);
  }

  /** The marks of what the running transaction has changed; {@link keep} is called when it was committed. */
  async retake(): Promise<Marks> {
    const marks = new Map<string, string>();
    for (const table of this.#changed) marks.set(storedName(table), await this.#markOf(table));
    return marks;
  }

  keep(marks: Marks): void {
    for (const [table, mark] of marks) this.#marks.set(table, mark);
    this.forgetChanges();
  }

  /** Called when the transaction that made them did not take place. */
  forgetChanges(): void {
    this.#changed = new Set();
  }

  async #markOf(table: string): Promise<string> {
    const [row] = await this.#link.connection.query(
      `SELECT json_build_array((SELECT pipeline FROM _host_tables WHERE table_name = $1),
         json_agg(json_build_array(attname, format_type(atttypid, atttypmod), attnotnull) ORDER BY attnum))
       FROM pg_attribute WHERE attrelid = to_regclass($2) AND attnum > 0 AND NOT attisdropped`,
      [storedName(table), quoteName(table)],
    );
    return String(row?.[0]);
  }
}
