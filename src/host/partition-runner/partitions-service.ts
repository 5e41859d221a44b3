import { inject, injectable } from 'inversify';
import { ConfigError, ConnectorError } from '../../sdk/errors.js';
import type { Partitioning } from '../../sdk/partitioning.js';
import { explainFailure } from '../../sync/explain-failure.js';
import { guardStep } from '../../sync/guard-target.js';
import { DEFAULT_TARGET } from '../../targets/open-target.js';
import type { PartitionLedger, PartitionRecord } from '../../targets/partitions/partition-ledger.js';
import { toHostError } from '../http/http-error.js';
import { latestText } from '../partitions/latest.js';
import { PipelineNotes } from '../pipelines/pipeline-notes.js';
import { checkPipelineName, pipelineName } from '../pipelines/pipeline-name.js';
import type { RunSpec, TargetSpec } from '../run-spec.js';
import type { Settings } from '../settings.js';
import type { OpenedSource } from '../sources/opened-source.js';
import { SourceOpener } from '../sources/source-opener.js';
import { TargetOpener } from '../target-opener.js';
import { TOKENS } from '../tokens.js';
import { SourcePartitions } from './source-partitions.js';

/** Which partitions are looked at. */
export interface PartitionsQuery {
  /** The run whose partitions they are. */
  readonly spec: RunSpec;
  /** Partitions that are listed at most; the others are only counted. */
  readonly limit: number;
  /** Asks the connector how many rows each listed one has. */
  readonly hasCounts: boolean;
}

/** A partition, and what the target knows of it. */
export interface ListedPartition {
  readonly partition: string;
  /** Null: it was never tried, or the target does not remember. */
  readonly status: PartitionRecord['status'] | null;
  /** Rows that it has in the target; null: not known. */
  readonly rows: number | null;
  /** When it was tried last, ISO text, UTC. */
  readonly endedAt: string | null;
  readonly run: string | null;
  readonly code: string | null;
  readonly message: string | null;
  /** Rows that the source has, where that was asked. */
  readonly count?: number;
}

/** What a selection chooses: `host partitions --json` prints it as one object. */
export interface PartitionList {
  /** Id of the connector. */
  readonly connector: string;
  readonly pipeline: string;
  /** Label of the target. */
  readonly target: string;
  readonly dimensions: Partitioning['dimensions'];
  /** Where `latest` is asked for: the period, or the partition, that it is, as in `day 2026-11-21`. */
  readonly latest?: string;
  /** How many are chosen. */
  readonly total: number;
  /** How many were named that the connector does not have. */
  readonly notThere: number;
  /** The first of them. */
  readonly partitions: readonly ListedPartition[];
  readonly warnings: readonly string[];
}

/** Says which partitions a selection means, and what became of them. Reads no rows and writes nothing. */
@injectable()
export class PartitionsService {
  constructor(
    @inject(TOKENS.Settings) private readonly settings: Settings,
    @inject(SourceOpener) private readonly sources: SourceOpener,
    @inject(TargetOpener) private readonly targets: TargetOpener,
  ) {}

  /** @throws HostError when the source or the target cannot be opened, or the selection is wrong */
  async list(query: PartitionsQuery, signal: AbortSignal): Promise<PartitionList> {
    const { spec } = query;
    checkPipelineName(spec.name);
    const opened = await this.sources.open(spec, signal);
    try {
      const { partition, dimensions, now } = spec;
      const partitions = await SourcePartitions.of({ partition, dimensions, now }, opened);
      if (!partitions) throw hasNone(opened);
      try {
        return await this.#list(query, opened, partitions, signal);
      } finally {
        await partitions.close();
      }
    } finally {
      await opened.close?.();
    }
  }

