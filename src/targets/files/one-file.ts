import { ConfigError } from '../../sdk/errors.js';
import type { FilePlaces } from './file-places.js';

/** A target that is one file. */
export class OneFile implements FilePlaces {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  get scratch(): string {
    return this.#path;
  }

  get rejected(): string {
    return `${this.#path}.rejected.jsonl`;
  }

  fileOf(table: string, others: readonly string[]): string {
    if (others.length === 0) return this.#path;
    throw new ConfigError(`"${this.#path}" holds one table, so "${table}" has no place in it`, {
      code: 'TARGET_MODE_UNSUPPORTED',
      action: 'Load into a folder, as in --to out/, or into a database, as in --to warehouse.duckdb.',
    });
  }

  async prepare(): Promise<void> {
    // The folder of a file must exist.
  }

  async release(): Promise<void> {
    // Nothing was made.
  }

  async tablesIn(): Promise<readonly string[]> {
    return [];
  }
}
