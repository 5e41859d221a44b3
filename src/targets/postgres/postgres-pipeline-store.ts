import type { PastState, PipelineRun, PipelineStore, StoredState } from '../target.js';
import { Bookkeeping } from './bookkeeping.js';
import { Pipelines } from './pipelines.js';
import type { PostgresConnection } from './postgres-connection.js';

/** What a {@link PostgresPipelineStore} works with. */
export interface PipelineStoreParts {
  readonly label: string;
  readonly schema: string;
  /** Lends a connection for one step. */
  readonly withConnection: <T>(step: (connection: PostgresConnection) => Promise<T>) => Promise<T>;
  /** Opens a connection that the caller closes. */
  readonly connect: () => Promise<PostgresConnection>;
}

/** The states and runs in a schema. Each call has a connection of its own. */
export class PostgresPipelineStore implements PipelineStore {
  readonly #parts: PipelineStoreParts;

  constructor(parts: PipelineStoreParts) {
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
    const { label, schema, withConnection } = this.#parts;
    return withConnection(async (connection) => {
      await new Bookkeeping(connection, schema, label).prepare();
      return new Pipelines(connection, label).replace(pipeline, state, reason, partition);
    });
  }

  runs(pipeline: string | undefined, limit: number): Promise<readonly PipelineRun[]> {
    return this.#read((pipelines) => pipelines.runs(pipeline, limit), []);
  }

  /** A schema that the host never wrote to stays as it is. */
  #read<T>(step: (pipelines: Pipelines) => Promise<T>, none: T): Promise<T> {
    const { label, schema, withConnection } = this.#parts;
    return withConnection(async (connection) => {
      const bookkeeping = new Bookkeeping(connection, schema, label);
      if (!(await bookkeeping.isThere())) return none;
      await bookkeeping.prepare();
      return step(new Pipelines(connection, label));
    });
  }
}
