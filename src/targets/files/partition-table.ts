import { PARTITION, PARTITION_COLUMN, refusePartitionColumn } from '../partitions/partition-column.js';
import type { RowBatch, SchemaChange, TableColumn } from '../target.js';
import type { FileTable, OpenFileTable } from './file-table.js';

/** Opens tables that have the id of a partition in each row. */
export function withPartition(openTable: OpenFileTable, id: string): OpenFileTable {
  return async (file, request, path, scratch) => {
    const { name, columns } = request;
    refusePartitionColumn(columns, name);
    const end = columns.length;
    const inner = await openTable(file, { ...request, columns: addPartition(columns, end) }, path, scratch);
    const there = inner.existing?.findIndex((column) => column.name === PARTITION) ?? -1;
    return new PartitionTable({ inner, name, columns, place: there === -1 ? end : there, id });
  };
}

interface PartitionTableParts {
  /** Has the column of partitions as well. */
  readonly inner: FileTable;
  readonly name: string;
  readonly columns: readonly TableColumn[];
  /** Where the column of partitions stands: where the file has it, or behind the columns that were known at the start. */
  readonly place: number;
  readonly id: string;
}

/** A table whose rows get the id of their partition on their way. */
class PartitionTable implements FileTable {
  readonly existing: readonly TableColumn[] | null;
  readonly #parts: PartitionTableParts;
  #hasColumns: boolean;

  constructor(parts: PartitionTableParts) {
    this.#parts = parts;
    const { existing } = parts.inner;
    this.existing = existing?.filter(({ name }) => name !== PARTITION) ?? null;
    this.#hasColumns = parts.columns.length > 0;
  }

  async alter(change: SchemaChange): Promise<void> {
    const { inner, name, place } = this.#parts;
    refusePartitionColumn(change.added, name);
    this.#hasColumns = change.columns.length > 0;
    await inner.alter({ ...change, columns: addPartition(change.columns, place) });
  }

  async write(batch: RowBatch): Promise<void> {
    const { inner, id } = this.#parts;
    await inner.write({ ...batch, rows: batch.rows.map((row) => ({ ...row, [PARTITION]: id })) });
  }

  /** The column of partitions alone makes no table. */
  async finish(): Promise<boolean> {
    return (this.#hasColumns || this.existing !== null) && (await this.#parts.inner.finish());
  }

  async finishEmpty(): Promise<void> {
    await this.#parts.inner.finishEmpty?.();
  }

  async release(): Promise<void> {
    await this.#parts.inner.release?.();
  }
}

function addPartition(columns: readonly TableColumn[], place: number): readonly TableColumn[] {
  return [...columns.slice(0, place), PARTITION_COLUMN, ...columns.slice(place)];
}
