import { hasEnded as processHasEnded } from './holder.js';
import type { FoundClaim } from './read-journal.js';

/** How long a holder of which nothing else is known counts as running after its last sign of life, in milliseconds. */
const SILENT_AFTER_MS = 30_000;

/** Whether a claim keeps others out: its holder runs, or gave a sign of life lately. */
export async function isLive(claim: FoundClaim): Promise<boolean> {
  return Date.now() - claim.touchedAt <= SILENT_AFTER_MS && mayWake(claim);
}

/** Whether the process that made a claim may still do something, now or when it wakes up. */
export async function mayWake({ claim, hasEnded }: FoundClaim): Promise<boolean> {
  return !hasEnded && !(await processHasEnded(claim));
}
