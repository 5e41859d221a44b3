import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { here, measure } from './measure.mjs';

/** A folder for what the benchmark writes, removed afterwards. */
export async function withFolder(use) {
  const folder = await mkdtemp(join(tmpdir(), 'connector-host-bench-'));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Files to write to, each fresh, and the proof that they all hold the same rows. */
export class Store {
  #count = 0;
  #expected;

  /** @param check script that prints the number of rows and a hash of a file; by default of the table `rows` */
  constructor(folder, extension, check = here(import.meta.url, 'table-hash.mjs')) {
    this.folder = folder;
    this.extension = extension;
    this.check = check;
  }

  /** Lets `write` fill a new file, then checks the file and removes it. */
  async fill(rows, write) {
    const file = join(this.folder, `${(this.#count += 1)}${this.extension}`);
    const result = await write(file);
    const { out } = await measure([this.check, file]);
    this.#expected ??= out;
    if (Number.parseInt(out, 10) !== rows) throw new Error(`${out.trim()}: not ${rows} rows in the store`);
    if (out !== this.#expected)
      throw new Error(`the stores differ: ${out.trim()} and ${this.#expected.trim()}`);
    await Promise.all([rm(file), rm(`${file}.wal`, { force: true })]);
    return result;
  }
}
