import { readAddress } from '../../targets/postgres/connect-postgres.js';
import { refuseTwoChoices } from '../refuse-two-choices.js';
import { defaultTableOfFile, sourceId } from '../source-text.js';
import type { OpenSourceOptions, Source } from '../source.js';
import { QueryConnector } from './query-connector.js';
import { SourceConnections } from './source-connections.js';

/**
 * Opens a PostgreSQL database to read one table or query of it. Nothing is asked of it before it is read.
 *
 * @param url `postgres://user@host/database`
 * @throws ConfigError CLI_USAGE for a text that is no URL
 */
export function openPostgres(url: string, options: OpenSourceOptions): Source {
  refuseTwoChoices(options);
  const address = readAddress(url);
  const connections = new SourceConnections(address, options);
  return {
    label: `database "${address.label}"`,
    id: sourceId(url),
    address: address.label,
    defaultTable: defaultTableOfFile(url, options.fromTable),
    create: (signal) => new QueryConnector({ label: address.label, connections, options, signal }),
  };
}
