import { Connector, type ReadSchema, type Row } from 'connector-host';

/** Three orders. Somebody wrote the day of the second one by hand. */
export default class OrdersConnector extends Connector {
  override getReadSchema(): ReadSchema {
    return {
      columns: [
        { name: 'id', type: 'int' },
        { name: 'day', type: 'date' },
        { name: 'amount', type: 'decimal(10,2)' },
      ],
      primaryKey: ['id'],
    };
  }

  *generateRows(): Generator<Row> {
    yield { id: 1, day: '2026-11-02', amount: '19.90' };
    yield { id: 2, day: '3rd of Nov', amount: '5.00' };
    yield { id: 3, day: '2026-11-04', amount: '7.50' };
  }
}
