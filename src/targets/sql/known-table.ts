import { parseColumnType } from '../../sdk/column-types.js';
import { PARTITION } from '../partitions/partition-column.js';
import type { TableColumn } from '../target.js';

/** What `_host_tables` says of a table. */
export interface KnownTable {
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly string[];
  /** True: it was loaded by partitions. Absent: as a whole. */
  readonly isPartitioned?: boolean;
}

/** A column as `_host_tables` has it. */
interface StoredColumn {
  readonly name: string;
  readonly type: string | null;
  readonly declared: boolean;
  readonly nullable: boolean;
}

/** JSON text of columns, for `_host_tables`. */
export function columnsText(columns: readonly TableColumn[]): string {
  return JSON.stringify(
    columns.map(({ name, type, declared, nullable }): StoredColumn => ({ name, type, declared, nullable })),
  );
}

/** @param columns made by {@link columnsText} @param primaryKey JSON text of a list of names */
export function knownTable(columns: string, primaryKey: string): KnownTable {
  return {
    columns: (JSON.parse(columns) as StoredColumn[]).map(({ name, type, declared, nullable }) => ({
      name,
      type: type === null ? null : (parseColumnType(type) ?? 'string'),
      declared,
      nullable,
    })),
    primaryKey: JSON.parse(primaryKey) as string[],
  };
}

/** Whether columns, as {@link columnsText} gives them, may be those of a table that was loaded by partitions. */
export function mayBePartitioned(columns: string): boolean {
  return columns.includes(`"${PARTITION}"`);
}
