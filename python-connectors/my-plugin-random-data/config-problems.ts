import { COLUMN_KINDS } from './column-kinds.js';

/** The config as connector.json declares it. */
export interface RandomDataConfig {
  readonly num_rows?: number;
  readonly columns?: readonly string[];
  readonly column_types?: readonly string[];
  readonly seed?: number | null;
}

/** What a column without a type is. */
export const DEFAULT_KIND = 'string';

/** Everything that is wrong with a config, one sentence each. */
export function configProblems({
  num_rows: rows = 0,
  columns = [],
  column_types: types = [],
  seed,
}: RandomDataConfig): string[] {
  const problems: string[] = [];
  if (!Number.isSafeInteger(rows) || rows < 0) {
    problems.push(`param "num_rows" must be an integer of at least 0 (got ${rows})`);
  }
  if (columns.length === 0) problems.push('param "columns" must name at least one column');
  if (types.length > columns.length) {
    problems.push(`param "column_types" has ${types.length} types for ${columns.length} columns`);
  }
  if (seed !== undefined && seed !== null && !Number.isSafeInteger(seed)) {
    problems.push(`param "seed" must be an integer (got ${seed})`);
  }
  return [...problems, ...nameProblems(columns), ...typeProblems(types)];
}

function nameProblems(columns: readonly string[]): string[] {
  const problems: string[] = [];
  const seen = new Map<string, string>();
  for (const [index, name] of columns.entries()) {
    const folded = name.toLowerCase();
    const earlier = seen.get(folded);
    seen.set(folded, name);
    if (name.trim() === '') problems.push(`param "columns": name ${index + 1} is empty`);
    // Such a key sets the prototype of a row, and no column.
    else if (name === '__proto__') problems.push('param "columns": "__proto__" cannot be a name');
    else if (earlier === name) problems.push(`param "columns": "${name}" is there twice`);
    else if (earlier !== undefined) {
      problems.push(`param "columns": "${earlier}" and "${name}" differ in upper and lower case only`);
    }
  }
  return problems;
}

function typeProblems(types: readonly string[]): string[] {
  const unknown = types.filter((type) => !COLUMN_KINDS.has(type)).map((type) => `"${type}"`);
  if (unknown.length === 0) return [];
  const known = [...COLUMN_KINDS.keys()].join(', ');
  const word = unknown.length === 1 ? 'type' : 'types';
  return [`param "column_types" has the unknown ${word} ${unknown.join(', ')}; the types are ${known}`];
}
