import { isHostError } from '../../sdk/errors.js';
import type { Partitioning } from '../../sdk/partitioning.js';
import type { ConnectorEntry } from '../connectors/connector-entry.js';
import type { ConnectorOpener } from '../connectors/connector-opener.js';
import { schemeOf } from '../partitions/partition-scheme.js';

/**
 * The dimensions of a connector whose code defines them.
 *
 * @returns undefined: it has none, its user defines them, or it only tells with a config
 */
export async function describeDimensions(
  { id, manifest }: ConnectorEntry,
  opener: ConnectorOpener,
): Promise<Partitioning['dimensions'] | undefined> {
  const { partitioningMode: mode = 'NOT_PARTITIONABLE' } = manifest;
  if (!mode.startsWith('CODE_DEFINED')) return undefined;
  const source = new AbortController();
  try {
    const opened = await opener.open(id, {}, 'source');
    const connector = opened.create(source.signal);
    const scheme = await schemeOf(connector, mode, undefined, opened.label);
    await connector.close?.();
    return scheme?.partitioning.dimensions;
  } catch (error) {
    // It needs parameters, which nobody gave here.
    if (isHostError(error)) return undefined;
    throw error;
  } finally {
    source.abort();
  }
}
