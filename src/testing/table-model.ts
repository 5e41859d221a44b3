import type { Operation } from '../sdk/operations.js';
import type { Row } from '../sdk/schema.js';
import type { DeleteMode } from '../targets/target.js';
import { textOf } from '../targets/values/text-of.js';

/** Column of {@link TableModel.texts} that says when a row was deleted. */
export const DELETED = '(deleted)';

/** A row of a {@link TableModel}: its values as text, and the commit that deleted it; null: it lives. */
interface ModelRow {
  readonly values: ReadonlyMap<string, string | null>;
  readonly deletedIn: number | null;
}

/** What a {@link TableModel} does with operations. */
export interface TableModelOptions {
  /** Empty: rows have no key, so they are only added, or removed by value. */
  readonly key: readonly string[];
  readonly deletes?: DeleteMode;
}

/**
 * What a table must be after operations, one by one, as the contract says it: no batches, no folding, values as text.
 * Targets are held against it.
 */
export class TableModel {
  readonly #key: readonly string[];
  readonly #isSoft: boolean;
  readonly #rows: ModelRow[] = [];
  #commit = 1;

  constructor({ key, deletes = 'hard' }: TableModelOptions) {
    this.#key = key;
    this.#isSoft = deletes === 'soft';
  }

  /**
   * All rows as {@link modelTexts}, the deleted ones with a column that says so.
   * @param deletedText makes its text of the number of the commit
   */
  texts(deletedText: (deletedIn: number) => string = String): string[] {
    return modelTexts(
      this.#rows.map(({ values, deletedIn }) =>
        deletedIn === null ? values : new Map([...values, [DELETED, deletedText(deletedIn)]]),
      ),
    );
  }

  /** What comes from here on belongs to the next commit. */
  committed(): void {
    this.#commit += 1;
  }

  apply(operation: Exclude<Operation, { kind: 'checkpoint' }>): void {
    switch (operation.kind) {
      case 'upsert':
        for (const row of operation.rows) this.#upsert(textsOf(row));
        return;
      case 'update':
        for (const row of operation.rows) this.#update(textsOf(row));
        return;
      case 'delete':
        for (const key of operation.keys) this.#remove(this.#keyPart(textsOf(key)));
        return;
      case 'deleteWhere':
        this.#remove(textsOf(operation.columns));
        return;
      default:
        this.#remove(new Map());
    }
  }

  #upsert(values: Texts): void {
    if (this.#key.length > 0) this.#drop((row) => equals(row.values, this.#keyPart(values)));
    this.#rows.push({ values, deletedIn: null });
  }

  #update(patch: Texts): void {
    const key = this.#keyPart(patch);
    for (const [i, { values, deletedIn }] of this.#rows.entries()) {
      if (deletedIn !== null || !equals(values, key)) continue;
      this.#rows[i] = { values: new Map([...values, ...patch]), deletedIn };
    }
  }

  #remove(where: Texts): void {
    if (!this.#isSoft) this.#drop(({ values }) => equals(values, where));
    else {
      for (const [i, { values, deletedIn }] of this.#rows.entries()) {
        if (deletedIn === null && equals(values, where)) this.#rows[i] = { values, deletedIn: this.#commit };
      }
    }
  }

  #drop(isGone: (row: ModelRow) => boolean): void {
    for (let i = this.#rows.length - 1; i >= 0; i -= 1) {
      if (isGone(this.#rows[i] as ModelRow)) this.#rows.splice(i, 1);
    }
  }

  #keyPart(values: Texts): Texts {
    return new Map(this.#key.map((name) => [name, values.get(name) ?? null]));
  }
}

type Texts = ReadonlyMap<string, string | null>;

/** Rows as sorted texts, whatever the order of their columns; a column that is null is as good as none. */
export function modelTexts(rows: readonly (Texts | Readonly<Record<string, string | null>>)[]): string[] {
  return rows
    .map((row) => {
      const pairs = row instanceof Map ? [...(row as Texts)] : Object.entries(row);
      return JSON.stringify(pairs.filter(([, value]) => value !== null).sort());
    })
    .sort();
}

function textsOf(row: Row): Texts {
  return new Map(Object.entries(row).map(([name, value]) => [name, textOf(value) ?? null]));
}

/** Where no value equals no value. */
function equals(values: Texts, where: Texts): boolean {
  return [...where].every(([name, value]) => (values.get(name) ?? null) === value);
}
