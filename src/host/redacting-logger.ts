import { inspect } from 'node:util';
import type { Logger } from '../sdk/logger.js';
import type { Redactor } from './redactor.js';

/** A logger that takes what plain JavaScript may hand it, and hides secrets before a line leaves. */
export function redactingLogger(logger: Logger, redactor: Redactor): Logger {
  const redacted = (message: unknown): string =>
    redactor.redact(typeof message === 'string' ? message : inspect(message));
  return {
    debug: (message) => logger.debug(redacted(message)),
    info: (message) => logger.info(redacted(message)),
    warn: (message) => logger.warn(redacted(message)),
    error: (message) => logger.error(redacted(message)),
  };
}
