import type { ConnectorContext } from '../connector.js';
import { ConfigError } from '../errors.js';
import type { Row } from '../schema.js';
import { checkOptions } from './check-options.js';
import type { PaginateOptions } from './options.js';
import { Reading } from './reading.js';

/** What `paginate` needs of a connector's context. */
export type PagingContext = Pick<ConnectorContext, 'http' | 'logger' | 'notePaging'>;

/**
 * Reads the rows of an API page by page: yields each page that has rows, in order, each row once. Following pages are
 * fetched while one is consumed. A short page never ends a read; what does is written at each way of paging.
 *
 * Rows that would be doubled, or left out in silence, end the read with a ConfigError PAGING_FAILED that says what was
 * seen and what to set. What a read did goes to the log and to the run's report.
 *
 * @param context the connector's own context
 * @throws at once ConnectorError for a wrong option, ConfigError for a path that is none; HostError from `next()`, see `context.http` for those of requests
 */
export function paginate(
  context: PagingContext,
  options: PaginateOptions,
): AsyncGenerator<readonly Row[], void> {
  checkOptions(options);
  try {
    return new Reading(context, options).pages();
  } catch (error) {
    if (error instanceof SyntaxError) throw new ConfigError(error.message, { cause: error });
    throw error;
  }
}
