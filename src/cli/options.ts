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

/**
 * Reads the number of --limit.
 * @throws ConfigError for anything but an integer of at least 1
 */
export function readLimit(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const limit = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(limit) && limit >= 1) return limit;
  throw new ConfigError(`--limit must be an integer of at least 1 (got ${JSON.stringify(text)})`, {
    code: 'CLI_USAGE',
    action: 'Give a number of rows, as in --limit 20.',
  });
}
