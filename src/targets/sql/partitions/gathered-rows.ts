import type { Row } from '../../../sdk/schema.js';
import { PARTITION } from '../../partitions/partition-column.js';
import { rowNumber, type RowBatch } from '../../target.js';
import type { PartitionStage } from './partition-database.js';
import type { PartitionTable } from './partition-table.js';

/** Rows of a batch: one chunk of DuckDB's. */
const BATCH_ROWS = 2048;
/** So many rows of one partition are written as they are; fewer are copied, with the id of their partition. */
const ALONE = 256;

/**
 * The way of held rows into a stage that partitions share. What a batch costs, be it of one row, is a chunk of native memory
 * or a message to the server, so that the few rows of many partitions go together.
 */
export class GatheredRows {
  readonly #stage: PartitionStage;
  #rows: Row[] = [];
  #numbers: number[] = [];

  constructor(stage: PartitionStage) {
    this.#stage = stage;
  }

  /** @throws RowError for a value that does not convert, of this batch or one before it */
  async add(table: PartitionTable, batch: RowBatch): Promise<void> {
    const { rows } = batch;
    if (rows.length >= ALONE) {
      await this.end();
      await this.#stage.append(table.withPartition(batch));
      return;
    }
    for (const [i, row] of rows.entries()) {
      this.#rows.push({ ...row, [PARTITION]: table.partition });
      this.#numbers.push(rowNumber(batch, i));
    }
    if (this.#rows.length >= BATCH_ROWS) await this.end();
  }

  /** Called at last. */
  async end(): Promise<void> {
    if (this.#rows.length === 0) return;
    const [rows, numbers] = [this.#rows, this.#numbers];
    this.#rows = [];
    this.#numbers = [];
    await this.#stage.append({ rows, numbers, firstRow: 1 });
  }
}
