import { Connector, type ConnectorContext, type Emission, type ReadRequest } from '../../sdk/connector.js';
import { ConnectorError } from '../../sdk/errors.js';
import { isOperation, op, type Operation } from '../../sdk/operations.js';
import type { Partitioning } from '../../sdk/partitioning.js';
import type { ReadSchema } from '../../sdk/schema.js';
import { PARTITION } from '../../targets/partitions/partition-column.js';
import { within } from '../../targets/within.js';

/** The connectors that it reads have their own. */
const NO_CONTEXT = {} as ConnectorContext;
/** Longest time that a connector gets to close, in milliseconds. */
const CLOSE_WITHIN_MS = 500;

/** What a {@link ChainedConnector} reads. */
export interface ChainedSource {
  /** Makes the instance that reads one partition. */
  readonly create: () => Connector;
  readonly partitioning: Partitioning;
  /** Pages of the partitions to read. */
  readonly select: () => AsyncIterable<readonly string[]>;
  /** Told of each partition before it is read, and of each that was read to its end. */
  readonly onBegin: (partition: string) => void;
  readonly onEnd?: (partition: string) => void;
}

/**
 * Reads partitions one after the other as one source, each by an instance of its own. Every partition is read from nothing,
 * and states that are offered are not kept: one state cannot be that of many partitions.
 */
export class ChainedConnector extends Connector {
  readonly #source: ChainedSource;
  /** The instance that said what the schema is; it reads the first partition. */
  #first: { readonly connector: Connector; readonly schema: ReadSchema } | undefined;
  /** The instance that is not closed yet. */
  #open: Connector | undefined;
  #rows = 0;

  constructor(source: ChainedSource) {
    super({}, NO_CONTEXT);
    this.#source = source;
  }

  override async getReadSchema(): Promise<ReadSchema> {
    this.#first = await this.#next();
    const { schema } = this.#first;
    // Without states no read goes on where another ended.
    return isObject(schema) && !('tables' in schema) ? { ...schema, incremental: false } : schema;
  }

  override async *generateRows(request: ReadRequest): AsyncIterable<Emission> {
    const { select, onBegin, onEnd } = this.#source;
    for await (const page of select()) {
      for (const partition of page) {
        const left = request.recordsLimit < 0 ? -1 : request.recordsLimit - this.#rows;
        if (left === 0 || request.signal.aborted) return;
        onBegin(partition);
        yield* this.#read(partition, { ...request, recordsLimit: left });
        onEnd?.(partition);
      }
    }
  }

  override async close(): Promise<void> {
    await this.#close();
  }

  async *#read(partition: string, request: ReadRequest): AsyncIterable<Emission> {
    const { connector, schema } = this.#first ?? (await this.#next());
    this.#first = undefined;
    const emissions: unknown = connector.generateRows({
      ...request,
      datasetSchema: schema,
      datasetPartitioning: this.#source.partitioning,
      partitionId: partition,
      state: {},
    });
    if (!isIterable(emissions)) {
      throw new ConnectorError('generateRows returned nothing to iterate over', {
        code: 'EMISSION_INVALID',
        action: 'Write it as a generator: *generateRows() or async *generateRows().',
      });
    }
    for await (const emission of emissions) {
      if (!isObject(emission) || !isOperation(emission)) {
        this.#rows += Array.isArray(emission) ? emission.length : 1;
        yield emission;
      } else if (emission.kind !== 'checkpoint') yield this.#ofPartition(emission, partition);
    }
    await this.#close();
  }

  /** What removes rows removes those of its own partition. */
  #ofPartition(operation: Exclude<Operation, { kind: 'checkpoint' }>, partition: string): Operation {
    switch (operation.kind) {
      case 'truncate':
        return op.deleteWhere(operation.table, { [PARTITION]: partition });
      case 'deleteWhere':
        // What is no object is the engine's to judge.
        return isObject(operation.columns)
          ? { ...operation, columns: { ...operation.columns, [PARTITION]: partition } }
          : operation;
      default: {
        const { kind } = operation;
        if (kind === 'upsert' || kind === 'update') this.#rows += operation.rows.length;
        return operation;
      }
    }
  }

  async #next(): Promise<{ connector: Connector; schema: ReadSchema }> {
    const connector = this.#source.create();
    this.#open = connector;
    return { connector, schema: await connector.getReadSchema() };
  }

  async #close(): Promise<void> {
    const connector = this.#open;
    this.#open = undefined;
    await within(CLOSE_WITHIN_MS, connector?.close?.());
  }
}

function isIterable(value: unknown): value is Iterable<Emission> | AsyncIterable<Emission> {
  return isObject(value) && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
