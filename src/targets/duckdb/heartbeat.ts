import type { DuckDBInstance } from '@duckdb/node-api';
import type { TargetRun } from '../target.js';
import { Pipelines } from './pipelines.js';

/** Milliseconds between two heartbeats. */
const HEARTBEAT_MS = 10_000;

/** What a heartbeat needs to be noted. */
export interface HeartbeatParts {
  readonly instance: DuckDBInstance;
  readonly run: TargetRun;
  readonly label: string;
  readonly inTurn: <T>(step: () => Promise<T>) => Promise<T>;
}

/** Notes again and again that a run lives, until the timer is cleared. It keeps no process alive. */
export function startHeartbeat(parts: HeartbeatParts): NodeJS.Timeout {
  return setInterval(() => {
    // One that is missed shows by its age; what is wrong with the database, the next commit says.
    beat(parts).catch(() => undefined);
  }, HEARTBEAT_MS).unref();
}

async function beat({ instance, run, label, inTurn }: HeartbeatParts): Promise<void> {
  const connection = await instance.connect();
  try {
    await inTurn(() => new Pipelines(connection, label).beat(run.runId));
  } finally {
    connection.closeSync();
  }
}
