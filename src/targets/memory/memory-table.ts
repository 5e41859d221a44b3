import { ConfigError } from '../../sdk/errors.js';
import type { Row } from '../../sdk/schema.js';
import {
  DELETE,
  DELETED_AT,
  rowNumber,
  UPSERT,
  type Removal,
  type RowBatch,
  type SchemaChange,
  type TableColumn,
  type TableRequest,
  type TargetTable,
} from '../target.js';
import { rowJson, type RowJson } from '../values/json-value.js';
import { rowError } from '../values/row-error.js';
import { fieldReader, setField } from '../values/row-field.js';
import { textOf } from '../values/text-of.js';

/** A committed table. */
export interface MemoryTableContent {
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly string[];
  /** Declared columns in the form that `jsonValue` lists, others as the connector gave them. */
  readonly rows: readonly Row[];
}

const DELETED_AT_COLUMN: TableColumn = {
  name: DELETED_AT,
  type: 'timestamptz',
  declared: true,
  nullable: true,
};

/** One table in memory while a run writes it: operations are applied one by one, as they come. */
export class MemoryTable implements TargetTable {
  readonly existing: readonly TableColumn[] | null;
  /** True: it takes the place of the committed one with the final commit only. */
  readonly replaces: boolean;
  readonly #request: TableRequest;
  /** Columns by which rows are found; empty: they are only added. */
  readonly #key: readonly string[];
  /** By the text of the key, or numbered. */
  readonly #rows = new Map<string | number, Row>();
  #columns: readonly TableColumn[];
  #toJson!: RowJson;
  /** For keys and patches, which lack most columns. */
  #partToJson!: RowJson;
  #added = 0;
  #deleted = 0;
  /** The time of the next commit; undefined: nobody asked. */
  #commitTime: string | undefined;

  constructor(request: TableRequest, committed: MemoryTableContent | undefined) {
    const { mode, columns, primaryKey, hasOperations = false } = request;
    const before = mode === 'overwrite' ? undefined : committed;
    this.#request = request;
    this.replaces = mode === 'overwrite';
    this.existing = before?.columns.filter(({ name }) => !this.#isSoft || name !== DELETED_AT) ?? null;
    this.#key = hasOperations && mode !== 'append' ? primaryKey : [];
    this.#columns = this.existing ? merged(this.existing, columns) : columns;
    this.#bringColumns();
    for (const row of before?.rows ?? []) this.#rows.set(this.#placeOf(row), row);
  }

  get content(): MemoryTableContent {
    const columns = this.#columns;
    const isMarked = this.#isSoft && columns.length > 0;
    return {
      columns: isMarked ? [...columns, DELETED_AT_COLUMN] : columns,
      primaryKey: this.#request.primaryKey,
      rows: [...this.#rows.values()],
    };
  }

  /** How many rows went since it was last called, which is at each commit. */
  takeDeleted(): number {
    const deleted = this.#deleted;
    this.#deleted = 0;
    this.#commitTime = undefined;
    return deleted;
  }

  async alter(change: SchemaChange): Promise<void> {
    this.#columns = change.columns;
    this.#bringColumns();
  }

  async write(batch: RowBatch): Promise<void> {
    const { rows, kinds, removals = [] } = batch;
    // All of them first: of a batch with a row that is refused, nothing is taken.
    const converted = rows.map((row, i) => this.#converted(batch, row, i));
    let next = 0;
    for (const [i, row] of converted.entries()) {
      for (; removals[next]?.at === i; next += 1) this.#remove(removals[next] as Removal);
      const kind = kinds?.[i] ?? UPSERT;
      if (kind === DELETE) this.#delete(row);
      else if (kind === UPSERT) this.#upsert(row);
      else this.#update(row, batch.columnSets?.[kind - 1] ?? []);
    }
    for (const removal of removals.slice(next)) this.#remove(removal);
  }

  get #isSoft(): boolean {
    return this.#request.deletes === 'soft';
  }

  /** @throws ConfigError for a column of the source that has the name of the host's own */
  #bringColumns(): void {
    const { name } = this.#request;
    if (this.#isSoft && this.#columns.some((column) => column.name.toLowerCase() === DELETED_AT)) {
      throw new ConfigError(
        `table "${name}" has a column "${DELETED_AT}", a name that the host needs itself`,
        {
          code: 'COLUMN_NAME_INVALID',
          details: { table: name, column: DELETED_AT },
        },
      );
    }
    this.#toJson = rowJson(name, this.#columns);
    this.#partToJson = rowJson(
      name,
      this.#columns.map((column) => ({ ...column, nullable: true })),
    );
  }

  #upsert(row: Row): void {
    this.#rows.set(this.#placeOf(row), row);
  }

  #converted(batch: RowBatch, row: Row, index: number): Row {
    const kind = batch.kinds?.[index] ?? UPSERT;
    const number = rowNumber(batch, index);
    if (kind === UPSERT) return this.#toJson(row, number);
    const names = kind === DELETE ? [] : (batch.columnSets?.[kind - 1] ?? []);
    for (const column of this.#columns) {
      if (column.nullable || !names.includes(column.name)) continue;
      const value = fieldReader(column.name)(row);
      if ((value ?? null) === null) throw rowError(this.#request.name, column, number, value);
    }
    return this.#partToJson(row, number);
  }

  #update(patch: Row, names: readonly string[]): void {
    const place = this.#placeOf(patch);
    const there = this.#rows.get(place);
    if (!there || this.#isDeleted(there)) return;
    const row = { ...there };
    for (const name of names) setField(row, name, fieldReader(name)(patch));
    this.#rows.set(place, row);
  }

  #delete(key: Row): void {
    const place = this.#placeOf(key);
    const row = this.#rows.get(place);
    if (row) this.#take(place, row);
  }

  #remove({ where: given }: Removal): void {
    const where = this.#partToJson(given, 1);
    const texts = Object.keys(given).map((name) => ({
      read: fieldReader(name),
      text: textOf(fieldReader(name)(where)),
    }));
    for (const [place, row] of this.#rows) {
      if (texts.every(({ read, text }) => textOf(read(row)) === text)) this.#take(place, row);
    }
  }

  #take(place: string | number, row: Row): void {
    if (this.#isSoft && this.#isDeleted(row)) return;
    this.#deleted += 1;
    if (this.#isSoft) {
      this.#commitTime ??= new Date().toISOString();
      this.#rows.set(place, { ...row, [DELETED_AT]: this.#commitTime });
    } else this.#rows.delete(place);
  }

  #isDeleted(row: Row): boolean {
    return this.#isSoft && (row[DELETED_AT] ?? null) !== null;
  }

  /** What is one key in a column of text is one key here. */
  #placeOf(row: Row): string | number {
    if (this.#key.length === 0) return (this.#added += 1);
    return JSON.stringify(this.#key.map((name) => textOf(fieldReader(name)(row))));
  }
}

/** The columns that a table has, then those that are new. */
function merged(before: readonly TableColumn[], declared: readonly TableColumn[]): readonly TableColumn[] {
  const names = new Set(before.map((column) => column.name));
  return [...before, ...declared.filter((column) => !names.has(column.name))];
}
