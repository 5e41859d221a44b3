import { inject, injectable } from 'inversify';
import { ConfigError, type HostError } from '../../sdk/errors.js';
import type { Row } from '../../sdk/schema.js';
import type { RunProgress } from '../../sync/run-progress.js';
import type { RunReport } from '../../sync/run-report.js';
import type { KeptRow, RejectedStore, Target } from '../../targets/target.js';
import { Redactor } from '../redactor.js';
import { didYouMean } from '../suggest.js';
import { TargetOpener } from '../target-opener.js';
import { PipelinePlaces, type OnePipeline } from './pipeline-places.js';
import { retryRows } from './retry-rows.js';

/** Which rows of a pipeline. */
export interface RejectedQuery extends OnePipeline {
  /** Undefined: all of them. */
  readonly ids?: readonly string[] | undefined;
  /** Only rows of this one; undefined: of all. */
  readonly partition?: string | undefined;
}

/** A retry, besides its rows. */
export interface RetryRequest extends RejectedQuery {
  /** Rows that stand in the place of those that were kept, by id. Only these are given again. */
  readonly edited?: ReadonlyMap<string, Row> | undefined;
}

/** How a retry ended. */
export interface RetryResult {
  readonly report: RunReport;
  readonly error: HostError | undefined;
  /** Label of the target. */
  readonly target: string;
  /** Rows that it took, where it took any. */
  readonly taken: number;
  /** Rows that were refused again. */
  readonly refused: number;
}

/** Shows the rows that pipelines kept aside, gives them to the target once more, and forgets them. */
@injectable()
export class RejectedService {
  constructor(
    @inject(PipelinePlaces) private readonly places: PipelinePlaces,
    @inject(TargetOpener) private readonly targets: TargetOpener,
    @inject(Redactor) private readonly redactor: Redactor,
  ) {}

  /**
   * Calls back with the rows in the order in which they were kept.
   *
   * @returns label of the target
   * @throws ConfigError PIPELINE_NOT_FOUND, and CLI_USAGE for an id that no row has
   */
  each(
    query: RejectedQuery,
    signal: AbortSignal,
    onRows: (rows: readonly KeptRow[]) => void,
  ): Promise<string> {
    return this.places.useTarget(query, signal, async (target) => {
      const store = await storeOf(target, query.pipeline);
      const missing = new Set(query.ids);
      for await (const rows of rowsOf(store, query)) {
        for (const { id } of rows) missing.delete(id);
        onRows(rows);
      }
      refuseMissing(query.pipeline, missing);
      return target.label;
    });
  }

  /**
   * Forgets rows.
   *
   * @returns how many there were
   * @throws ConfigError PIPELINE_NOT_FOUND
   */
  drop(
    query: RejectedQuery,
    signal: AbortSignal,
  ): Promise<{ readonly target: string; readonly rows: number }> {
    return this.places.useTarget(query, signal, async (target) => {
      const store = await storeOf(target, query.pipeline);
      const rows = await store.drop(query.pipeline, await idsToDrop(store, query));
      return { target: target.label, rows };
    });
  }

  /**
   * Gives rows to the target of their pipeline once more, as a run of its own. Those that it takes are forgotten with the
   * commit; one that is refused again stays, and its attempts are counted.
   *
   * @returns undefined: there are no such rows
   * @throws ConfigError PIPELINE_NOT_FOUND, and CLI_USAGE for an id that no row has
   */
  async retry(
    request: RetryRequest,
    { signal, progress }: { readonly signal: AbortSignal; readonly progress: RunProgress },
  ): Promise<RetryResult | undefined> {
    const { pipeline } = request;
    const place = await this.places.find(request);
    const target = await this.targets.open(place, { signal, stateFolder: place.stateFolder });
    try {
      const store = await storeOf(target, pipeline);
      const rows = await rowsToRetry(store, request);
      if (rows.length === 0) return undefined;
      const refused = new Set<string>();
      const { report, error } = await retryRows(rows, {
        pipeline,
        target,
        deletes: place.deletes,
        signal,
        progress,
        redact: (text) => this.redactor.redact(text),
        onRefused: (id) => refused.add(id),
      });
      return {
        report,
        error,
        target: target.label,
        taken: rows.length - refused.size,
        refused: refused.size,
      };
    } finally {
      await target.close();
    }
  }
}

async function storeOf(target: Target, pipeline: string): Promise<RejectedStore> {
  const store = await target.rejected?.();
  if (store) {
    const known = (await (await target.pipelines?.())?.pipelines()) ?? [pipeline];
    if (known.includes(pipeline)) return store;
    throw new ConfigError(`${target.label} knows no pipeline "${pipeline}"${didYouMean(pipeline, known)}`, {
      code: 'PIPELINE_NOT_FOUND',
    });
  }
  throw new ConfigError(`${target.label} keeps no rejected rows`, {
    code: 'PIPELINE_NOT_FOUND',
    action: 'Name another target with --to.',
  });
}

type WhichRows = Pick<RejectedQuery, 'pipeline' | 'ids' | 'partition'>;

async function* rowsOf(
  store: RejectedStore,
  { pipeline, ids, partition }: WhichRows,
): AsyncGenerator<readonly KeptRow[]> {
  for await (const rows of store.rows(pipeline, ids))
    yield partition === undefined ? rows : rows.filter((row) => row.partition === partition);
}

/** Undefined: all. */
async function idsToDrop(store: RejectedStore, which: WhichRows): Promise<readonly string[] | undefined> {
  if (which.partition === undefined) return which.ids;
  const ids: string[] = [];
  for await (const rows of rowsOf(store, which)) ids.push(...rows.map(({ id }) => id));
  return ids;
}

async function rowsToRetry(
  store: RejectedStore,
  { pipeline, ids, partition, edited }: RetryRequest,
): Promise<KeptRow[]> {
  const wanted = ids ?? (edited && [...edited.keys()]);
  const missing = new Set([...(wanted ?? []), ...(edited?.keys() ?? [])]);
  const found: KeptRow[] = [];
  for await (const rows of rowsOf(store, { pipeline, ids: wanted, partition })) {
    for (const row of rows) {
      missing.delete(row.id);
      const other = edited?.get(row.id);
      found.push(other ? { ...row, row: other } : row);
    }
  }
  refuseMissing(pipeline, missing);
  return found;
}

function refuseMissing(pipeline: string, ids: ReadonlySet<string>): void {
  const [first] = ids;
  if (first === undefined) return;
  const more = ids.size > 1 ? ` and ${ids.size - 1} more` : '';
  throw new ConfigError(`pipeline "${pipeline}" has no rejected row ${JSON.stringify(first)}${more}`, {
    code: 'CLI_USAGE',
    action: '`host rejected list` shows the ids of those that it has.',
  });
}
