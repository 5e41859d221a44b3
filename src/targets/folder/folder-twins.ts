import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ConfigError } from '../../sdk/errors.js';
import { codeOf } from '../files/file-error.js';

/**
 * Finds folders of partitions that a file system takes for others, since it ignores case: `country=fr` where `country=FR` is.
 * What one of them got would be lost in the other. Of a file system that tells case apart it asks one question in a run.
 */
export class FolderTwins {
  #ignoresCase: Promise<boolean> | undefined;
  /** Names of folders, by the folder that they are in. */
  readonly #names = new Map<string, Set<string>>();

  /**
   * Called when the folder of a partition is there.
   *
   * @param top the folder of the table
   * @param bottom the folder of the partition, below it
   * @param first the first folder on the way that was made for it; undefined: all were there
   * @throws ConfigError NAMES_COLLIDE
   */
  async refuse(top: string, bottom: string, first: string | undefined): Promise<void> {
    this.#ignoresCase ??= ignoresCase(bottom);
    if (!(await this.#ignoresCase)) return;
    let isNew = first !== undefined;
    for (let at = bottom; at !== top; at = dirname(at)) {
      const isThere = isNew ? await this.#add(at) : await this.#has(at);
      if (!isThere) throw collision(at);
      if (at === first) isNew = false;
    }
  }

  async #add(folder: string): Promise<boolean> {
    this.#names.get(dirname(folder))?.add(normal(basename(folder)));
    return true;
  }

  /** Whether it is there by this very name. */
  async #has(folder: string): Promise<boolean> {
    const [parent, name] = [dirname(folder), normal(basename(folder))];
    if (this.#names.get(parent)?.has(name) === true) return true;
    // Another process may have made it.
    const entries = await readdir(parent, { withFileTypes: true });
    const names = new Set(entries.filter((entry) => entry.isDirectory()).map((entry) => normal(entry.name)));
    this.#names.set(parent, names);
    return names.has(name);
  }
}

/** Some file systems write accents in another way than they were given. */
function normal(name: string): string {
  return name.normalize('NFC');
}

async function ignoresCase(folder: string): Promise<boolean> {
  const name = basename(folder);
  const other = name.replaceAll(/\p{L}/gu, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  );
  if (other === name) return false;
  const own = await stat(folder);
  const twin = await stat(join(dirname(folder), other)).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  });
  return twin?.ino === own.ino && twin.dev === own.dev;
}

function collision(folder: string): ConfigError {
  return new ConfigError(
    `"${folder}" cannot be the folder of a partition, since the file system ignores case and takes it for that of another`,
    {
      code: 'NAMES_COLLIDE',
      action: 'Load into a folder of a file system that tells case apart, or into a database.',
      details: { file: folder },
    },
  );
}
