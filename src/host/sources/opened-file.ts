import { relative } from 'node:path';
import type { Connector } from '../../sdk/connector.js';
import type { ParamsOfRun } from '../../sync/sync-options.js';
import { SOURCE_STATE_FORMAT, type Source } from '../../sources/source.js';
import { fingerprintValue } from '../config/fingerprint-params.js';
import type { RunSpec, SourceSpec } from '../run-spec.js';
import type { OpenedSource } from './opened-source.js';

/** What is read of it. */
type FileSpec = SourceSpec & Pick<RunSpec, 'pgSchema'>;

/** A file or database as what a run reads; a database may be one of a server. */
export class OpenedFile implements OpenedSource {
  readonly root: string;
  readonly stateFolder: string;
  readonly stateFormat = SOURCE_STATE_FORMAT;
  readonly #source: Source;
  readonly #spec: FileSpec;

  /** @param root folder that the path counts from, in the fingerprint */
  constructor(source: Source, spec: FileSpec, root: string, stateFolder: string) {
    this.#source = source;
    this.#spec = spec;
    this.root = root;
    this.stateFolder = stateFolder;
  }

  get label(): string {
    return this.#source.label;
  }

  get id(): string {
    return this.#source.id;
  }

  get defaultTable(): string {
    return this.#source.defaultTable;
  }

  /** Which rows come depends on the file, and on what is read of it. */
  get params(): ParamsOfRun {
    const { fromTable, query, cursor, primaryKey = [], pgSchema } = this.#spec;
    const { path, address } = this.#source;
    const isFile = path !== undefined;
    const values = {
      source: isFile ? relative(this.root, path) : address,
      // In a file case makes no difference.
      '--from-table': isFile ? fromTable?.toLowerCase() : fromTable,
      '--pg-schema': isFile ? undefined : pgSchema,
      '--query': query,
      '--cursor': cursor,
      '--primary-key': primaryKey.length === 0 ? undefined : [...primaryKey],
    };
    const hashed = (of: (value: unknown) => unknown): Record<string, string> =>
      Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fingerprintValue(of(value))]));
    return { fingerprint: hashed((value) => value), defaults: hashed(() => undefined) };
  }

  create(signal: AbortSignal): Connector {
    return this.#source.create(signal);
  }

  async close(): Promise<void> {
    await this.#source.close?.();
  }
}
