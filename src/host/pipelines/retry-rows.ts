import { randomUUID } from 'node:crypto';
import { runSync, type SyncOutcome } from '../../sync/sync.js';
import type { TableOptions } from '../../sync/sync-options.js';
import type { KeptRow, RejectedSchema, Target } from '../../targets/target.js';
import { toHostError } from '../http/http-error.js';
import { KeptRowsConnector } from './kept-rows-connector.js';
import { PartitionsRetry } from './partitions-retry.js';
import type { GiveRows, RetryParts, RetryPlace } from './retry-parts.js';

/**
 * Gives rows that were kept aside to their target once more, as a run of its own; where it keeps partitions apart, each to its
 * partition. How it ended is in the outcome.
 */
export async function retryRows(rows: readonly KeptRow[], parts: RetryParts): Promise<SyncOutcome> {
  const { target, pipeline, progress } = parts;
  const schemas = await schemasOf(rows, target);
  const saved = await (await target.pipelines?.())?.load(pipeline);
  const give: GiveRows = (some, place) => giveRows(some, place, schemas, parts);
  const whole = { runId: randomUUID(), target, stateFormat: saved?.format };
  if (!target.beginPartitions || rows.every(({ partition }) => partition === undefined))
    return give(rows, { ...whole, progress });
  return new PartitionsRetry(parts, give).execute(rows, whole);
}

function giveRows(
  rows: readonly KeptRow[],
  { runId, target, progress, partition, stateFormat }: RetryPlace,
  schemas: ReadonlyMap<string, RejectedSchema>,
  { pipeline, deletes, signal, redact, onRefused, target: { capabilities } }: RetryParts,
): Promise<SyncOutcome> {
  const tables = new Map([...schemas].filter(([name]) => rows.some(({ table }) => table === name)));
  return runSync({
    runId,
    pipeline: () => pipeline,
    table: pipeline,
    connect: () => new KeptRowsConnector(rows, tables),
    target,
    ...(partition ? { partition } : {}),
    recordsLimit: -1,
    signal,
    progress,
    translateError: toHostError,
    redact,
    options: {
      badRows: {},
      perTable: Object.fromEntries(
        [...tables].map(([table, schema]) => [table, howOf(table, rows, schema, capabilities.upserts)]),
      ),
      deletes,
      stateFormat,
    },
    retried: rows,
    onRefusedAgain: onRefused,
  });
}

async function schemasOf(rows: readonly KeptRow[], target: Target): Promise<Map<string, RejectedSchema>> {
  const schemas = new Map<string, RejectedSchema>();
  for (const { table } of rows) {
    if (!schemas.has(table)) schemas.set(table, await schemaOf(table, rows, target));
  }
  return schemas;
}

/** What the target knows goes first; one that cannot be asked has it kept with the rows. */
async function schemaOf(table: string, rows: readonly KeptRow[], target: Target): Promise<RejectedSchema> {
  const primaryKey = (await target.look?.(table, 'append'))?.primaryKey;
  if (primaryKey) return { primaryKey };
  // A later run may have declared more.
  return rows.findLast((row) => row.table === table && row.schema !== undefined)?.schema ?? {};
}

/** Rows that were to be added are added, whatever key the table has. */
function howOf(
  table: string,
  rows: readonly KeptRow[],
  { primaryKey = [] }: RejectedSchema,
  canMerge: boolean,
): TableOptions {
  const own = rows.filter((row) => row.table === table);
  const isAdded = own.every(({ operation }) => operation === 'insert');
  return {
    mode: !canMerge || isAdded || primaryKey.length === 0 ? 'append' : 'merge',
    asRows: own.every(({ isLogged }) => isLogged !== true),
  };
}
