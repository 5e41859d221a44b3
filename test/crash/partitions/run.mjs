/* global AbortController */
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createContainer } from '../../../dist/host/container.js';
import { RunService } from '../../../dist/host/run-service.js';
import { op } from '../../../dist/index.js';
import { Connector } from '../../../dist/sdk/connector.js';
import { RunProgress } from '../../../dist/sync/run-progress.js';

export const IDS = Array.from(
  { length: 36 },
  (_, i) => `2026-11-${String(1 + (i % 12)).padStart(2, '0')}|c${Math.floor(i / 12)}`,
);
/** As many as are read at once. */
const CONCURRENCY = 8;
const NOTHING = new Writable({ write: (_chunk, _encoding, done) => done() });
const NO_LOG = { debug() {}, info() {}, warn() {}, error() {} };

/**
 * The rows of a partition: of some there are few, of some so many that they need a stage of their own; types differ from
 * one to the next, and so do columns. A salt makes other rows of the same partition.
 */
export function rowsOf(id, salt) {
  const index = IDS.indexOf(id);
  const count = index % 7 === 3 ? 2500 : 1 + (index % 5);
  return Array.from({ length: count }, (_, n) => ({
    id: n,
    salt,
    value: index % 4 === 1 ? n + 0.5 : n,
    ...(index % 6 === 2 ? { note: `${id} ${n}` } : {}),
  }));
}

/**
 * @param job `{ plugin, to, pgSchema, mode, salt, partition, resume }`; mode `incremental`: each partition has a state
 * @param onRead called when the first partition is read
 */
export async function runPartitions(job, onRead = () => undefined) {
  const { plugin, to, pgSchema, mode, salt, partition, resume } = job;
  const container = createContainer({
    cwd: plugin,
    pluginFolders: [plugin],
    stateDir: join(plugin, 'state'),
    stdout: NOTHING,
    logger: NO_LOG,
    importModule: async () => ({ default: partsClass(mode === 'incremental', salt, onRead) }),
  });
  const spec = {
    source: 'crash-parts',
    to,
    ...(pgSchema ? { pgSchema } : {}),
    table: 'parts',
    concurrency: CONCURRENCY,
    commitEvery: { seconds: 3600, rows: 0 },
    lockTimeout: 10,
    ...(mode === 'incremental' ? {} : { mode }),
    ...(resume ? { resume } : { partition }),
    ...(to.endsWith('/') ? { format: 'parquet' } : {}),
  };
  return container
    .get(RunService)
    .run(spec, { signal: new AbortController().signal, progress: new RunProgress() });
}

function partsClass(isIncremental, salt, onRead) {
  return class Parts extends Connector {
    getReadSchema() {
      return isIncremental ? { incremental: true } : null;
    }

    getPartitioning() {
      return {
        dimensions: [
          { name: 'day', type: 'time', params: { period: 'DAY' } },
          { name: 'country', type: 'value' },
        ],
      };
    }

    *listPartitions() {
      yield* IDS;
    }

    async *generateRows({ partitionId, state }) {
      onRead();
      const rows = rowsOf(partitionId, salt);
      const half = Math.ceil(rows.length / 2);
      for (const [i, page] of [rows.slice(0, half), rows.slice(half)].entries()) {
        // As a page of an API would be waited for.
        await new Promise((resolve) => setTimeout(resolve, 1 + (IDS.indexOf(partitionId) % 5)));
        if (isIncremental && i < (state.pages ?? 0)) continue;
        yield page;
        if (isIncremental) yield op.checkpoint({ pages: i + 1 });
      }
    }
  };
}
