import type { Operation } from 'connector-host';
import type { User } from './mock-api.js';
import type { TableWriter } from './table-writer.js';

/** Pattern 3: what is nested stays as it is, in one JSON column, so that its shape may change from user to user. */
export function syncJsonBlob(users: readonly User[], writer: TableWriter): Iterable<Operation> {
  const rows = users.map(({ user_id, name, orders }) => ({ user_id, name, data: { orders } }));
  return writer.write('users_data', rows);
}
