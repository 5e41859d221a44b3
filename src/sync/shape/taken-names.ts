import { ConfigError } from '../../sdk/errors.js';

/** The names that are taken in one table, or of tables, and by what. Upper and lower case are the same. */
export class TakenNames {
  readonly #table: string | undefined;
  readonly #owners = new Map<string, string | null>();

  /** @param table the source's name of the table, for errors about columns; undefined: the names are of tables */
  constructor(table?: string) {
    this.#table = table;
  }

  /**
   * Takes a name of the target. Taking it again for the same owner is fine.
   *
   * @param owner what the source calls it; null: the host itself has added it
   * @throws ConfigError NAMES_COLLIDE where something else has it
   */
  take(name: string, owner: string | null): void {
    const folded = name.toLowerCase();
    const other = this.#owners.get(folded);
    if (other === undefined) this.#owners.set(folded, owner);
    else if (other !== owner) throw this.#collision(name, other, owner);
  }

  /** Whether anything has the name. */
  has(name: string): boolean {
    return this.#owners.has(name.toLowerCase());
  }

  #collision(name: string, a: string | null, b: string | null): ConfigError {
    const table = this.#table;
    const [first, second] = [a ?? b ?? name, b ?? a ?? name];
    const kind = table === undefined ? 'table' : 'column';
    const place = table === undefined ? '' : ` of table "${table}"`;
    const message =
      a === null || b === null
        ? `${kind} "${first}"${place} would have the name "${name}", which the host gives to a ${kind} of its own`
        : `${kind}s "${first}" and "${second}"${place} would both be "${name}" in the target`;
    const example = table === undefined ? second : `${table}.${second}`;
    return new ConfigError(message, {
      code: 'NAMES_COLLIDE',
      action: `Give one of them another name: --rename ${example}=NAME`,
      details: table === undefined ? { table: second } : { table, column: second },
    });
  }
}
