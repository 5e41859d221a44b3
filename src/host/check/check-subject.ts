import { randomUUID } from 'node:crypto';
import { ConfigError } from '../../sdk/errors.js';
import type { Logger } from '../../sdk/logger.js';
import { RunProgress } from '../../sync/run-progress.js';
import { runSync } from '../../sync/sync.js';
import { MemoryTarget } from '../../targets/memory/memory-target.js';
import type { PartitionScheme } from '../partitions/partition-scheme.js';
import { capabilitiesOf, type ConnectorEntry } from '../connectors/connector-entry.js';
import type { ConnectorClass, ConnectorLoader } from '../connectors/connector-loader.js';
import type { ConnectorOpener } from '../connectors/connector-opener.js';
import type { OpenedConnector } from '../connectors/opened-connector.js';
import { toHostError } from '../http/http-error.js';
import { SourcePartitions, type SelectOptions } from '../partition-runner/source-partitions.js';
import type { ConfigSpec, RunSpec } from '../run-spec.js';
import type { CheckLog } from './check-log.js';
import { TABLE, type Reading } from './reading.js';
import type { Recording } from './recording.js';
import { WatchedConnector, type WatchOptions } from './watched-connector.js';

/** Pages that are looked at where nobody says how many rows. */
const PAGES = 2;
/** Rows that are looked at where nobody says how many, of a connector that yields them one by one. */
const SINGLE_ROWS = 1000;

/** What a {@link CheckSubject} is made of. */
export interface CheckSubjectParts {
  readonly entry: ConnectorEntry;
  readonly config: ConfigSpec;
  /** Which partition is looked at: the first that is chosen; of a source without, the whole. */
  readonly partitions: Pick<RunSpec, 'partition' | 'dimensions' | 'now'>;
  /** Rows to look at; undefined: two pages, or 1000 rows that come one by one. */
  readonly limit: number | undefined;
  /** Stops the checks; its reason is an AbortError. */
  readonly signal: AbortSignal;
  readonly loader: ConnectorLoader;
  readonly opener: ConnectorOpener;
  readonly log: CheckLog;
  /** The way to `log` on which secrets are hidden. */
  readonly logger: Logger;
}

/** The partition that is read. */
export type CheckedPartition = PartitionScheme & { readonly id: string };

/** What a look at partitions is given. */
export type ListingOptions = Pick<SelectOptions, 'signal' | 'warn'>;

/** How one read of a check differs from a run's. */
export type ReadOptions = Omit<WatchOptions, 'source'> & {
  /** Rows that the connector is asked for; default: all. */
  readonly recordsLimit?: number;
  /** Stops the read. */
  readonly signal?: AbortSignal;
  /** Where the read goes on from what it saved, as a run does; default: a fresh one, whose tables are replaced. */
  readonly target?: MemoryTarget;
};

/** The connector that is checked. What several checks look at is made once, when it is first asked for. */
export class CheckSubject {
  readonly entry: ConnectorEntry;
  /** True: it has rows to read. False: it can only be written to. */
  readonly isReadable: boolean;
  readonly #parts: CheckSubjectParts;
  #opened: Promise<OpenedConnector> | undefined;
  #partition: Promise<CheckedPartition | undefined> | undefined;
  #reading: Promise<Reading> | undefined;

  constructor(parts: CheckSubjectParts) {
    this.#parts = parts;
    this.entry = parts.entry;
    this.isReadable = capabilitiesOf(parts.entry.manifest).readable;
  }

  /** @throws HostError where the class cannot be loaded, or lacks what the manifest declares */
  load(): Promise<ConnectorClass> {
    return this.#parts.loader.load(this.entry);
  }

  /** @throws HostError for a wrong config */
  opened(): Promise<OpenedConnector> {
    const { opener, config, logger } = this.#parts;
    this.#opened ??= opener.open(this.entry.id, config, this.isReadable ? 'source' : 'target', logger);
    return this.#opened;
  }

  /** The read that most checks look at: two pages at least, whatever their size, or as many as there are. */
  reading(): Promise<Reading> {
    this.#reading ??= this.#readFirst();
    return this.#reading;
  }

  /**
   * The partition that is read: it keeps the promises of all. Undefined: the source is read whole.
   * @throws HostError where the connector does not say how it is cut, or none can be chosen
   */
  partition(): Promise<CheckedPartition | undefined> {
    this.#partition ??= this.#firstPartition();
    return this.#partition;
  }

  /**
   * Looks at how the source is cut, by an instance of its own.
   * @param look not called where the source is read whole
   */
  async withPartitions<T>(
    look: (partitions: SourcePartitions, options: ListingOptions) => Promise<T>,
  ): Promise<T | undefined> {
    const { partitions: spec, signal, logger } = this.#parts;
    const partitions = await SourcePartitions.of(spec, await this.opened());
    if (!partitions) return undefined;
    try {
      return await look(partitions, { signal, warn: (text) => logger.warn(text) });
    } finally {
      await partitions.close();
    }
  }

  async #firstPartition(): Promise<CheckedPartition | undefined> {
    const { label } = await this.opened();
    return this.withPartitions(async (partitions, options) => {
      const { partitioning, isListable } = partitions.scheme;
      for await (const [id] of partitions.select(options))
        if (id !== undefined) return { id, partitioning, isListable };
      throw new ConfigError(`${label} lists no partitions, so there is nothing to look at`, {
        code: 'PARTITION_NOT_FOUND',
        action: 'Name one with --partition.',
      });
    });
  }

  async #readFirst(): Promise<Reading> {
    const { limit, log } = this.#parts;
    const { reading } = await this.read({ isEnough: (recording) => hasEnough(recording, limit) });
    log.close();
    return reading;
  }

  /**
   * Reads a fresh instance by the same engine as a run, into memory.
   *
   * @throws HostError when the constructor throws, AbortError when the checks are stopped
   */
  async read(options: ReadOptions = {}): Promise<{ reading: Reading; watched: WatchedConnector }> {
    const { recordsLimit = -1, isEnough, onReadOn, target = new MemoryTarget() } = options;
    const { signal } = this.#parts;
    const opened = await this.opened();
    const partition = await this.partition();
    let watched: WatchedConnector | undefined;
    const { error } = await runSync({
      runId: randomUUID(),
      pipeline: () => TABLE,
      table: TABLE,
      connect: (source) =>
        (watched = new WatchedConnector(opened.create(source.signal), { source, isEnough, onReadOn })),
      target,
      ...(partition ? { partition } : {}),
      recordsLimit,
      signal: options.signal ? AbortSignal.any([signal, options.signal]) : signal,
      progress: new RunProgress(),
      translateError: toHostError,
      options: options.target ? {} : { mode: 'overwrite' },
    });
    signal.throwIfAborted();
    // What the constructor threw is in no recording.
    if (!watched) throw error ?? new Error('the read made no connector');
    return { reading: { recording: watched.recording, error, tables: target.tables }, watched };
  }
}

function hasEnough({ rows, pages, singleRows }: Recording, limit: number | undefined): boolean {
  if (limit === undefined) return pages.length >= PAGES || singleRows >= SINGLE_ROWS;
  return rows.length >= limit && (pages.length !== 1 || singleRows >= limit);
}
