import { ConfigError, isHostError, type HostError } from '../../sdk/errors.js';
import { duckdbError } from '../../targets/duckdb/duckdb-error.js';
import { StreamFailure } from '../../targets/duckdb/read-rows.js';

/** What another process or run does passes by itself; a broken connection to the disk is no matter of the query. */
const PASSING = /Conflicting lock|different configuration than existing connections/;
/** Failures of these kinds say what is wrong with a statement or a file; the messages of others may show values. */
const SAFE_KIND = /^(?:Parser|Binder|Catalog|Not implemented|Permission|IO|Out of Memory) Error/i;
const KIND = /^([A-Za-z][A-Za-z ]*?(?:Error|Exception))(?::|$)/;

/**
 * Says in one sentence why something could not be read.
 *
 * @param label the file, as the user wrote it
 * @param isQuery true: it is a query of the user's that failed
 */
export function sourceError(error: unknown, label: string, isQuery = false): HostError {
  if (isHostError(error)) return error;
  // By shape: the native library's errors may come from another realm, as they do inside jest.
  const message = String((error as Error | null | undefined)?.message ?? error);
  if (PASSING.test(message)) return duckdbError(error, label);
  const code = isQuery ? 'QUERY_INVALID' : 'SOURCE_UNREADABLE';
  const details = { file: label };
  if (message.includes('not a valid DuckDB database file')) {
    return new ConfigError(`"${label}" is not a DuckDB database`, { code, details, cause: error });
  }
  if (message.includes('No magic bytes found')) {
    return new ConfigError(`"${label}" is not a Parquet file`, { code, details, cause: error });
  }
  const what = isQuery ? `the query cannot be run in "${label}"` : `"${label}" cannot be read`;
  if (error instanceof StreamFailure) {
    const why = ', as for a value that an expression cannot take, or a damaged file';
    return new ConfigError(`${what}: ${message}${why}`, { code, details });
  }
  const [first = ''] = message.split('\n');
  if (SAFE_KIND.test(message)) return new ConfigError(`${what}: ${first}`, { code, details, cause: error });
  // Without the cause, which --verbose would show.
  return new ConfigError(`${what}: ${KIND.exec(first)?.[1] ?? 'it failed'}`, { code, details });
}
