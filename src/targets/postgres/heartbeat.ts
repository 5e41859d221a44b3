import { Pipelines } from './pipelines.js';
import type { SessionLink } from './session-link.js';

/** Milliseconds between two heartbeats. */
const HEARTBEAT_MS = 10_000;

/** Notes again and again that a run lives, until the timer is cleared. It keeps no process alive. */
export function startHeartbeat(link: SessionLink, label: string, run: string): NodeJS.Timeout {
  const beat = async (): Promise<void> => new Pipelines(await link.beside(), label).beat(run);
  return setInterval(() => {
    // One that is missed shows by its age; what is wrong with the database, the next statement says.
    beat().catch(() => undefined);
  }, HEARTBEAT_MS).unref();
}
