import type { DuckDBInstance } from '@duckdb/node-api';
import type { PastState, PipelineRun, PipelineStore, StoredState } from '../target.js';
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
    return this.#read((pipelines) => pipelines.names(), []);
  }

  load(pipeline: string, partition?: string): Promise<StoredState | undefined> {
    return this.#read((pipelines) => pipelines.stored(pipeline, partition), undefined);
  }

  history(pipeline: string): Promise<readonly PastState[]> {
    return this.#read((pipelines) => pipelines.history(pipeline), []);
  }

  save(pipeline: string, state: string | null, reason: string, partition?: string): Promise<number> {
    return this.#do(async (pipelines, bookkeeping) => {
      await bookkeeping.prepare();
      return pipelines.replace(pipeline, state, reason, partition);
    });
  }

  runs(pipeline: string | undefined, limit: number): Promise<readonly PipelineRun[]> {
    return this.#read((pipelines) => pipelines.runs(pipeline, limit), []);
  }

  /** A database that the host never wrote to stays as it is. */
  #read<T>(step: (pipelines: Pipelines) => Promise<T>, none: T): Promise<T> {
    return this.#do(async (pipelines, bookkeeping) => {
      if (!(await bookkeeping.hasPipelines())) return none;
      await bookkeeping.prepare();
      return step(pipelines);
    });
  }

  async #do<T>(step: (pipelines: Pipelines, bookkeeping: Bookkeeping) => Promise<T>): Promise<T> {
    const { instance, label, inTurn } = this.#parts;
    const connection = await instance.connect();
    try {
      return await inTurn(() => step(new Pipelines(connection, label), new Bookkeeping(connection, label)));
    } finally {
      connection.closeSync();
    }
  }
}
