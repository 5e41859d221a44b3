import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError } from '../../sdk/errors.js';
import { LenientJsonError, readLenientJson } from '../json/read-lenient-json.js';
import { kindOfValue } from '../json/value-words.js';

/** A place in a file, counted from 1. */
interface Place {
  readonly line: number;
  readonly column: number;
}

/**
 * Reads a file of parameters: an object, as YAML where the name ends in .yaml or .yml, else as lenient JSON.
 *
 * @param file path, relative to `cwd`
 * @throws ConfigError CONFIG_FILE_UNREADABLE, or CONFIG_FILE_INVALID with the place; never shows the file's content
 */
export async function readConfigFile(
  file: string,
  cwd = process.cwd(),
): Promise<Readonly<Record<string, unknown>>> {
  let text: string;
  try {
    text = await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    // Params written in the place of a file: they may hold a password, which Node's error would quote too.
    if (file.trimStart().startsWith('{')) {
      throw new ConfigError('the config file is named by text that begins with {: params, not a file', {
        code: 'CONFIG_FILE_UNREADABLE',
        action: 'Write the params to a file and name it with --config, or give them with --set name=value.',
      });
    }
    throw new ConfigError(`config file ${file} ${unreadableReason(error)}`, {
      code: 'CONFIG_FILE_UNREADABLE',
      details: { file },
      cause: error,
    });
  }
  const value = /\.ya?ml$/i.test(file) ? await readYaml(file, text) : await readJson(file, text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalid(file, `must hold an object of parameters (got ${kindOfValue(value)})`);
}

/** Why a file cannot be read, to be put after its name. */
export function unreadableReason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? 'unknown'})`;
}

async function readJson(file: string, text: string): Promise<unknown> {
  try {
    return await readLenientJson(text);
  } catch (error) {
    if (!(error instanceof LenientJsonError)) throw error;
    throw invalid(file, `is not JSON: ${error.message} at ${error.line}:${error.column}`, error);
  }
}

async function readYaml(file: string, text: string): Promise<unknown> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { logLevel: 'silent' });
  const [error] = document.errors;
  if (error) {
    // yaml's own message quotes the line, which may hold a secret; its code says the same.
    const what = error.code.toLowerCase().replaceAll('_', ' ');
    const start = error.linePos?.[0];
    if (!start) throw invalid(file, `is not YAML: ${what}`);
    throw invalid(file, `is not YAML: ${what} at ${start.line}:${start.col}`, {
      line: start.line,
      column: start.col,
    });
  }
  try {
    return document.toJS();
  } catch {
    // The message of yaml names the alias, which is a secret where a password begins with "*".
    throw invalid(
      file,
      'is not YAML that can be used: an alias (*name) has no anchor, or there are too many',
    );
  }
}

function invalid(file: string, what: string, place?: Place): ConfigError {
  return new ConfigError(`config file ${file} ${what}`, {
    code: 'CONFIG_FILE_INVALID',
    details: place ? { file, line: place.line, columnNumber: place.column } : { file },
  });
}
