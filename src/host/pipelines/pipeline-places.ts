import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { inject, injectable } from 'inversify';
import { ConfigError, isHostError } from '../../sdk/errors.js';
import { DEFAULT_TARGET } from '../../targets/open-target.js';
import type { PipelineStore, Target } from '../../targets/target.js';
import { ConnectorRegistry } from '../connectors/connector-registry.js';
import type { RunSpec, TargetSpec } from '../run-spec.js';
import type { Settings } from '../settings.js';
import { stateFolderOf } from '../state-folder.js';
import { TargetOpener } from '../target-opener.js';
import { TOKENS } from '../tokens.js';
import { PipelineRegistry } from './files/pipeline-registry.js';
import { RunResolver } from './files/run-resolver.js';
import { PipelineNotes, type PipelineNote } from './pipeline-notes.js';

/** Which pipeline, and where it is looked for. */
export interface PipelineQuery extends TargetSpec {
  /** Undefined: all of a target. */
  readonly pipeline?: string | undefined;
}

/** A query for one pipeline. */
export type OnePipeline = PipelineQuery & {
  readonly pipeline: string;
  /** The partition whose state it is; absent: that of the pipeline itself. */
  readonly partition?: string | undefined;
};

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
    @inject(PipelineRegistry) private readonly files: PipelineRegistry,
    @inject(RunResolver) private readonly resolver: RunResolver,
  ) {}

  /**
   * Opens the target that was named, else the one in the pipeline's file, else the one that the pipeline ran into last (of
   * all pipelines where none is named, or known), else the default target; does something with its store, and closes it.
   *
   * @throws ConfigError PIPELINE_NOT_FOUND where the target is not there or keeps nothing
   */
  async use<T>(query: PipelineQuery, signal: AbortSignal, work: (open: OpenStore) => Promise<T>): Promise<T> {
    const { place, notes } = await this.#find(query);
    return this.#withTarget(place, query, signal, async (target) => {
      const store = await target.pipelines?.();
      if (!store) {
        throw new ConfigError(`${target.label} keeps no states and no runs`, {
          code: 'PIPELINE_NOT_FOUND',
          action: 'Name another target with --to.',
        });
      }
      const elsewhere = notes.map(({ pipeline }) => pipeline);
      return work({ store, target: target.label, elsewhere });
    });
  }

  /** The same with the target itself, which is opened to be looked at. */
  async useTarget<T>(
    query: PipelineQuery,
    signal: AbortSignal,
    work: (target: Target) => Promise<T>,
  ): Promise<T> {
    const { place } = await this.#find(query);
    return this.#withTarget(place, query, signal, work);
  }

  async #withTarget<T>(
    place: Place & TargetSpec,
    query: TargetSpec,
    signal: AbortSignal,
    work: (target: Target) => Promise<T>,
  ): Promise<T> {
    const target = await this.#open(place, query, signal);
    try {
      return await work(target);
    } finally {
      await target.close();
    }
  }

  /**
   * Where the target of a pipeline is, and how it is opened: the same that {@link use} opens.
   * @throws ConfigError PIPELINE_NOT_FOUND where the target is not there
   */
  async find(query: OnePipeline): Promise<TargetSpec & Place> {
    const { place } = await this.#find(query);
    await this.#refuseMissing(place.to);
    // What the command says of the target goes before what the file says.
    const { toConfig = {} } = query;
    const isConfigured = toConfig.configFile !== undefined || (toConfig.sets ?? []).length > 0;
    return { ...place, ...(isConfigured ? { toConfig } : {}), lockTimeout: query.lockTimeout };
  }

  async #open(place: Place & TargetSpec, { lockTimeout }: TargetSpec, signal: AbortSignal): Promise<Target> {
    const { to, stateFolder } = place;
    await this.#refuseMissing(to);
    return this.targets.openForState({ ...place, to, lockTimeout }, { signal, stateFolder });
  }

  async #find(query: PipelineQuery): Promise<{ place: Place & TargetSpec; notes: PipelineNote[] }> {
    const { pipeline, to } = query;
    const file = await this.#placeOfFile(query);
    if (file) return { place: file, notes: [] };
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
      ...query,
      format: query.format ?? last?.format,
      pgSchema: query.pgSchema ?? last?.pgSchema,
      to: to ?? last?.to ?? DEFAULT_TARGET,
      stateFolder: last?.stateFolder ?? folders[0] ?? stateFolderOf(this.settings.cwd, this.settings),
    };
    return { place, notes: places };
  }

  /** Undefined: there is no file of the pipeline, or another target was named. */
  async #placeOfFile({ pipeline, to }: PipelineQuery): Promise<(Place & TargetSpec) | undefined> {
    if (pipeline === undefined || to !== undefined) return undefined;
    const file = await this.files.find(pipeline).catch(unlessOutside);
    if (!file) return undefined;
    const {
      to: place = DEFAULT_TARGET,
      toConfig,
      format,
      pgSchema,
      deletes,
    } = await this.resolver.read(file);
    const stateFolder = stateFolderOf(file.plugin.root, this.settings);
    return { to: place, toConfig, format, pgSchema, deletes, stateFolder };
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

/** A database can be asked outside of any plugin. */
function unlessOutside(error: unknown): undefined {
  if (isHostError(error) && error.code === 'PLUGIN_NOT_FOUND') return undefined;
  throw error;
}

/** Where the states of a pipeline are. */
export interface Place extends Pick<RunSpec, 'deletes'> {
  readonly to: string;
  readonly stateFolder: string;
}
