import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ConfigError } from '../../sdk/errors.js';
import { unreadableReason } from './read-config-file.js';

/** The environment variables that `${env:NAME}` sees. */
export type Environment = ReadonlyMap<string, string>;

/** Where variables come from. */
export interface EnvironmentSources {
  /** Folder of plugin.json; its `.env` is read where there is one. */
  readonly pluginDir?: string | undefined;
  /** The file of --env-file, relative to `cwd`. It must exist. */
  readonly envFile?: string | undefined;
  readonly cwd?: string | undefined;
  /** Default: process.env. It is only read, never changed. */
  readonly processEnv?: Readonly<Record<string, string | undefined>> | undefined;
}

/**
 * Gathers the variables: those of the process win over --env-file, which wins over the plugin's `.env`.
 *
 * @throws ConfigError CONFIG_FILE_UNREADABLE when a file cannot be read
 */
export async function loadEnvironment(sources: EnvironmentSources): Promise<Environment> {
  const { pluginDir, envFile, cwd = process.cwd(), processEnv = process.env } = sources;
  const variables = new Map<string, string>();
  if (pluginDir !== undefined) await addFile(variables, join(pluginDir, '.env'), { mayBeMissing: true });
  if (envFile !== undefined) await addFile(variables, resolve(cwd, envFile), { shownAs: envFile });
  for (const [name, value] of Object.entries(processEnv)) if (value !== undefined) variables.set(name, value);
  return variables;
}

async function addFile(
  variables: Map<string, string>,
  file: string,
  { mayBeMissing = false, shownAs = file }: { mayBeMissing?: boolean; shownAs?: string },
): Promise<void> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (mayBeMissing && (error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new ConfigError(`environment file ${shownAs} ${unreadableReason(error)}`, {
      code: 'CONFIG_FILE_UNREADABLE',
      details: { file: shownAs },
      cause: error,
    });
  }
  const { parse } = await import('dotenv');
  for (const [name, value] of Object.entries(parse(text))) variables.set(name, value);
}
