import type { HttpClient, HttpOptions } from './http.js';
import type { Logger } from './logger.js';
import type { Operation, State } from './operations.js';
import type { PagingSummary } from './paginate/paging.js';
import type { Partitioning } from './partitioning.js';
import type { ReadSchema, Row } from './schema.js';
import type { DatasetWriter } from './writer/index.js';

/** What generateRows may yield: a row, a page of rows (fastest: one step of the generator for all of them), or an operation. */
export type Emission = Row | readonly Row[] | Operation;

/** What one read is asked for. */
export interface ReadRequest {
  /** What getReadSchema returned. */
  readonly datasetSchema: ReadSchema;
  /** The partition scheme; null where the dataset is not partitioned. */
  readonly datasetPartitioning: Partitioning | null;
  /** The one partition to read; null: the whole dataset. */
  readonly partitionId: string | null;
  /** Rows wanted at most; -1: all. Never 0. A hint that saves work: the host cuts whatever comes after. */
  readonly recordsLimit: number;
  /** The state saved by the last committed run; `{}` at first. */
  readonly state: State;
  /** Aborted when nobody wants more rows. `context.http` obeys it by itself. */
  readonly signal: AbortSignal;
}

/** What one write is asked for. */
export interface WriteRequest {
  /** Columns and key of the rows that will come, as far as they are known before the first. */
  readonly datasetSchema: ReadSchema;
  readonly datasetPartitioning: Partitioning | null;
  readonly partitionId: string | null;
  /** Name of the table the rows belong to. */
  readonly table: string;
  /** Names of the key columns; empty where there is no key. */
  readonly primaryKey: readonly string[];
  /** OVERWRITE: the rows replace what is there. APPEND: they are added. */
  readonly writeMode: 'OVERWRITE' | 'APPEND';
  /** Aborted when the run is stopped. */
  readonly signal: AbortSignal;
}

/** What the host lends a connector. */
export interface ConnectorContext {
  /** The plugin-level parameters (`params` of plugin.json). */
  readonly pluginConfig: Row;
  /** A ready HTTP client: `createHttp({})`. Loaded when it is first used. */
  readonly http: HttpClient;
  /** Makes another HTTP client, for example with a base URL. */
  createHttp(options: HttpOptions): HttpClient;
  readonly logger: Logger;
  /** Takes what a read by `paginate` did, for the run's report; `paginate` calls it when the read ends. */
  notePaging(summary: PagingSummary): void;
  /** Absolute path of a file in the connector's own folder, for example `resource('fixtures/data.json')`. */
  resource(path: string): string;
}

/**
 * The base class of a connector. `connector.ts` has one such class as its default export.
 *
 * For every read and every write the host makes a fresh instance with a deep copy of the config, so a connector may
 * keep its paging state on `this`. Methods that are not implemented are not called.
 */
export abstract class Connector<Config extends object = Row> {
  /** @param config the parameters of connector.json, checked and with defaults filled in */
  constructor(
    protected readonly config: Config,
    protected readonly context: ConnectorContext,
  ) {}

  /**
   * Called once before generateRows. Return the columns, the primary key, or both; null (the default) infers the
   * columns from the rows. Declared columns are held, others are inferred and added.
   */
  getReadSchema(): ReadSchema | Promise<ReadSchema> {
    return null;
  }

  /**
   * Called once for each read, after getReadSchema. Yield rows, or better pages (arrays) of rows. The host asks for
   * the next emission only when it can take it, and closes the generator (its `finally` runs) when it has enough.
   * Throw an AuthError, ConfigError or TransientError where you know who must act; anything else counts as a bug of
   * the connector.
   */
  abstract generateRows(request: ReadRequest): Iterable<Emission> | AsyncIterable<Emission>;

  /** Called once for each table to write; needs `"writable": true`. */
  getWriter?(request: WriteRequest): DatasetWriter | Promise<DatasetWriter>;

  /** Called before anything about partitions; needs a code-defined `partitioningMode`. */
  getPartitioning?(): Partitioning | Promise<Partitioning>;

  /** Yields the ids of all partitions; needs a listable `partitioningMode`. */
  listPartitions?(
    partitioning: Partitioning,
  ): Iterable<string> | AsyncIterable<string> | Promise<readonly string[]>;

  /** Tells whether a partition is there, without reading it. Several may be asked about at once. */
  partitionExists?(partitioning: Partitioning, partitionId: string): boolean | Promise<boolean>;

  /** Counts the rows without reading them; needs `"canCountRecords": true`. */
  getRecordsCount?(partitioning?: Partitioning, partitionId?: string): number | Promise<number>;

  /** Turns a state saved by an older version of the connector into today's. */
  migrateState?(old: State, version: number): State;

  /** Called once when the instance is no longer needed, also after a failure. */
  close?(): void | Promise<void>;
}
