import { inject, injectable } from 'inversify';
import { ConfigError } from '../../sdk/errors.js';
import type { PastState, PipelineRun, StoredState } from '../../targets/target.js';
import { didYouMean } from '../suggest.js';
import { PipelinePlaces, type OnePipeline, type OpenStore, type PipelineQuery } from './pipeline-places.js';

export type { OnePipeline } from './pipeline-places.js';

/** What is known of one pipeline. */
export interface PipelineState {
  readonly pipeline: string;
  /** Label of the target that has it. */
  readonly target: string;
  readonly current: StoredState;
  /** States before it, newest first. */
  readonly history: readonly PastState[];
}

/** What a change of a state came to. */
export interface StateChange {
  readonly pipeline: string;
  readonly target: string;
  /** Version of the state now. */
  readonly version: number;
}

/** Runs of a target, newest first. */
export interface RunHistory {
  readonly target: string;
  readonly runs: readonly PipelineRun[];
}

const NOTHING: StoredState = { state: null, version: 0, fingerprint: null, format: 1 };

/** Shows and changes what pipelines have saved. */
@injectable()
export class PipelineService {
  constructor(@inject(PipelinePlaces) private readonly places: PipelinePlaces) {}

  /** @throws ConfigError PIPELINE_NOT_FOUND */
  show(query: OnePipeline, signal: AbortSignal): Promise<PipelineState> {
    return this.#use(query, signal, async ({ store, target }) => ({
      pipeline: query.pipeline,
      target,
      current: (await store.load(query.pipeline, query.partition)) ?? NOTHING,
      history: query.partition === undefined ? await store.history(query.pipeline) : [],
    }));
  }

  /**
   * Replaces a state.
   *
   * @param state JSON text of an object; null: as if nothing was ever read
   * @param reason the command, for the history
   * @throws ConfigError PIPELINE_NOT_FOUND, TransientError PIPELINE_BUSY while the pipeline runs
   */
  replace(
    query: OnePipeline,
    state: string | null,
    reason: string,
    signal: AbortSignal,
  ): Promise<StateChange> {
    return this.#use(query, signal, async ({ store, target }) => ({
      pipeline: query.pipeline,
      target,
      version: await store.save(query.pipeline, state, reason, query.partition),
    }));
  }

  /**
   * Makes a state of the history the current one.
   *
   * @param version default: the newest of the history
   * @throws ConfigError CLI_USAGE where the history has no such version
   */
  restore(query: OnePipeline, version: number | undefined, signal: AbortSignal): Promise<StateChange> {
    const { pipeline } = query;
    return this.#use(query, signal, async ({ store, target }) => {
      const history = await store.history(pipeline);
      const past = version === undefined ? history[0] : history.find((each) => each.version === version);
      if (!past) {
        const versions = history.map((each) => each.version).join(', ');
        throw new ConfigError(
          version === undefined
            ? `pipeline "${pipeline}" has no earlier state`
            : `pipeline "${pipeline}" has no earlier state of version ${version}`,
          {
            code: 'CLI_USAGE',
            action: versions === '' ? '`host state show` shows what it has.' : `It has versions ${versions}.`,
          },
        );
      }
      const reason = `host state restore ${past.version}`;
      return { pipeline, target, version: await store.save(pipeline, past.state, reason) };
    });
  }

  /** @param limit runs at most */
  runs(query: PipelineQuery, limit: number, signal: AbortSignal): Promise<RunHistory> {
    return this.#use(query, signal, async ({ store, target }) => ({
      target,
      runs: await store.runs(query.pipeline, limit),
    }));
  }

  #use<T>(query: PipelineQuery, signal: AbortSignal, work: (open: OpenStore) => Promise<T>): Promise<T> {
    return this.places.use(query, signal, async (open) => {
      if (query.pipeline !== undefined) await assertKnown(query.pipeline, open);
      return work(open);
    });
  }
}

async function assertKnown(pipeline: string, { store, target, elsewhere }: OpenStore): Promise<void> {
  const known = await store.pipelines();
  if (known.includes(pipeline)) return;
  const hint = didYouMean(pipeline, [...known, ...elsewhere.filter((name) => name !== pipeline)]);
  throw new ConfigError(`${target} knows no pipeline "${pipeline}"${hint}`, { code: 'PIPELINE_NOT_FOUND' });
}
