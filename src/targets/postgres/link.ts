import type { PostgresConnection } from './postgres-connection.js';

/** The connection of a session at any time: after a loss it is another one. */
export interface Link {
  readonly connection: PostgresConnection;
}
