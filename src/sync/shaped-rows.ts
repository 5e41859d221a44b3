import { ConnectorError } from '../sdk/errors.js';
import type { Row } from '../sdk/schema.js';
import type { OwnColumns } from './own-columns.js';
import type { ChildSink } from './shape/child-tables.js';
import type { TableShape } from './shape/table-shape.js';
import type { OpenTable } from './table-opener.js';

/** Rows of a child table that replace those of one root row. */
interface Replacement {
  readonly childTable: string;
  readonly parentKey: Row;
  readonly rows: readonly Row[];
}

/** What {@link ShapedRows} works with. */
export interface ShapedRowsParts {
  readonly root: OpenTable;
  /** Absent: rows stay as they are. */
  readonly shape: TableShape | undefined;
  /** Absent: the host adds no columns. */
  readonly own: OwnColumns | undefined;
  readonly findChild: (name: string) => OpenTable | undefined;
  readonly openChild: (name: string) => Promise<OpenTable>;
}

/**
 * Brings the rows and operations of one table of the source into the tables of the target that they belong to: its own
 * and, with child tables, those of its lists. Whatever a root row had there goes when the row is written again.
 */
export class ShapedRows {
  readonly #parts: ShapedRowsParts;
  readonly #sink: ChildSink;
  #replacements: Replacement[] = [];

  constructor(parts: ShapedRowsParts) {
    this.#parts = parts;
    this.#sink = {
      replace: (childTable, parentKey, rows) => this.#replacements.push({ childTable, parentKey, rows }),
    };
  }

  /** A whole row. @returns a promise only where a table has to be opened first */
  add(row: Row, number: number): Promise<void> | undefined {
    const { root, shape } = this.#parts;
    root.buffer.add(this.#filled(shape ? shape.row(row, this.#sink, number) : { ...row }), number);
    return this.#handOver(number);
  }

  /** Some columns of a row; child tables are touched where their list is given. */
  update(row: Row, number: number): Promise<void> | undefined {
    const { root, shape } = this.#parts;
    root.buffer.update(this.#filled(shape ? shape.patch(row, this.#sink, number) : { ...row }), number);
    return this.#handOver(number);
  }

  /** Removes a row by its key, and its child rows. */
  delete(key: Row, number: number): void {
    const { root, shape } = this.#parts;
    const named = shape ? shape.columnsOf(key) : key;
    root.buffer.delete(named, number);
    if (shape) this.#removeChildren(shape.parentKey(named), number);
  }

  /** Removes rows by value, and their child rows. No columns: all of them. */
  remove(columns: Row, number: number): void {
    const { root, shape } = this.#parts;
    const named = shape ? shape.columnsOf(columns) : { ...columns };
    root.buffer.remove(named, number);
    if (!shape || shape.children.length === 0) return;
    const isAll = Object.keys(named).length === 0;
    const key = shape.primaryKey;
    if (!isAll && (key.length === 0 || !key.every((name) => Object.hasOwn(named, name)))) {
      throw new ConnectorError(
        `deleteWhere on table "${root.name}", which has child tables, must name its whole key (${key.join(', ') || 'it has none'})`,
        { code: 'OPERATION_INVALID', details: { table: root.name } },
      );
    }
    this.#removeChildren(isAll ? {} : shape.parentKey(named), number);
  }

  #removeChildren(where: Row, number: number): void {
    for (const name of this.#parts.shape?.children ?? [])
      this.#parts.findChild(name)?.buffer.remove(where, number);
  }

  #handOver(number: number): Promise<void> | undefined {
    if (this.#replacements.length === 0) return undefined;
    const replacements = this.#replacements;
    this.#replacements = [];
    const isOpen = replacements.every(({ childTable }) => this.#parts.findChild(childTable) !== undefined);
    if (!isOpen) return this.#openAndReplace(replacements, number);
    for (const replacement of replacements) this.#replace(replacement, number);
    return undefined;
  }

  async #openAndReplace(replacements: readonly Replacement[], number: number): Promise<void> {
    for (const replacement of replacements) {
      const { childTable, rows } = replacement;
      // A table that is not there needs none.
      if (rows.length > 0 && !this.#parts.findChild(childTable)) await this.#parts.openChild(childTable);
      this.#replace(replacement, number);
    }
  }

  #replace({ childTable, parentKey, rows }: Replacement, number: number): void {
    const child = this.#parts.findChild(childTable);
    if (!child) return;
    // Where rows are only added, a root row is a new one, and what is there belongs to others.
    if (this.#parts.root.key.length > 0) child.buffer.remove(parentKey, number);
    for (const row of rows) child.buffer.add(this.#filled(row), number);
  }

  /** @param row nobody else's */
  #filled(row: Row): Row {
    const { own, root } = this.#parts;
    return own ? own.fill(row, root.name) : row;
  }
}
