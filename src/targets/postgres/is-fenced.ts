import { Pipelines, type Claim } from './pipelines.js';
import type { SessionLink } from './session-link.js';

/** Whether another run has the pipeline by now; false where nobody can say, since the next commit is refused then. */
export async function isFenced(link: SessionLink, label: string, claim: Claim): Promise<boolean> {
  try {
    return !(await new Pipelines(await link.beside(), label).holds(claim));
  } catch {
    // The database is not there. What goes wrong besides is what the caller already has.
    return false;
  }
}
