import type { DuckDBInstance } from '@duckdb/node-api';
import type { PastState, PipelineRun, PipelineStore, SavedState } from '../target.js';
import { Bookkeeping } from './bookkeeping.js';
import { Pipelines } from './pipelines.js';

/** What a {@link DuckdbPipelineStore} works with. */
export interface DuckdbPipelineStoreParts {
  readonly instance: DuckDBInstance;
  readonly label: string;
  /** Runs a step when no run on the same file runs one. */
  readonly inTurn: <T>(step: () => Promise<T>) => Promise<T>;
}

/** The states and runs in a database. Each call has a connection of its own. */
export class DuckdbPipelineStore implements PipelineStore {
  readonly #parts: DuckdbPipelineStoreParts;

  constructor(parts: DuckdbPipelineStoreParts) {
    this.#parts = parts;
  }

  pipelines(): Promise<readonly string[]> {
    return this.#do((pipelines) => pipelines.names());
  }

  load(pipeline: string): Promise<SavedState | undefined> {
    return this.#do((pipelines) => pipelines.load(pipeline));
  }

  history(pipeline: string): Promise<readonly PastState[]> {
    return this.#do((pipelines) => pipelines.history(pipeline));
  }

  save(pipeline: string, state: string | null, reason: string): Promise<number> {
    return this.#do((pipelines) => pipelines.replace(pipeline, state, reason));
  }

  runs(pipeline: string | undefined, limit: number): Promise<readonly PipelineRun[]> {
    return this.#do((pipelines) => pipelines.runs(pipeline, limit));
  }

  async #do<T>(step: (pipelines: Pipelines) => Promise<T>): Promise<T> {
    const { instance, label, inTurn } = this.#parts;
    const connection = await instance.connect();
    try {
      return await inTurn(async () => {
        await new Bookkeeping(connection, label).prepare();
        return step(new Pipelines(connection, label));
      });
    } finally {
      connection.closeSync();
    }
  }
}
