import type { PostgresConnection } from './postgres-connection.js';

/** Bytes of a connection's name that the server keeps. */
const MAX_BYTES = 63;

/** How the connections of a run are named, for who looks at the server. */
export function applicationName(run: string): string {
  return `connector-host ${run}`.slice(0, MAX_BYTES);
}

/** Ends the connections of a run, and with them what it has not committed. */
export async function endConnections(connection: PostgresConnection, run: string): Promise<void> {
  await connection.query(
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1',
    [applicationName(run)],
  );
}
