import { parseColumnType } from '../sdk/column-types.js';
import { ConnectorError } from '../sdk/errors.js';
import { problemText } from '../sdk/problem-text.js';
import type { Column } from '../sdk/schema.js';
import type { TableColumn } from '../targets/target.js';

/** One declared table, checked and in the host's own words. */
export interface NormalisedTable {
  /** The declared columns; empty where all are inferred. */
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly string[];
}

/** A read schema: the table of a dataset, or the tables of a sync. */
export interface NormalisedSchema extends NormalisedTable {
  readonly incremental: boolean;
  /** The tables of a sync by name; null: a dataset, or nothing declared. */
  readonly tables: ReadonlyMap<string, NormalisedTable> | null;
  /** True: getReadSchema said nothing, so the first emission shows what it is. */
  readonly isUnknown: boolean;
}

/**
 * Checks what getReadSchema returned. All problems are reported at once.
 *
 * @throws ConnectorError SCHEMA_INVALID for what is no schema
 */
export function normaliseSchema(schema: unknown): NormalisedSchema {
  if (schema === null || schema === undefined) return { ...NOTHING, isUnknown: true };
  if (!isRecord(schema)) throw invalid([`it is ${describe(schema)}, not an object`]);
  const problems: string[] = [];
  const isSync = schema.tables !== undefined && schema.tables !== null;
  const table = isSync ? NOTHING : readTable(schema, problems);
  const tables = isSync ? readTables(schema.tables, problems) : null;
  if (problems.length > 0) throw invalid(problems);
  return { ...table, incremental: schema.incremental === true, tables, isUnknown: false };
}

const NOTHING = { columns: [], primaryKey: [], incremental: false, tables: null };

function readTable(schema: Record<string, unknown>, problems: string[]): NormalisedTable {
  const columns = readColumns(schema.columns, problems);
  return { columns, primaryKey: readKey(schema.primaryKey, columns, problems) };
}

function readTables(value: unknown, problems: string[]): Map<string, NormalisedTable> {
  const tables = new Map<string, NormalisedTable>();
  if (!Array.isArray(value)) {
    problems.push(`tables is ${describe(value)}, not a list`);
    return tables;
  }
  const seen = new Set<string>();
  for (const [index, item] of (value as unknown[]).entries()) {
    if (!isRecord(item) || typeof item.name !== 'string' || item.name === '' || item.name.includes('\0')) {
      problems.push(`tables[${index}] has no name that a table can have`);
      continue;
    }
    const { name } = item;
    if (seen.has(name.toLowerCase()))
      problems.push(`table "${name}" is declared twice (case does not count)`);
    seen.add(name.toLowerCase());
    const own: string[] = [];
    tables.set(name, readTable(item, own));
    problems.push(...own.map((problem) => `table "${name}": ${problem}`));
  }
  return tables;
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
  if (new Set(names).size < names.length) problems.push('primaryKey names a column twice');
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
