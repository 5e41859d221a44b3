import { ConfigError } from '../sdk/errors.js';

const MAX_LISTED = 20;

/**
 * The error of a database in which the table that is read is not there, or not known.
 *
 * @param label the database, as the user wrote it, without credentials
 * @param wanted undefined: nobody named one
 * @param names of the tables that there are
 */
export function unknownTable(
  label: string,
  wanted: string | undefined,
  names: readonly string[],
  didYouMean: (name: string, candidates: readonly string[]) => string,
): ConfigError {
  const more = names.length > MAX_LISTED ? ` and ${names.length - MAX_LISTED} more` : '';
  const list = names.length === 0 ? 'it has none' : `it has ${names.slice(0, MAX_LISTED).join(', ')}${more}`;
  return new ConfigError(
    wanted === undefined
      ? `nobody says which table of "${label}" is read; ${list}`
      : `there is no table "${wanted}" in "${label}"${didYouMean(wanted, names)}; ${list}`,
    { code: 'SOURCE_TABLE_UNKNOWN', details: { file: label } },
  );
}
