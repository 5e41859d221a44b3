import { parseColumnType } from '../sdk/column-types.js';
import { ConnectorError } from '../sdk/errors.js';
import { problemText } from '../sdk/problem-text.js';
import type { Column } from '../sdk/schema.js';
import type { TableColumn } from '../targets/target.js';

/** The read schema of a dataset, checked and in the host's own words. */
export interface NormalisedSchema {
  /** The declared columns; empty where all are inferred. */
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly string[];
  readonly incremental: boolean;
}

/**
 * Checks what getReadSchema returned. All problems are reported at once.
 *
 * @throws ConnectorError SCHEMA_INVALID for what is no schema, OPERATION_UNSUPPORTED for several tables
 */
export function normaliseSchema(schema: unknown): NormalisedSchema {
  if (schema === null || schema === undefined) return { columns: [], primaryKey: [], incremental: false };
  if (!isRecord(schema)) throw invalid([`it is ${describe(schema)}, not an object`]);
  if ('tables' in schema) {
    throw new ConnectorError('getReadSchema declares several tables', { code: 'OPERATION_UNSUPPORTED' });
  }
  const problems: string[] = [];
  const columns = readColumns(schema.columns, problems);
  const primaryKey = readKey(schema.primaryKey, columns, problems);
  if (problems.length > 0) throw invalid(problems);
  return { columns, primaryKey, incremental: schema.incremental === true };
}

function readColumns(value: unknown, problems: string[]): TableColumn[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) {
    problems.push(`columns is ${describe(value)}, not a list`);
    return [];
  }
  const seen = new Set<string>();
  return value.flatMap((item: unknown, index): TableColumn[] => {
    if (!isRecord(item) || typeof item.name !== 'string' || item.name === '') {
      problems.push(`columns[${index}] has no name`);
      return [];
    }
    if (item.name.includes('\0')) {
      problems.push(`columns[${index}] has a NUL in its name`);
      return [];
    }
    const { name, type, nullable, comment } = item as unknown as Column;
    if (seen.has(name.toLowerCase()))
      problems.push(`column "${name}" is declared twice (case does not count)`);
    seen.add(name.toLowerCase());
    const parsed = typeof type === 'string' ? parseColumnType(type) : undefined;
    if (!parsed) {
      problems.push(`column "${name}" has the unknown type ${JSON.stringify(type)}`);
      return [];
    }
    const column = { name, type: parsed, declared: true, nullable: nullable !== false };
    return [typeof comment === 'string' ? { ...column, comment } : column];
  });
}

function readKey(value: unknown, columns: readonly TableColumn[], problems: string[]): string[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value) || !value.every((name) => typeof name === 'string')) {
    problems.push('primaryKey is not a list of column names');
    return [];
  }
  const names: string[] = value;
  for (const name of names) {
    if (columns.length > 0 && !columns.some((column) => column.name === name)) {
      problems.push(`primaryKey names the column "${name}", which is not declared`);
    }
  }
  return names;
}

function invalid(problems: readonly string[]): ConnectorError {
  return new ConnectorError(`getReadSchema returned no valid schema: ${problemText(problems)}`, {
    code: 'SCHEMA_INVALID',
    details: { problems },
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return value === null ? 'null' : `a ${typeof value}`;
}
