import type { Connector } from '../../sdk/connector.js';
import { ConfigError, ConnectorError } from '../../sdk/errors.js';
import type { PartitioningMode } from '../../sdk/manifest.js';
import type { Partitioning } from '../../sdk/partitioning.js';
import { problemText } from '../../sdk/problem-text.js';
import { explainFailure } from '../../sync/explain-failure.js';
import { toHostError } from '../http/http-error.js';
import { checkPartitioning } from './check-partitioning.js';

/** How a source is cut, and whether it can say into what. */
export interface PartitionScheme {
  readonly partitioning: Partitioning;
  /** True: listPartitions may be called. */
  readonly isListable: boolean;
}

/**
 * Finds out how a source is cut, by the mode of its manifest: the connector's code says, or the user does.
 *
 * @param connector an instance for this question
 * @param dimensions the user's; undefined: none were given
 * @param label how messages name the source: `connector "my-plugin-events"`
 * @returns null: it is read whole
 * @throws ConfigError PARTITIONS_UNSUPPORTED for dimensions of a source that takes none, CLI_USAGE for wrong ones
 * @throws ConnectorError PARTITIONING_INVALID when getPartitioning fails or returns no partitioning
 */
export async function schemeOf(
  connector: Connector,
  mode: PartitioningMode,
  dimensions: Partitioning['dimensions'] | undefined,
  label: string,
): Promise<PartitionScheme | null> {
  const isListable = mode.endsWith('_LISTABLE');
  switch (mode) {
    case 'NOT_PARTITIONABLE':
      if (dimensions) refuseDimensions(`${label} has no partitions`);
      return null;
    case 'CODE_DEFINED_LISTABLE':
    case 'CODE_DEFINED_UNLISTABLE':
      if (dimensions) refuseDimensions(`${label} defines the dimensions of its partitions by itself`);
      return { partitioning: await askConnector(connector, label), isListable };
    case 'USER_DEFINED_LISTABLE':
    case 'USER_DEFINED_UNLISTABLE':
      return dimensions ? { partitioning: checkUsers(dimensions), isListable } : null;
  }
}

function refuseDimensions(why: string): never {
  throw new ConfigError(`${why}, so it takes no dimensions`, {
    code: 'PARTITIONS_UNSUPPORTED',
    action: 'Leave the dimensions out.',
  });
}

function checkUsers(dimensions: Partitioning['dimensions']): Partitioning {
  const { partitioning, problems } = checkPartitioning({ dimensions });
  if (!problems) return partitioning;
  throw new ConfigError(`the dimensions are wrong: ${problemText(problems)}`, {
    code: 'CLI_USAGE',
    action: 'Correct the dimensions.',
    details: { problems },
  });
}

async function askConnector(connector: Connector, label: string): Promise<Partitioning> {
  let value: unknown;
  try {
    value = await connector.getPartitioning?.();
  } catch (error) {
    throw explainFailure(error, toHostError, `getPartitioning of ${label} failed`, 'PARTITIONING_INVALID');
  }
  const { partitioning, problems } = checkPartitioning(value);
  if (!problems) return partitioning;
  throw new ConnectorError(`getPartitioning of ${label} returned no partitioning: ${problemText(problems)}`, {
    code: 'PARTITIONING_INVALID',
    details: { problems },
  });
}
