import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ConfigError } from '../../sdk/errors.js';
import { kindOfValue } from '../json/value-words.js';
import { invalidData, parseDataText } from './parse-data-text.js';

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
  const dataFile = { label: `config file ${file}`, file };
  const { value } = await parseDataText(dataFile, text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw invalidData(dataFile, `must hold an object of parameters (got ${kindOfValue(value)})`);
}

/** Why a file cannot be read, to be put after its name. */
export function unreadableReason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? 'unknown'})`;
}
