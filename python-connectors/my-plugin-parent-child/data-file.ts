import { readFile } from 'node:fs/promises';
import { ConfigError, parseJson, problemText } from 'connector-host';
import type { Company, Department } from './api-types.js';
import { isInstant } from './instant.js';

/** What the mock API answers from. */
export interface ApiData {
  readonly companies: readonly Company[];
  readonly departments: readonly Department[];
}

/** The fields that are text. Each list has `updated_at` besides. */
const TEXT_FIELDS = {
  companies: ['company_id', 'company_name'],
  departments: ['department_id', 'company_id', 'department_name'],
} as const;

/**
 * Reads a data file.
 *
 * @param file an absolute path
 * @throws ConfigError where it cannot be read, is not JSON, or lacks something; it names each place and no value
 */
export async function readDataFile(file: string): Promise<ApiData> {
  const data = parse(await read(file), file);
  const problems = Object.entries(TEXT_FIELDS).flatMap(([list, fields]) => listProblems(data, list, fields));
  if (problems.length > 0) {
    throw new ConfigError(problemText(problems), { action: ACTION, details: { file, problems } });
  }
  return data as ApiData;
}

const ACTION = 'Correct the file that param "data_file" names; fixtures/data.json shows its form.';

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ConfigError('the data file does not exist or cannot be read', {
      code: 'CONFIG_FILE_UNREADABLE',
      action: 'Check param "data_file".',
      details: { file },
      cause,
    });
  }
}

function parse(text: string, file: string): unknown {
  try {
    return parseJson(text);
  } catch (cause) {
    throw new ConfigError('the data file is not JSON', { action: ACTION, details: { file }, cause });
  }
}

function listProblems(data: unknown, name: string, fields: readonly string[]): string[] {
  const list = fieldOf(data, name);
  if (!Array.isArray(list)) return [`the data file has no list "${name}"`];
  return list.flatMap((item: unknown, index) => {
    const at = `the data file: ${name}[${index}]`;
    const texts = fields.filter((field) => typeof fieldOf(item, field) !== 'string');
    return [
      ...texts.map((field) => `${at}.${field} must be text`),
      ...(isInstant(fieldOf(item, 'updated_at'))
        ? []
        : [`${at}.updated_at must be a time as in 2024-08-14T01:00:00Z`]),
    ];
  });
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
