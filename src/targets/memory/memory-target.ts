import type { SavedState, Target, TargetCapabilities, TargetRun, TargetSession } from '../target.js';
import { MemoryTable, type MemoryTableContent } from './memory-table.js';

const NOTHING_SAVED: SavedState = { state: null, version: 0, fingerprint: null, format: 1 };

/**
 * Keeps rows and state in memory, for previews, checks and tests. Rows are checked and converted as for every other
 * target. Append and merge go on with the committed table of that name.
 */
export class MemoryTarget implements Target {
  readonly label = 'memory';
  readonly capabilities: TargetCapabilities = {
    transactional: true,
    keepsState: true,
    upserts: true,
    deletes: true,
    concurrentWriters: false,
    immediate: false,
    batchRows: 1000,
  };
  readonly #tables = new Map<string, MemoryTableContent>();
  readonly #saved = new Map<string, SavedState>();

  /** The committed tables, by name; also those of which no column is known. */
  get tables(): ReadonlyMap<string, MemoryTableContent> {
    return this.#tables;
  }

  /** What a pipeline saved with its last commit; undefined: it never committed. */
  savedBy(pipeline: string): SavedState | undefined {
    return this.#saved.get(pipeline);
  }

  async begin({ pipeline }: TargetRun): Promise<TargetSession> {
    const open = new Map<string, MemoryTable>();
    return {
      bytes: 0,
      saved: this.#saved.get(pipeline) ?? NOTHING_SAVED,
      openTable: async (request) => {
        const table = new MemoryTable(request, this.#tables.get(request.name));
        open.set(request.name, table);
        return table;
      },
      commit: async ({ isFinal, state, fingerprint, format }) => {
        let rowsDeleted = 0;
        for (const [name, table] of open) {
          rowsDeleted += table.takeDeleted();
          if (isFinal || !table.replaces) this.#tables.set(name, table.content);
        }
        const before = this.#saved.get(pipeline) ?? NOTHING_SAVED;
        const version = before.version + 1;
        const saved = state === null ? { ...before, version } : { state, version, fingerprint, format };
        this.#saved.set(pipeline, saved);
        return { rowsDeleted, stateVersion: version };
      },
      discard: async () => open.clear(),
      rollback: async () => open.clear(),
    };
  }

  async close(): Promise<void> {
    // The tables stay readable.
  }
}
