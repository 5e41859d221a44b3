import { Connector, type ConnectorContext, type Emission, type ReadRequest } from '../sdk/connector.js';
import { isOperation } from '../sdk/operations.js';
import type { ReadSchema, Row } from '../sdk/schema.js';

/** The connector that is previewed has its own. */
const NO_CONTEXT = {} as ConnectorContext;

/** What a {@link PreviewConnector} reads. */
export interface PreviewedSource {
  readonly connector: Connector;
  /** Rows of each table that are wanted. */
  readonly limit: number;
  /** Aborted when there are enough rows; the connector was made with its signal. */
  readonly source: AbortController;
}

/** A sync whose tables are not all filled by so many times the rows that they need is not read on. */
const PATIENCE = 10;

/**
 * Ends a read after the first rows: of a dataset after so many, of a sync when each declared table has so many, since its
 * first table alone may have more rows than anybody looks at.
 */
export class PreviewConnector extends Connector {
  readonly #previewed: PreviewedSource;
  /** Rows that are still wanted of each declared table; none: it is a dataset, or nothing is known. */
  readonly #wanted = new Map<string, number>();

  constructor(previewed: PreviewedSource) {
    super({}, NO_CONTEXT);
    this.#previewed = previewed;
  }

  override async getReadSchema(): Promise<ReadSchema> {
    const { connector, limit } = this.#previewed;
    const schema = await connector.getReadSchema();
    // Unchecked: the engine says what is wrong with it.
    const tables: unknown = (schema as { tables?: unknown } | null | undefined)?.tables;
    for (const table of Array.isArray(tables) ? (tables as { name?: string }[]) : []) {
      if (typeof table.name === 'string') this.#wanted.set(table.name, limit);
    }
    return schema;
  }

  generateRows(request: ReadRequest): AsyncIterable<Emission> {
    const { connector, limit } = this.#previewed;
    const recordsLimit = limit * (this.#wanted.size === 0 ? 1 : this.#wanted.size * PATIENCE);
    const emissions: unknown = connector.generateRows({ ...request, recordsLimit });
    return isIterable(emissions)
      ? this.#firstOf(emissions, recordsLimit)
      : (emissions as AsyncIterable<Emission>);
  }

  override async close(): Promise<void> {
    await this.#previewed.connector.close?.();
  }

  async *#firstOf(emissions: Emissions, limit: number): AsyncIterable<Emission> {
    let left = limit;
    for await (const emission of emissions) {
      const first = firstRows(emission, left);
      left -= first.rows;
      yield first.emission;
      if (left > 0 && !this.#isEnough(first)) continue;
      this.#previewed.source.abort();
      return;
    }
  }

  #isEnough({ table, rows }: FirstRows): boolean {
    const wanted = table === undefined ? undefined : this.#wanted.get(table);
    if (table === undefined || wanted === undefined || rows === 0) return false;
    this.#wanted.set(table, wanted - rows);
    return [...this.#wanted.values()].every((rest) => rest <= 0);
  }
}

type Emissions = Iterable<Emission> | AsyncIterable<Emission>;

interface FirstRows {
  readonly emission: Emission;
  readonly rows: number;
  readonly table?: string;
}

/** An emission cut to so many rows, and how many it has. */
function firstRows(emission: Emission, limit: number): FirstRows {
  if (Array.isArray(emission)) {
    const rows = (emission as readonly Row[]).slice(0, limit);
    return { emission: rows, rows: rows.length };
  }
  if (!isObject(emission) || !isOperation(emission)) return { emission, rows: 1 };
  const { kind } = emission;
  if ((kind !== 'upsert' && kind !== 'update') || !Array.isArray(emission.rows)) return { emission, rows: 0 };
  const rows = emission.rows.slice(0, limit);
  return { emission: { ...emission, rows }, rows: rows.length, table: emission.table };
}

function isIterable(value: unknown): value is Emissions {
  return isObject(value) && (Symbol.iterator in value || Symbol.asyncIterator in value);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
