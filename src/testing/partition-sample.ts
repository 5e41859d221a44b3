import assert from 'node:assert/strict';
import type { OpenedConnector } from '../host/connectors/opened-connector.js';
import { schemeOf } from '../host/partitions/partition-scheme.js';
import type { Connector } from '../sdk/connector.js';
import type { Partitioning } from '../sdk/partitioning.js';

/** What a suite has to be told of a connector's partitions. */
export interface SuitePartitions {
  /** The dimensions, where the user defines them; absent: such a connector is read whole. */
  readonly dimensions?: Partitioning['dimensions'];
  /** Partitions of the fixture, where the connector cannot list them. The first one must have rows. */
  readonly ids?: readonly string[];
}

/** The partitions that a suite reads. */
export interface PartitionSample {
  readonly partitioning: Partitioning;
  /** What was listed first; undefined: the connector cannot list. */
  readonly listed: readonly string[] | undefined;
  /** A few of them, at least one. */
  readonly ids: readonly string[];
}

/** Partitions that are read. */
const MOST_READ = 4;
/** Ids that are listed: a listing may have a million, or no end. */
const MOST_LISTED = 1000;

/**
 * Takes the first partitions of a connector; undefined: it is read whole.
 *
 * @throws HostError of the connector's methods; an assertion where there is nothing to read
 */
export async function samplePartitions(
  source: OpenedConnector,
  { dimensions, ids }: SuitePartitions,
): Promise<PartitionSample | undefined> {
  const connector = source.create(new AbortController().signal);
  try {
    const scheme = await schemeOf(connector, source.partitioningMode, dimensions, source.label);
    if (!scheme) return undefined;
    const { partitioning, isListable } = scheme;
    const listed = isListable ? await firstListed(connector, partitioning) : undefined;
    const chosen = (ids ?? listed ?? []).slice(0, MOST_READ);
    const missing = isListable ? 'it lists no partition' : 'it cannot list: name some in partitions.ids';
    assert.ok(chosen.length > 0, missing);
    return { partitioning, listed, ids: chosen };
  } finally {
    await connector.close?.();
  }
}

async function firstListed(connector: Connector, partitioning: Partitioning): Promise<string[]> {
  const ids: string[] = [];
  for await (const id of (await connector.listPartitions?.(partitioning)) ?? []) {
    ids.push(id);
    if (ids.length === MOST_LISTED) break;
  }
  return ids;
}
