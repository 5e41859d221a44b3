import type { SourceSpec } from '../host/run-spec.js';
import { usageError, type ConfigOptions } from './options.js';

/** Options that say what is read. */
export interface SourceOptions extends ConfigOptions {
  readonly fromTable?: string;
  readonly query?: string;
  readonly cursor?: string;
  readonly primaryKey: readonly string[];
}

/**
 * Makes the definition of what is read.
 *
 * @param source a path or URL, or a connector's id
 * @throws ConfigError CLI_USAGE for a value that does not read
 */
export function readSourceSpec(source: string, options: SourceOptions): SourceSpec {
  const { config, set, fromTable, query, cursor } = options;
  return {
    source,
    configFile: config,
    sets: set,
    fromTable,
    query,
    cursor,
    primaryKey: readNames('--primary-key', options.primaryKey),
  };
}

/** Names that are joined by commas, in one or several texts; undefined: there are none. */
function readNames(option: string, texts: readonly string[]): string[] | undefined {
  if (texts.length === 0) return undefined;
  const names = texts.flatMap((text) => text.split(',')).map((name) => name.trim());
  if (names.every((name) => name !== '') && new Set(names).size === names.length) return names;
  throw usageError(
    `${option} has a name that is empty, or there twice`,
    `Give names joined by commas, as in ${option} country,id.`,
  );
}
