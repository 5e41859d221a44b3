import { Connector, type ConnectorContext, type Emission } from '../../sdk/connector.js';
import { op } from '../../sdk/operations.js';
import type { ReadSchema } from '../../sdk/schema.js';
import type { KeptRow, RejectedSchema } from '../../targets/target.js';

/** Nobody else's code runs in it. */
const NO_CONTEXT = {} as ConnectorContext;

/** Gives rows that were kept aside once more, each as the operation that it was. */
export class KeptRowsConnector extends Connector {
  readonly #rows: readonly KeptRow[];
  readonly #schemas: ReadonlyMap<string, RejectedSchema>;

  /** @param schemas the tables of the rows, each with what is known of it */
  constructor(rows: readonly KeptRow[], schemas: ReadonlyMap<string, RejectedSchema>) {
    super({}, NO_CONTEXT);
    this.#rows = rows;
    this.#schemas = schemas;
  }

  override getReadSchema(): ReadSchema {
    return { tables: [...this.#schemas].map(([name, schema]) => ({ name, ...schema })) };
  }

  *generateRows(): Generator<Emission> {
    for (const { table, operation, row } of this.#rows) {
      if (operation === 'delete') yield op.delete(table, row);
      else if (operation === 'update') yield op.update(table, row);
      else yield op.upsert(table, row);
    }
  }
}
