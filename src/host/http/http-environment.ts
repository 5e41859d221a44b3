import type { Logger } from '../../sdk/logger.js';

/** What all HTTP clients of one instance of a connector share. */
export interface HttpEnvironment {
  /** Sent as User-Agent. */
  readonly userAgent: string;
  /** Ends every request of the instance when it aborts. */
  readonly signal: AbortSignal;
  /** Gets one debug line for each answer and one info line for each retry; addresses are without query. */
  readonly logger: Logger;
  /** Hides secrets in the messages of errors. */
  readonly redact: (text: string) => string;
  /** Registers a text that must never be shown: a token that was got. */
  readonly addSecret: (secret: string) => void;
  /** Folder where rotated tokens are kept. Need not exist. */
  readonly stateFolder: string;
  /** All runs of one connector in the process share its rate limits. */
  readonly connectorId: string;
}
