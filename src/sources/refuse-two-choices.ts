import { ConfigError } from '../sdk/errors.js';
import type { SourceChoice } from './source.js';

/** @throws ConfigError CLI_USAGE where both a table and a query are to be read */
export function refuseTwoChoices({ fromTable, query }: SourceChoice): void {
  if (fromTable === undefined || query === undefined) return;
  throw new ConfigError('--from-table and --query both say what is read', {
    code: 'CLI_USAGE',
    action: 'Leave one of the two out.',
  });
}
