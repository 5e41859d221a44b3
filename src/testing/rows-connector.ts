import { Connector, type ConnectorContext, type Emission } from '../sdk/connector.js';
import type { ReadSchema } from '../sdk/schema.js';

const NO_CONTEXT = {} as ConnectorContext;

/** A connector that yields what it is given; for tests of targets and of the engine. */
export class RowsConnector extends Connector {
  readonly #schema: ReadSchema;
  readonly #emissions: () => Iterable<Emission> | AsyncIterable<Emission>;

  /** @param emissions a list, or a function that makes a generator */
  constructor(
    emissions: readonly Emission[] | (() => Iterable<Emission> | AsyncIterable<Emission>),
    schema: ReadSchema = null,
  ) {
    super({}, NO_CONTEXT);
    this.#schema = schema;
    this.#emissions = typeof emissions === 'function' ? emissions : () => emissions;
  }

  override getReadSchema(): ReadSchema {
    return this.#schema;
  }

  generateRows(): Iterable<Emission> | AsyncIterable<Emission> {
    return this.#emissions();
  }
}
