import type { Connector } from '../../sdk/connector.js';
import type { Partitioning } from '../../sdk/partitioning.js';
import type { PagingLog } from '../../sync/paging-log.js';
import type { PartitionCounts } from '../../sync/run-report.js';
import { ChainedConnector } from './chained-connector.js';

/** What a {@link PartitionChain} is made of. */
export interface ChainParts {
  readonly create: (signal: AbortSignal, paging?: PagingLog) => Connector;
  readonly partitioning: Partitioning;
  /** Pages of the chosen partitions. */
  readonly select: (options: {
    readonly signal: AbortSignal;
    readonly warn: (text: string) => void;
    readonly onNotThere: (count: number) => void;
  }) => AsyncIterable<readonly string[]>;
}

/** One run in which the chosen partitions are read one after the other. */
export class PartitionChain {
  readonly #parts: ChainParts;
  readonly #warnings = new Set<string>();
  #current = '';
  #begun = 0;
  #ended = 0;
  #notThere = 0;

  constructor(parts: ChainParts) {
    this.#parts = parts;
  }

  /** The partition that is being read. */
  get current(): string {
    return this.#current;
  }

  /** What was wrong with the listing. */
  get warnings(): readonly string[] {
    return [...this.#warnings];
  }

  /**
   * How many were read, once the run has ended.
   * @param isLost whether a failure took back what was read
   */
  counts(hasFailed: boolean, isLost: boolean): PartitionCounts {
    const open = this.#begun - this.#ended;
    return {
      completed: isLost ? 0 : this.#ended,
      failed: hasFailed ? open : 0,
      unfinished: (hasFailed ? 0 : open) + (isLost ? this.#ended : 0),
      notRun: hasFailed || open > 0 ? null : 0,
      notThere: this.#notThere,
    };
  }

  /**
   * Makes a connector that reads all of them. A read that is repeated needs another.
   * @param source aborted when no more rows are wanted
   */
  connect(source: AbortController, paging?: PagingLog): ChainedConnector {
    const { signal } = source;
    const { create, partitioning, select } = this.#parts;
    this.#begun = 0;
    this.#ended = 0;
    return new ChainedConnector({
      create: () => create(signal, paging),
      partitioning,
      select: () =>
        select({
          signal,
          warn: (text) => this.#warnings.add(text),
          onNotThere: (count) => (this.#notThere = count),
        }),
      onBegin: (partition) => {
        this.#current = partition;
        this.#begun += 1;
      },
      onEnd: () => (this.#ended += 1),
    });
  }
}
