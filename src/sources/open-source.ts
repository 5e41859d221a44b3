import { constants } from 'node:fs';
import { access, realpath, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError } from '../sdk/errors.js';
import { readAddress } from '../targets/postgres/connect-postgres.js';
import { sourceKind } from './source-text.js';
import type { OpenSourceOptions, Source } from './source.js';

/**
 * Opens the file or database that a text names by its ending or scheme. Each kind is loaded only when it is asked for.
 *
 * @param text a path, relative to `cwd`, or a URL
 * @throws ConfigError SOURCE_UNREADABLE, SOURCE_TABLE_UNKNOWN, QUERY_INVALID, CLI_USAGE; TransientError TARGET_BUSY when
 *   another process holds a database
 */
export async function openSource(text: string, options: OpenSourceOptions): Promise<Source> {
  const kind = sourceKind(text);
  if (kind === undefined) {
    throw new ConfigError(`"${text}" names no file or database that the host can read`, {
      code: 'SOURCE_UNREADABLE',
      action: 'Name a .csv, .tsv, .jsonl, .ndjson, .parquet or .duckdb file, or a postgres:// URL.',
    });
  }
  if (kind === 'server') return (await import('./postgres/postgres-source.js')).openPostgres(text, options);
  if (kind !== 'database') refuseTableOptions(text, options);
  const path = await findFile(text, options.cwd);
  switch (kind) {
    case 'database':
      return (await import('./duckdb/database-source.js')).openDatabase(text, path, options);
    case 'columns':
      return (await import('./parquet/parquet-source.js')).openParquet(text, path, options);
    case 'csv':
      return (await import('./text/csv-source.js')).openCsv(text, path, options);
    default:
      return (await import('./text/ndjson-source.js')).openNdjson(text, path, options);
  }
}

/** Where the database of a server is, without credentials: two texts of one database have the same. */
export function serverAddress(url: string): string {
  return readAddress(url).label;
}

function refuseTableOptions(text: string, { fromTable, query }: OpenSourceOptions): void {
  const option = fromTable !== undefined ? '--from-table' : query !== undefined ? '--query' : undefined;
  if (option === undefined) return;
  throw new ConfigError(`${option} is for databases, and "${text}" is a file of one table`, {
    code: 'CLI_USAGE',
    action: `Leave ${option} out.`,
  });
}

/** @returns where the file really is */
async function findFile(text: string, cwd: string): Promise<string> {
  try {
    const path = await realpath(resolve(cwd, text));
    if (!(await stat(path)).isFile()) throw unreadable(text, 'is not a file');
    await access(path, constants.R_OK);
    return path;
  } catch (error) {
    switch ((error as NodeJS.ErrnoException).code) {
      case 'ENOENT':
      case 'ENOTDIR':
        throw unreadable(text, 'does not exist', error);
      case 'EACCES':
      case 'EPERM':
        throw unreadable(text, 'may not be read', error);
      default:
        throw error;
    }
  }
}

function unreadable(text: string, problem: string, cause?: unknown): ConfigError {
  return new ConfigError(`"${text}" ${problem}`, {
    code: 'SOURCE_UNREADABLE',
    cause,
    details: { file: text },
  });
}
