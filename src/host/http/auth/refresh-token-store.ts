import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { OAuth2RefreshToken } from '../../../sdk/auth.js';
import { ConfigError } from '../../../sdk/errors.js';
import { syncFolder } from '../../../targets/files/sync-folder.js';

const VERSION = 1;
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;

/** What is under way with each file in this process. */
const queues = new Map<string, Promise<unknown>>();

/**
 * Keeps the refresh token that took the place of the config's. One file for each endpoint, client and token of the
 * config, so that a new token in the config starts anew.
 */
export class RefreshTokenStore {
  readonly file: string;

  constructor(stateFolder: string, { tokenUrl, clientId, refreshToken }: OAuth2RefreshToken) {
    const identity = JSON.stringify([tokenUrl, clientId, refreshToken]);
    const hash = createHash('sha256').update(identity).digest('hex');
    this.file = join(stateFolder, 'tokens', `${hash}.json`);
  }

  /** Runs tasks on the same file one after the other: a token that is replaced must not be sent twice. */
  async exclusive<T>(task: () => Promise<T>): Promise<T> {
    const before = queues.get(this.file) ?? Promise.resolve();
    const result = before.then(task);
    // The next one does not care how this one ended; its caller does.
    const ended = result.then(
      () => undefined,
      () => undefined,
    );
    queues.set(this.file, ended);
    try {
      return await result;
    } finally {
      if (queues.get(this.file) === ended) queues.delete(this.file);
    }
  }

  /**
   * The stored token; undefined where none was stored.
   * @throws ConfigError for a file that is there and cannot be used
   */
  async read(): Promise<string | undefined> {
    let text: string;
    try {
      text = await readFile(this.file, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return undefined;
      throw this.#unreadable(`cannot be read (${code})`);
    }
    const { version, refreshToken } = storedFields(text);
    if (typeof version === 'number' && version > VERSION) {
      throw new ConfigError(
        `the stored refresh token "${this.file}" was written by a newer version of the host`,
        {
          code: 'CONFIG_FILE_INVALID',
          action: 'Upgrade connector-host.',
          details: { file: this.file },
        },
      );
    }
    if (version !== VERSION || typeof refreshToken !== 'string' || refreshToken === '') {
      throw this.#unreadable('is damaged');
    }
    return refreshToken;
  }

  /**
   * Returns when the token would outlive a loss of power.
   * @throws ConfigError when it cannot be kept
   */
  async write(refreshToken: string): Promise<void> {
    try {
      await this.#replace(`${JSON.stringify({ version: VERSION, refreshToken })}\n`);
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      throw new ConfigError(
        `the refresh token was replaced by the server, and the new one could not be kept in "${this.file}" (${code})`,
        {
          code: 'CONFIG_FILE_UNREADABLE',
          action:
            'Make the folder writable, then get a new refresh token: the one in the config may no longer be good.',
          details: { file: this.file },
          cause: error,
        },
      );
    }
  }

  async #replace(text: string): Promise<void> {
    const folder = dirname(this.file);
    await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    const part = `${this.file}.${process.pid}.${randomUUID()}.part`;
    try {
      const handle = await open(part, 'wx', FILE_MODE);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(part, this.file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    // The file's name stands in its folder, and that folder's name in the one above.
    for (const path of [folder, dirname(folder)]) await syncFolder(path);
  }

  #unreadable(problem: string): ConfigError {
    return new ConfigError(`the stored refresh token "${this.file}" ${problem}`, {
      code: 'CONFIG_FILE_UNREADABLE',
      action: 'Mend the file; or remove it, and put a new refresh token into the config.',
      details: { file: this.file },
    });
  }
}

/** Nothing of a damaged file is shown: it may hold the token. */
function storedFields(text: string): { readonly version?: unknown; readonly refreshToken?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