  async #list(
    { spec, limit, hasCounts }: PartitionsQuery,
    opened: OpenedSource,
    partitions: SourcePartitions,
    signal: AbortSignal,
  ): Promise<PartitionList> {
    const isSync = await partitions.declaresTables();
    const { stateFolder } = opened;
    const place = await this.#placeOf(spec, opened, isSync);
    const target = await this.targets.openForState(place, { signal, stateFolder, looksOnly: true });
    try {
      const { cwd } = this.settings;
      const pipeline = pipelineName({ source: opened, spec: { ...spec, ...place }, target, isSync, cwd });
      const ledger = await guardStep(target, async () => target.partitionLedger?.(pipeline));
      const ids: string[] = [];
      const warnings: string[] = [];
      let total = 0;
      let notThere = 0;
      const pages = partitions.select({
        ledger,
        signal,
        warn: (text) => warnings.push(text),
        onNotThere: (count) => (notThere = count),
      });
      for await (const page of pages) {
        total += page.length;
        ids.push(...page.slice(0, limit - ids.length));
      }
      const records = await guardStep(target, () => recordsOf(ids, ledger));
      const { partitioning } = partitions.scheme;
      const [first] = ids;
      const isLatest = first !== undefined && partitions.selection?.trim() === 'latest';
      const counts = hasCounts ? await countsOf(ids, partitions, signal) : undefined;
      return {
        connector: opened.id,
        pipeline,
        target: target.label,
        dimensions: partitioning.dimensions,
        ...(isLatest ? { latest: latestText(first, partitioning) } : {}),
        total,
        notThere,
        partitions: ids.map((id) => listed(id, records.get(id), counts?.get(id))),
        warnings,
      };
    } finally {
      await target.close();
    }
  }

  /** Where nothing is said, the target that the pipeline ran into last. */
  async #placeOf(spec: RunSpec, opened: OpenedSource, isSync: boolean): Promise<TargetSpec> {
    const { to, format, pgSchema, lockTimeout } = spec;
    if (to !== undefined) return { to, format, pgSchema, lockTimeout };
    const { cwd } = this.settings;
    const keepsState = { label: DEFAULT_TARGET, capabilities: { keepsState: true } };
    const name = pipelineName({ source: opened, spec, target: keepsState, isSync, cwd });
    const notes = await new PipelineNotes(opened.stateFolder, cwd).all();
    // Where the target keeps no state of its own, its hash is part of the name.
    const noted = notes.find(
      ({ pipeline }) => pipeline === name || (spec.name === undefined && pipeline.startsWith(`${name}@`)),
    );
    return {
      to: noted?.to ?? DEFAULT_TARGET,
      format: format ?? noted?.format,
      pgSchema: pgSchema ?? noted?.pgSchema,
      lockTimeout,
    };
  }
}

function listed(
  partition: string,
  record: PartitionRecord | undefined,
  count: number | undefined,
): ListedPartition {
  const {
    status = null,
    rows = null,
    endedAt = null,
    run = null,
    code = null,
    message = null,
  } = record ?? {};
  return {
    partition,
    status,
    rows,
    endedAt,
    run,
    code,
    message,
    ...(count === undefined ? {} : { count }),
  };
}

/** The ledger answers for so many at once. */
const LEDGER_PAGE = 10_000;

async function recordsOf(
  ids: readonly string[],
  ledger: PartitionLedger | undefined,
): Promise<ReadonlyMap<string, PartitionRecord>> {
  const records = new Map<string, PartitionRecord>();
  for (let at = 0; ledger && at < ids.length; at += LEDGER_PAGE) {
    for (const [id, record] of await ledger.find(ids.slice(at, at + LEDGER_PAGE))) records.set(id, record);
  }
  return records;
}

async function countsOf(
  ids: readonly string[],
  { connector, scheme }: SourcePartitions,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  if (!connector.getRecordsCount) {
    throw new ConfigError('--counts asks the connector for its rows, and it cannot count them', {
      code: 'CLI_USAGE',
      action: 'Leave --counts out.',
    });
  }
  const counts = new Map<string, number>();
  for (const id of ids) {
    signal.throwIfAborted();
    counts.set(id, await countOf(() => connector.getRecordsCount?.(scheme.partitioning, id), id));
  }
  return counts;
}

async function countOf(ask: () => unknown, id: string): Promise<number> {
  let count: unknown;
  try {
    count = await ask();
  } catch (error) {
    throw explainFailure(error, toHostError, 'getRecordsCount failed');
  }
  if (typeof count === 'number' && Number.isSafeInteger(count) && count >= 0) return count;
  throw new ConnectorError(`getRecordsCount returned no number of rows for partition ${id}`);
}

function hasNone({ label, partitioningMode = 'NOT_PARTITIONABLE' }: OpenedSource): ConfigError {
  const isUsers = partitioningMode !== 'NOT_PARTITIONABLE';
  return new ConfigError(
    isUsers ? `how ${label} is cut is for the user to say` : `${label} has no partitions`,
    {
      code: 'PARTITIONS_UNSUPPORTED',
      action: isUsers
        ? 'Give its dimensions, as in --dimensions day:DAY.'
        : '`host describe` says which connectors have some.',
    },
  );
}
