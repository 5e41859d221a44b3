import type { Row } from '../../../src/sdk/schema.js';
import type { ChildSink } from '../../../src/sync/shape/child-tables.js';
import { DatasetShape } from '../../../src/sync/shape/dataset-shape.js';
import type { ShapeOptions } from '../../../src/sync/shape/shape-options.js';
import type { DeclaredTable, TableShape } from '../../../src/sync/shape/table-shape.js';
import type { TableColumn } from '../../../src/targets/target.js';

/** One call of replace. */
export interface Replaced {
  readonly table: string;
  readonly parentKey: Row;
  readonly rows: readonly Row[];
}

/** Keeps what it is given. */
export class KeptChildren implements ChildSink {
  readonly calls: Replaced[] = [];

  replace(table: string, parentKey: Row, rows: Row[]): void {
    this.calls.push({ table, parentKey, rows });
  }

  /** All rows of a child table. */
  rows(table: string): Row[] {
    return this.calls.filter((call) => call.table === table).flatMap(({ rows }) => rows);
  }
}

/** A declared column. */
export function declared(name: string, type: TableColumn['type']): TableColumn {
  return { name, type, declared: true, nullable: true };
}

/** The shape of one dataset named `users` with the key `id`, where nothing else is said. */
export function usersShape(options: ShapeOptions, table: Partial<DeclaredTable> = {}): TableShape {
  const { columns = [], primaryKey = ['id'] } = table;
  return new DatasetShape(options, 'run').table('users', { columns, primaryKey }, 'users');
}

/** What rows become, all of them. */
export function shapeRows(shape: TableShape, rows: readonly Row[]): { rows: Row[]; children: KeptChildren } {
  const children = new KeptChildren();
  return { rows: rows.map((row, i) => shape.row(row, children, i + 1)), children };
}
