import type { ErrorCode } from '../../sdk/error-codes.js';
import { ConfigError, type ErrorDetails } from '../../sdk/errors.js';

/** Gathers what is wrong with a config, so that the user sees all of it at once. */
export class ConfigProblems {
  readonly #problems = new Map<string, ErrorCode>();

  /** Adds one problem: a sentence without secrets, and the code it has when there is no other. */
  add(code: ErrorCode, sentence: string): void {
    this.#problems.set(sentence, code);
  }

  /**
   * Does nothing where there is no problem. Problems of several kinds together are CONFIG_INVALID.
   *
   * @throws ConfigError that lists every problem
   */
  throwIfAny(details: ErrorDetails = {}): void {
    const problems = [...this.#problems.keys()];
    const [first] = problems;
    if (first === undefined) return;
    const codes = new Set(this.#problems.values());
    const [code = 'CONFIG_INVALID'] = codes;
    const message =
      problems.length === 1 ? first : [`${problems.length} problems:`, ...problems].join('\n  - ');
    throw new ConfigError(message, {
      code: codes.size === 1 ? code : 'CONFIG_INVALID',
      details: { ...details, problems },
    });
  }
}
