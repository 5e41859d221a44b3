import { TransientError } from '../../../sdk/errors.js';
import type { PartitionStage } from '../../sql/partitions/partition-database.js';
import type { Segment } from '../../sql/segments.js';
import type { RowBatch, TableColumn } from '../../target.js';
import type { PostgresConnection } from '../postgres-connection.js';
import { refuseTwins } from '../refuse-twins.js';
import type { SessionLink } from '../session-link.js';
import { Stage } from '../stage.js';

/** What a {@link PostgresPartitionStage} is made of. */
export interface PartitionStageParts {
  readonly link: SessionLink;
  /** Unique among the temporary tables of the connection. */
  readonly physicalName: string;
  /** Name for people and errors. */
  readonly table: string;
  readonly columns: readonly TableColumn[];
  /** Of the database, for errors. */
  readonly label: string;
  readonly signal: AbortSignal;
  /** Does a step on a connection that works. */
  readonly ask: <T>(step: () => Promise<T>) => Promise<T>;
}

/**
 * Rows of partitions in a temporary table of the connection that all of them share. What the server refuses of one stage
 * may come to light while another is written: it fails this one alone. With its connection the stage is lost.
 */
export class PostgresPartitionStage implements PartitionStage {
  readonly physicalName: string;
  readonly #parts: PartitionStageParts;
  readonly #stage: Stage;
  /** The connection that has it. */
  #home: PostgresConnection | undefined;
  /** What the server refused. */
  #failure: Error | undefined;

  constructor(parts: PartitionStageParts) {
    const { link, physicalName, table, columns } = parts;
    this.physicalName = physicalName;
    this.#parts = parts;
    refuseTwins(table, columns);
    this.#stage = new Stage({
      link,
      physicalName,
      table,
      columns,
      onRefused: (error) => (this.#failure ??= error),
    });
  }

  get rows(): number {
    return this.#stage.rows;
  }

  get isEmpty(): boolean {
    return this.#stage.isEmpty;
  }

  get segments(): readonly Segment[] {
    return this.#stage.segments;
  }

  get columnSets(): readonly (readonly string[])[] {
    return this.#stage.columnSets;
  }

  append(batch: RowBatch): Promise<void> {
    return this.#whileThere(() => this.#stage.append(batch));
  }

  alter(columns: readonly TableColumn[]): Promise<void> {
    refuseTwins(this.#parts.table, columns);
    return this.#whileThere(() => this.#stage.alter(columns));
  }

  async flush(): Promise<void> {
    if (this.#stage.rows === 0) return;
    await this.#whileThere(() => this.#parts.link.connection.endCopy());
  }

  analyze(): Promise<void> {
    return this.#stage.analyze();
  }

  async clear(): Promise<void> {
    if (!this.#isGone()) {
      try {
        await this.#parts.ask(() => this.#stage.drop());
      } catch (error) {
        if (!this.#isGone()) throw error;
      }
    }
    this.#stage.forget(true);
  }

  /** Whether there is nothing to drop. Where the run is stopped, it goes with the connection. */
  #isGone(): boolean {
    return this.#home === undefined || this.#isLost || this.#parts.signal.aborted;
  }

  get #isLost(): boolean {
    return this.#home !== undefined && (this.#home.isLost || this.#home !== this.#parts.link.connection);
  }

  async #whileThere(step: () => Promise<void>): Promise<void> {
    const { ask, link } = this.#parts;
    this.#throwIfLost();
    await ask(async () => {
      this.#home ??= link.connection;
      await step();
    });
    if (this.#failure) throw this.#failure;
  }

  #throwIfLost(): void {
    if (this.#failure) throw this.#failure;
    if (!this.#isLost) return;
    throw new TransientError(
      `the connection to ${this.#parts.label} was lost, and with it the rows that waited for their commit`,
      { code: 'TARGET_UNAVAILABLE' },
    );
  }
}
