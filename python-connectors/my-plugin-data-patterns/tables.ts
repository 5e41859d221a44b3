import type { TableSchema } from 'connector-host';

/** The tables in the order in which they are written. */
export const TABLES = [
  {
    name: 'users_flattened',
    primaryKey: ['user_id', 'order_id'],
    columns: [
      { name: 'user_id', type: 'STRING' },
      { name: 'order_id', type: 'STRING' },
      { name: 'name', type: 'STRING' },
      { name: 'amount', type: 'DOUBLE' },
    ],
  },
  {
    name: 'users',
    primaryKey: ['user_id'],
    columns: [
      { name: 'user_id', type: 'STRING' },
      { name: 'name', type: 'STRING' },
    ],
  },
  {
    name: 'orders',
    primaryKey: ['user_id', 'order_id'],
    columns: [
      { name: 'user_id', type: 'STRING' },
      { name: 'order_id', type: 'STRING' },
      { name: 'amount', type: 'DOUBLE' },
    ],
  },
  {
    name: 'users_data',
    primaryKey: ['user_id'],
    columns: [
      { name: 'user_id', type: 'STRING' },
      { name: 'name', type: 'STRING' },
      { name: 'data', type: 'JSON' },
    ],
  },
] as const satisfies readonly TableSchema[];

/** Name of one of {@link TABLES}. */
export type TableName = (typeof TABLES)[number]['name'];
