import { randomUUID } from 'node:crypto';
import { inject, injectable } from 'inversify';
import type { Row } from '../sdk/schema.js';
import { RunProgress } from '../sync/run-progress.js';
import { runSync } from '../sync/sync.js';
import { MemoryTarget } from '../targets/memory/memory-target.js';
import type { TableColumn } from '../targets/target.js';
import { toHostError } from './http/http-error.js';
import { SourcePartitions } from './partition-runner/source-partitions.js';
import { PreviewConnector } from './preview-connector.js';
import type { RunSpec, SourceSpec } from './run-spec.js';
import type { OpenedSource } from './sources/opened-source.js';
import { SourceOpener } from './sources/source-opener.js';

/** Table of a dataset, as errors name it. */
const DATASET = 'preview';
/** A target that keeps nothing. */
const NO_TARGET = '-';

/** What a preview reads. */
export interface PreviewSpec
  extends SourceSpec, Pick<RunSpec, 'pgSchema' | 'partition' | 'dimensions' | 'now'> {
  /** Rows of a table at most. */
  readonly limit: number;
}

/** The columns and first rows of one table. */
export interface PreviewTable {
  /** Null: the one table of a dataset, which has no name of its own. */
  readonly name: string | null;
  readonly columns: readonly TableColumn[];
  readonly primaryKey: readonly string[];
  readonly rows: readonly Row[];
}

/** Reads the first rows of a source by the same engine as a run, into memory. */
@injectable()
export class PreviewService {
  constructor(@inject(SourceOpener) private readonly sources: SourceOpener) {}

  /**
   * The one table of a dataset, or the tables of a sync, those without rows too.
   * @throws HostError when the source cannot be read
   */
  async preview(spec: PreviewSpec, signal: AbortSignal): Promise<readonly PreviewTable[]> {
    // Nothing is written, so no table is in the way.
    const opened = await this.sources.open({ ...spec, to: NO_TARGET }, signal);
    try {
      const { partition, dimensions, now } = spec;
      const partitions = await SourcePartitions.of({ partition, dimensions, now }, opened);
      try {
        return await firstRows(opened, partitions, spec.limit, signal);
      } finally {
        await partitions?.close();
      }
    } finally {
      await opened.close?.();
    }
  }
}

async function firstRows(
  opened: OpenedSource,
  partitions: SourcePartitions | undefined,
  limit: number,
  signal: AbortSignal,
): Promise<readonly PreviewTable[]> {
  const target = new MemoryTarget();
  let isSync = false as boolean;
  const chain = partitions?.chain();
  const { error } = await runSync({
    runId: randomUUID(),
    pipeline: (hasTables) => {
      isSync = hasTables;
      return 'preview';
    },
    table: DATASET,
    connect: (source) => {
      const connector = chain?.connect(source) ?? opened.create(source.signal);
      return new PreviewConnector({ connector, limit, source });
    },
    ...(chain ? { partitionOf: () => chain.current } : {}),
    target,
    recordsLimit: -1,
    signal,
    progress: new RunProgress(),
    translateError: toHostError,
    options: { mode: 'overwrite' },
  });
  if (error) throw error;
  const tables = [...target.tables].map(([name, { columns, primaryKey, rows }]) => ({
    name: name === DATASET && !isSync ? null : name,
    columns,
    primaryKey,
    rows: rows.slice(0, limit),
  }));
  return tables;
}
