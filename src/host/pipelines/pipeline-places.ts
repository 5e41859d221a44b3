import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { inject, injectable } from 'inversify';
import { ConfigError, isHostError } from '../../sdk/errors.js';
import { DEFAULT_TARGET } from '../../targets/open-target.js';
import type { PipelineStore } from '../../targets/target.js';
import { ConnectorRegistry } from '../connectors/connector-registry.js';
import type { TargetSpec } from '../run-spec.js';
import type { Settings } from '../settings.js';
import { stateFolderOf } from '../state-folder.js';
import { TargetOpener } from '../target-opener.js';
import { TOKENS } from '../tokens.js';
import { PipelineNotes, type PipelineNote } from './pipeline-notes.js';

/** Which pipeline, and where it is looked for. */
export interface PipelineQuery extends Pick<TargetSpec, 'to' | 'lockTimeout' | 'pgSchema'> {
  /** Undefined: all of a target. */
  readonly pipeline?: string | undefined;
}

/** A store that is open. */
export interface OpenStore {
  readonly store: PipelineStore;
  /** Label of the target. */
  readonly target: string;
  /** Names of pipelines that ran into other targets. */
  readonly elsewhere: readonly string[];
}

/** Finds and opens the place that has the states and runs of a pipeline. */
@injectable()
export class PipelinePlaces {
  constructor(
    @inject(TOKENS.Settings) private readonly settings: Settings,
    @inject(ConnectorRegistry) private readonly registry: ConnectorRegistry,
    @inject(TargetOpener) private readonly targets: TargetOpener,
  ) {}

  /**
   * Opens the target that was named, else the one that the pipeline ran into last (of all pipelines where none is named,
   * or known), else the default target; does something with its store, and closes it.
   *
   * @throws ConfigError PIPELINE_NOT_FOUND where the target is not there or keeps nothing
   */
  async use<T>(query: PipelineQuery, signal: AbortSignal, work: (open: OpenStore) => Promise<T>): Promise<T> {
    const { place, notes } = await this.#find(query);
    const { to, stateFolder } = place;
    await this.#refuseMissing(to);
    const target = await this.targets.openForState({ ...query, to }, { signal, stateFolder });
    try {
      const store = await target.pipelines?.();
      if (!store) {
        throw new ConfigError(`${target.label} keeps no states and no runs`, {
          code: 'PIPELINE_NOT_FOUND',
          action: 'Name another target with --to.',
        });
      }
      const elsewhere = notes.map(({ pipeline }) => pipeline);
      return await work({ store, target: target.label, elsewhere });
    } finally {
      await target.close();
    }
  }

  async #find({ pipeline, to }: PipelineQuery): Promise<{ place: Place; notes: PipelineNote[] }> {
    const folders = await this.#stateFolders();
    const places: (PipelineNote & Place)[] = [];
    for (const stateFolder of folders) {
      const notes = await new PipelineNotes(stateFolder, this.settings.cwd).all();
      places.push(...notes.map((note) => ({ ...note, stateFolder })));
    }
    places.sort((a, b) => (a.at < b.at ? 1 : -1));
    const noted = places.find(
      (place) => place.pipeline === pipeline && (to === undefined || place.to === to),
    );
    const last = to === undefined ? (noted ?? places[0]) : noted;
    const place = {
      to: to ?? last?.to ?? DEFAULT_TARGET,
      stateFolder: last?.stateFolder ?? folders[0] ?? stateFolderOf(this.settings.cwd, this.settings),
    };
    return { place, notes: places };
  }

  /** Of every plugin at hand; a database can be asked outside of any plugin, too. */
  async #stateFolders(): Promise<string[]> {
    try {
      const { plugins } = await this.registry.scan();
      return [...new Set(plugins.map(({ root }) => stateFolderOf(root, this.settings)))];
    } catch (error) {
      const isOutside = isHostError(error) && error.code === 'PLUGIN_NOT_FOUND';
      if (!isOutside || this.settings.pluginFolders.length > 0) throw error;
      return [stateFolderOf(this.settings.cwd, this.settings)];
    }
  }

  /** Opening a database would make it. */
  async #refuseMissing(to: string): Promise<void> {
    if (!to.endsWith('.duckdb')) return;
    try {
      await stat(resolve(this.settings.cwd, to));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return;
      throw new ConfigError(`there is no database ${to}, so no pipeline ran into it`, {
        code: 'PIPELINE_NOT_FOUND',
        action: 'Name the target with --to.',
      });
    }
  }
}

interface Place {
  readonly to: string;
  readonly stateFolder: string;
}
