import type { RowBatch, Target, TargetCapabilities, TargetSession, TargetTable } from '../target.js';

/** Counts rows and forgets them, for benchmarks: what is left is the cost of everything before the target. */
export class NullTarget implements Target {
  readonly label = 'null';
  readonly capabilities: TargetCapabilities = {
    transactional: true,
    keepsState: false,
    upserts: false,
    deletes: false,
    concurrentWriters: true,
    immediate: false,
    batchRows: 1000,
  };
  #rows = 0;

  /** Rows taken so far, by all sessions. */
  get rows(): number {
    return this.#rows;
  }

  async begin(): Promise<TargetSession> {
    const table: TargetTable = {
      existing: null,
      alter: () => Promise.resolve(),
      write: async (batch: RowBatch) => {
        this.#rows += batch.rows.length;
      },
    };
    return {
      bytes: 0,
      openTable: () => Promise.resolve(table),
      commit: () => Promise.resolve(),
      rollback: () => Promise.resolve(),
    };
  }

  async close(): Promise<void> {
    // Nothing is held.
  }
}
