import { RowError } from '../../sdk/errors.js';
import type { Row } from '../../sdk/schema.js';
import { rowNumber, type RowBatch, type TableColumn } from '../target.js';
import { jsonText, sortedJsonText } from '../values/json-text.js';
import { rowJson, type RowJson } from '../values/json-value.js';
import { fieldReader } from '../values/row-field.js';

/** A row as it is staged. A type, so that it is a Row as well. */
export type StagedRow = {
  readonly number: number;
  /** The values of its key, as a JSON list. */
  readonly key: string;
  /** As JSON with sorted keys. */
  readonly row: string;
  /** The same without its nulls, which count as not given; null: it has none. */
  readonly content: string | null;
};

/** The key of a row that was read back, as the text that it was staged with. */
export function keyText(row: Row, key: readonly string[]): string {
  return jsonText(key.map((column) => fieldReader(column)(row))) ?? '';
}

/** Makes the texts by which rows of one table are compared and sent. */
export class RowTexts {
  readonly #table: string;
  readonly #toJson: RowJson;
  readonly #key: readonly { readonly column: string; readonly read: (row: Row) => unknown }[];

  /** Names of the columns of the row before, and the same in order: rows of one source mostly have the same. */
  #names: readonly string[] = [];
  #sorted: readonly string[] = [];

  constructor(table: string, columns: readonly TableColumn[], key: readonly string[]) {
    this.#table = table;
    this.#toJson = rowJson(table, columns);
    this.#key = key.map((column) => ({ column, read: fieldReader(column) }));
  }

  /** @throws RowError for a row without its key, or a value that does not convert */
  of(batch: RowBatch): StagedRow[] {
    return batch.rows.map((row, i) => this.#textsOf(row, rowNumber(batch, i)));
  }

  #textsOf(given: Row, number: number): StagedRow {
    const row = this.#toJson(given, number);
    const key = jsonText(this.#key.map(({ column, read }) => this.#present(read(row), column, number)));
    const text = this.#textOf(row);
    const content = hasNulls(row) ? sortedJsonText(withoutNulls(row)) : null;
    if (key === undefined || text === undefined || content === undefined) {
      throw new RowError(`row ${number} of table "${this.#table}" has a value that JSON cannot say`, {
        code: 'ROW_INVALID',
        details: { table: this.#table, row: number },
      });
    }
    return { number, key, row: text, content };
  }

  /** As sortedJsonText does, faster for rows without nested values. */
  #textOf(row: Row): string | undefined {
    const names = Object.keys(row);
    if (names.length !== this.#names.length || names.some((name, i) => name !== this.#names[i])) {
      this.#names = names;
      this.#sorted = names.toSorted();
    }
    const flat: Row = {};
    for (const name of this.#sorted) {
      const value = row[name];
      const isFlat = value === null || (typeof value !== 'object' && typeof value !== 'bigint');
      if (!isFlat || name === '__proto__') return sortedJsonText(row);
      flat[name] = value;
    }
    return JSON.stringify(flat);
  }

  #present(value: unknown, column: string, row: number): unknown {
    if (value !== null && value !== undefined) return value;
    const table = this.#table;
    throw new RowError(`row ${row}: the key column "${column}" of table "${table}" has no value`, {
      code: 'KEY_MISSING',
      details: { table, column, row },
    });
  }
}

function hasNulls(row: Row): boolean {
  for (const name in row) if (row[name] === null) return true;
  return false;
}

function withoutNulls(row: Row): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
