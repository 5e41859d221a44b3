import { StatementType, type DuckDBConnection, type DuckDBPreparedStatement } from '@duckdb/node-api';
import { ConfigError } from '../../sdk/errors.js';

/**
 * Looks at a query without running it.
 *
 * @returns the query without the semicolon at its end, so that it can stand in parentheses
 * @throws ConfigError QUERY_INVALID where it is not one SELECT that names each of its columns once; what DuckDB throws
 *   for one that it does not understand
 */
export async function checkQuery(connection: DuckDBConnection, query: string): Promise<string> {
  const text = query.trim().replace(/(?:;\s*)+$/, '');
  if (text === '') throw invalid('is empty');
  const statements = await connection.extractStatements(text);
  // PIVOT makes a type first, which is a statement of its own.
  if (statements.count !== 1) throw invalid(`is ${statements.count} statements`);
  const prepared = await statements.prepare(0);
  try {
    if (prepared.statementType !== StatementType.SELECT) throw invalid('is not a SELECT');
    if (prepared.parameterCount > 0) throw invalid('has parameters, which nobody gives values to');
    refuseRepeatedName(prepared);
  } finally {
    prepared.destroySync();
  }
  return text;
}

function refuseRepeatedName(prepared: DuckDBPreparedStatement): void {
  const names = new Set<string>();
  for (let i = 0; i < prepared.columnCount; i += 1) {
    const name = prepared.columnName(i);
    if (names.has(name.toLowerCase())) throw invalid(`has two columns of the name "${name}"`);
    names.add(name.toLowerCase());
  }
}

function invalid(problem: string): ConfigError {
  return new ConfigError(`the query ${problem}`, { code: 'QUERY_INVALID' });
}
