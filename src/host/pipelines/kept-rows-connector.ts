import { Connector, type ConnectorContext, type Emission } from '../../sdk/connector.js';
import { op } from '../../sdk/operations.js';
import type { ReadSchema } from '../../sdk/schema.js';
import type { KeptRow } from '../../targets/target.js';

/** Nobody else's code runs in it. */
const NO_CONTEXT = {} as ConnectorContext;

/** Gives rows that were kept aside once more, each as the operation that it was. */
export class KeptRowsConnector extends Connector {
  readonly #rows: readonly KeptRow[];
  readonly #keys: ReadonlyMap<string, readonly string[]>;

  /** @param keys the tables of the rows, each with its primary key */
  constructor(rows: readonly KeptRow[], keys: ReadonlyMap<string, readonly string[]>) {
    super({}, NO_CONTEXT);
    this.#rows = rows;
    this.#keys = keys;
  }

  override getReadSchema(): ReadSchema {
    return { tables: [...this.#keys].map(([name, primaryKey]) => ({ name, primaryKey })) };
  }

  *generateRows(): Generator<Emission> {
    for (const { table, operation, row } of this.#rows) {
      if (operation === 'delete') yield op.delete(table, row);
      else if (operation === 'update') yield op.update(table, row);
      else yield op.upsert(table, row);
    }
  }
}
