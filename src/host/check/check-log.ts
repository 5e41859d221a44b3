import type { Logger } from '../../sdk/logger.js';

/**
 * Takes the warnings of the checks out of the log and into the report, where they are counted. A connector is read more
 * than once: what it warns of while only its limit or its stop is looked at, is debug.
 */
export class CheckLog implements Logger {
  readonly #logger: Logger;
  readonly #warnings = new Set<string>();
  #taken = 0;
  #isOpen = true;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  debug(message: string): void {
    this.#logger.debug(message);
  }

  info(message: string): void {
    this.#logger.info(message);
  }

  warn(message: string): void {
    if (this.#isOpen) this.#warnings.add(message);
    else this.#logger.debug(message);
  }

  error(message: string): void {
    this.#logger.error(message);
  }

  /** The warnings since this was last called, each once. */
  take(): readonly string[] {
    const news = [...this.#warnings].slice(this.#taken);
    this.#taken = this.#warnings.size;
    return news;
  }

  /** Called after the read that the report is about. */
  close(): void {
    this.#isOpen = false;
  }
}
