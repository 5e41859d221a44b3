import type { ColumnType } from '../sdk/column-types.js';
import { RowError } from '../sdk/errors.js';
import type { Row } from '../sdk/schema.js';
import { jsonText } from '../targets/values/json-text.js';
import { valueReader, type ValueReader } from '../targets/values/read-value.js';
import { DELETE, UPSERT, type DeleteMode, type Removal, type RowBatch } from '../targets/target.js';

/** How the operations of one table go together. */
export interface FoldingRule {
  readonly table: string;
  /** Columns of the primary key; empty: rows have none, so nothing is folded. */
  readonly key: readonly string[];
  /** Declared type of each column of the key, in its order; null: inferred. */
  readonly keyTypes: readonly (ColumnType | null)[];
  readonly deletes: DeleteMode;
}

/**
 * Gathers the operations on one table for one batch, and folds those on one key in their order: the last whole row wins,
 * a patch is merged into the row before it, a delete cancels all. A million operations on one key are one row.
 *
 * With soft deletes a row that is deleted stays, so a delete does not cancel what came before it.
 */
export class RowBatchBuilder {
  readonly #rule: FoldingRule;
  readonly #columnSets: string[][] = [];
  readonly #setIds = new Map<string, number>();
  #rows: Row[] = [];
  #numbers: number[] = [];
  /** Set from the first row on that is not written whole. */
  #kinds: number[] | undefined;
  #removals: Removal[] = [];
  /** Where the row of a key is, since the last removal by value. */
  #places = new Map<unknown, number>();
  /** For each declared column of the key: what makes one value of all that are the same in its type. */
  readonly #forms: readonly (ValueReader | undefined)[];
  /** For each inferred column of the key: what `typeof` said of the value before. */
  readonly #kindsOfKey: string[];

  constructor(rule: FoldingRule) {
    this.#rule = rule;
    this.#forms = rule.keyTypes.map((type) => (type === null ? undefined : formOf(type)));
    this.#kindsOfKey = rule.key.map(() => '');
  }

  get length(): number {
    return this.#rows.length + this.#removals.length;
  }

  /** A whole row. @param number of the row in the run */
  upsert(row: Row, number: number): void {
    if (this.#rule.key.length === 0) {
      this.#push(row, UPSERT, number);
      return;
    }
    const key = this.#keyOf(row, number);
    const place = this.#places.get(key);
    if (place !== undefined && (!this.#isSoft || this.#kindAt(place) !== DELETE)) {
      this.#put(place, row, UPSERT, number);
      return;
    }
    this.#places.set(key, this.#rows.length);
    this.#push(row, UPSERT, number);
  }

  /** Some columns of a row that has the key. */
  update(row: Row, number: number): void {
    const key = this.#keyOf(row, number);
    const place = this.#places.get(key);
    const kind = place === undefined ? undefined : this.#kindAt(place);
    if (place === undefined || kind === undefined) {
      this.#places.set(key, this.#rows.length);
      this.#push(row, this.#setOf(row), number);
    } else if (kind !== DELETE) {
      const merged = { ...this.#rows[place], ...row };
      this.#put(place, merged, kind === UPSERT ? UPSERT : this.#setOf(merged), number);
    }
  }

  /** The key of a row that goes. */
  delete(row: Row, number: number): void {
    const mapKey = this.#keyOf(row, number);
    const key: Row = {};
    for (const name of this.#rule.key) key[name] = row[name];
    const place = this.#places.get(mapKey);
    if (place === undefined) {
      this.#places.set(mapKey, this.#rows.length);
      this.#push(key, DELETE, number);
    } else if (!this.#isSoft) this.#put(place, key, DELETE, number);
    else if (this.#kindAt(place) !== DELETE) {
      this.#places.set(mapKey, this.#rows.length);
      this.#push(key, DELETE, number);
    }
  }

  /** Removes every row so far that equals the given columns. */
  remove(where: Row): void {
    this.#removals.push({ at: this.#rows.length, where });
    // What comes after it is not what it removes.
    this.#places.clear();
  }

  /** The batch so far; the builder is empty afterwards. */
  take(): RowBatch {
    const batch: RowBatch = {
      rows: this.#rows,
      firstRow: this.#numbers[0] ?? 1,
      numbers: this.#numbers,
      columnSets: this.#columnSets,
      ...(this.#kinds ? { kinds: this.#kinds } : {}),
      ...(this.#removals.length > 0 ? { removals: this.#removals } : {}),
    };
    this.#rows = [];
    this.#numbers = [];
    this.#kinds = undefined;
    this.#removals = [];
    this.#places.clear();
    return batch;
  }

  get #isSoft(): boolean {
    return this.#rule.deletes === 'soft';
  }

  #kindAt(place: number): number {
    return this.#kinds?.[place] ?? UPSERT;
  }

  #push(row: Row, kind: number, number: number): void {
    if (kind !== UPSERT) this.#kinds ??= this.#rows.map(() => UPSERT);
    this.#kinds?.push(kind);
    this.#rows.push(row);
    this.#numbers.push(number);
  }

  #put(place: number, row: Row, kind: number, number: number): void {
    if (kind !== UPSERT) this.#kinds ??= this.#rows.map(() => UPSERT);
    if (this.#kinds) this.#kinds[place] = kind;
    this.#rows[place] = row;
    this.#numbers[place] = number;
  }

  /** The kind of a patch: which columns besides the key it has. */
  #setOf(row: Row): number {
    const names = Object.keys(row).filter((name) => !this.#rule.key.includes(name));
    const text = JSON.stringify(names.sort());
    let id = this.#setIds.get(text);
    if (id === undefined) {
      id = this.#columnSets.push(names);
      this.#setIds.set(text, id);
    }
    return id;
  }

  /** What stands for the key of a row in this batch. */
  #keyOf(row: Row, number: number): unknown {
    const { key } = this.#rule;
    if (key.length === 1) return this.#partOf(row, 0, number);
    let text = '';
    for (let i = 0; i < key.length; i += 1) {
      const part = this.#partOf(row, i, number);
      text += typeof part === 'string' ? `${part.length}:${part}` : `${typeof part} ${String(part)}|`;
    }
    return text;
  }

  #partOf(row: Row, index: number, number: number): unknown {
    const name = this.#rule.key[index] as string;
    const value = Object.hasOwn(row, name) ? row[name] : undefined;
    if (value === null || value === undefined) throw keyMissing(this.#rule.table, name, number);
    const form = this.#forms[index];
    // One that does not convert is refused when it is written.
    if (form) return plain(form(value) ?? value);
    if (typeof value !== this.#kindsOfKey[index]) {
      // In a column that becomes text, 1 and '1' are one key. The target knows, so what comes now is not folded with
      // what came before.
      this.#kindsOfKey[index] = typeof value;
      this.#places.clear();
    }
    return plain(value);
  }
}

function formOf(type: ColumnType): ValueReader {
  const read = valueReader(type);
  if (type !== 'float') return read;
  return (value) => {
    const number = read(value);
    return typeof number === 'number' ? Math.fround(number) : number;
  };
}

/** Equal for equal values, also for those that are objects. */
function plain(value: unknown): unknown {
  return typeof value === 'object' ? jsonText(value) : value;
}

/** @param number of the row in the run */
export function keyMissing(table: string, column: string, number: number): RowError {
  return new RowError(`row ${number}: the key column "${column}" of table "${table}" has no value`, {
    code: 'KEY_MISSING',
    details: { table, column, row: number },
  });
}
