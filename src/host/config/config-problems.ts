import type { ErrorCode } from '../../sdk/error-codes.js';
import { ConfigError, type ErrorDetails } from '../../sdk/errors.js';
import { problemText } from '../../sdk/problem-text.js';

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
   * @param subject put before the problems
   * @throws ConfigError that lists every problem
   */
  throwIfAny(details: ErrorDetails = {}, subject = ''): void {
    const problems = [...this.#problems.keys()];
    if (problems.length === 0) return;
    const codes = new Set(this.#problems.values());
    const [code = 'CONFIG_INVALID'] = codes;
    throw new ConfigError(`${subject}${problemText(problems)}`, {
      code: codes.size === 1 ? code : 'CONFIG_INVALID',
      details: { ...details, problems },
    });
  }
}
