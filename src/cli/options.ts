import { ConfigError } from '../sdk/errors.js';

/** Options of every command. */
export interface CommonOptions {
  readonly plugin: readonly string[];
  readonly json?: boolean;
  readonly verbose?: boolean;
  readonly quiet?: boolean;
}

/** Options of commands that read a connector's parameters. */
export interface ConfigOptions extends CommonOptions {
  readonly config?: string;
  readonly set: readonly string[];
  readonly envFile?: string;
}

/** Longest time that an option takes, in seconds: what a timer of the runtime can wait. */
const MAX_SECONDS = 2_000_000;

/**
 * Reads the number of --limit.
 * @throws ConfigError for anything but an integer of at least 1
 */
export function readLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const limit = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(limit) && limit >= 1) return limit;
  throw usageError(
    `--limit must be an integer of at least 1 (got ${JSON.stringify(text)})`,
    'Give a number of rows, as in --limit 20.',
  );
}

/** @throws ConfigError for anything but an integer from 0 to `most` */
export function readCount(option: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  throw usageError(
    `${option} must be an integer from 0 to ${most} (got ${JSON.stringify(text)})`,
    `Give a number, as in ${option} 3.`,
  );
}

/** @throws ConfigError for anything but a number of seconds, fractions allowed */
export function readSeconds(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+(?:\.\d+)?$/.test(text) && Number(text) <= MAX_SECONDS) return Number(text);
  throw usageError(
    `${option} must be a number of seconds from 0 to ${MAX_SECONDS} (got ${JSON.stringify(text)})`,
    `Give seconds, as in ${option} 30.`,
  );
}

/** The error of a command line that does not read. */
export function usageError(message: string, action: string): ConfigError {
  return new ConfigError(message, { code: 'CLI_USAGE', action });
}
