import type { Operation } from 'connector-host';
import type { User } from './mock-api.js';
import type { TableWriter } from './table-writer.js';

/** Pattern 1: one flat row for each order, with the columns of its user repeated. */
export function syncFlattened(users: readonly User[], writer: TableWriter): Iterable<Operation> {
  const rows = users.flatMap(({ user_id, name, orders }) =>
    orders.map(({ order_id, amount }) => ({ user_id, order_id, name, amount })),
  );
  return writer.write('users_flattened', rows);
}
