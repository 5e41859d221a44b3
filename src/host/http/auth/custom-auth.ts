import type { CustomAuth } from '../../../sdk/auth.js';
import type { Authenticator } from './authenticator.js';
import { SingleFlight } from './single-flight.js';

/** What the author's hooks throw passes through. */
export function createCustomAuth(auth: CustomAuth): Authenticator {
  /** Counts renewals, so that requests refused at once cause one. */
  let generation = 0;
  const renewal = new SingleFlight(async () => {
    const isRenewed = (await auth.refresh?.()) === true;
    if (isRenewed) generation += 1;
    return isRenewed;
  });
  return {
    async authorize(request) {
      const used = generation;
      await auth.authorize(request);
      return used;
    },
    async refresh(used, signal) {
      return used !== generation || renewal.join(signal);
    },
  };
}
