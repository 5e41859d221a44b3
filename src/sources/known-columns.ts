import { ConfigError } from '../sdk/errors.js';
import type { SourceChoice } from './source.js';

/**
 * Looks whether the columns that options name are there.
 * @throws ConfigError SOURCE_TABLE_UNKNOWN, with the nearest name
 */
export function checkColumns(
  label: string,
  { cursor, primaryKey = [] }: SourceChoice,
  columns: readonly string[],
  didYouMean: (name: string, candidates: readonly string[]) => string,
): void {
  const named = [
    ...primaryKey.map((column) => ['--primary-key', column] as const),
    ...(cursor === undefined ? [] : [['--cursor', cursor] as const]),
  ];
  for (const [option, column] of named) {
    if (columns.includes(column)) continue;
    throw new ConfigError(
      `${option}: there is no column "${column}" in "${label}"${didYouMean(column, columns)}`,
      {
        code: 'SOURCE_TABLE_UNKNOWN',
        action: `Name columns that are there with ${option}; names are held letter by letter.`,
        details: { column, file: label },
      },
    );
  }
}
