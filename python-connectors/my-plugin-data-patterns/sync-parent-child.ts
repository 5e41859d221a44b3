import type { Operation } from 'connector-host';
import type { User } from './mock-api.js';
import type { TableWriter } from './table-writer.js';

/** Pattern 2: users in a table, their orders in another that refers to it. Parents come first. */
export function* syncParentChild(users: readonly User[], writer: TableWriter): Iterable<Operation> {
  yield* writer.write(
    'users',
    users.map(({ user_id, name }) => ({ user_id, name })),
  );
  // The ids of orders repeat from user to user, so the key needs both.
  yield* writer.write(
    'orders',
    users.flatMap(({ user_id, orders }) =>
      orders.map(({ order_id, amount }) => ({ user_id, order_id, amount })),
    ),
  );
}
