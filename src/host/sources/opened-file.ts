import { relative } from 'node:path';
import type { Connector } from '../../sdk/connector.js';
import type { ParamsOfRun } from '../../sync/sync-options.js';
import { SOURCE_STATE_FORMAT, type Source } from '../../sources/source.js';
import { fingerprintValue } from '../config/fingerprint-params.js';
import type { SourceSpec } from '../run-spec.js';
import type { OpenedSource } from './opened-source.js';

/** A file or database as what a run reads. */
export class OpenedFile implements OpenedSource {
  readonly root: string;
  readonly stateFolder: string;
  readonly stateFormat = SOURCE_STATE_FORMAT;
  readonly #source: Source;
  readonly #spec: SourceSpec;

  /** @param root folder that the path counts from, in the fingerprint */
  constructor(source: Source, spec: SourceSpec, root: string, stateFolder: string) {
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
    const { fromTable, query, cursor, primaryKey = [] } = this.#spec;
    const values = {
      source: relative(this.root, this.#source.path),
      '--from-table': fromTable?.toLowerCase(),
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
