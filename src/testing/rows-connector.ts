import { Connector, type ConnectorContext, type Emission, type ReadRequest } from '../sdk/connector.js';
import type { ReadSchema } from '../sdk/schema.js';

const NO_CONTEXT = {} as ConnectorContext;

/** A connector that yields what it is given; for tests of targets and of the engine. */
export class RowsConnector extends Connector {
  readonly #schema: ReadSchema;
  readonly #emissions: (request: ReadRequest) => Iterable<Emission> | AsyncIterable<Emission>;

  /** @param emissions a list, or a function that makes a generator */
  constructor(
    emissions: readonly Emission[] | ((request: ReadRequest) => Iterable<Emission> | AsyncIterable<Emission>),
    schema: ReadSchema = null,
  ) {
    super({}, NO_CONTEXT);
    this.#schema = schema;
    this.#emissions = typeof emissions === 'function' ? emissions : () => emissions;
  }

  override getReadSchema(): ReadSchema {
    return this.#schema;
  }

  generateRows(request: ReadRequest): Iterable<Emission> | AsyncIterable<Emission> {
    return this.#emissions(request);
  }
}
