import { ConfigError } from '../../sdk/errors.js';

/** Comments and parentheses that a statement may begin with, and its first word. */
const FIRST_WORD = /^(?:\s|\(|--[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/)*([a-z]+)/i;
/** Words that a statement begins with that gives rows and changes nothing; what WITH may hide, the server refuses. */
const READING = ['select', 'with', 'values', 'table'];

/**
 * Looks at the beginning of a query; the rest is for the server to read.
 *
 * @returns the query without the semicolon at its end, on lines of its own, so that a comment at its end ends there
 * @throws ConfigError QUERY_INVALID
 */
export function checkQuery(query: string): string {
  const text = query.trim().replace(/(?:;\s*)+$/, '');
  if (text === '') throw invalidQuery('is empty');
  const word = FIRST_WORD.exec(text)?.[1]?.toLowerCase();
  if (word !== undefined && !READING.includes(word)) throw invalidQuery('is not a SELECT');
  return `\n${text}\n`;
}

/** @param names of the columns that a query gives */
export function refuseRepeatedName(names: readonly string[]): void {
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) throw invalidQuery(`has two columns of the name "${repeated}"`);
}

export function invalidQuery(problem: string, cause?: unknown): ConfigError {
  return new ConfigError(`the query ${problem}`, { code: 'QUERY_INVALID', cause });
}
