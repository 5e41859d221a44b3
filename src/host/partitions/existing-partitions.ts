import type { Connector } from '../../sdk/connector.js';
import { ConnectorError } from '../../sdk/errors.js';
import type { Partitioning } from '../../sdk/partitioning.js';
import { EventLoopTurns } from '../../sync/event-loop-turns.js';
import { explainFailure } from '../../sync/explain-failure.js';
import { untilAborted } from '../../targets/until-aborted.js';
import { toHostError } from '../http/http-error.js';

/** Partitions that are asked about at once: most connectors ask an API. */
const ASKED_AT_ONCE = 8;
/** Longest time that a page waits for more ids, in milliseconds: those that are there are read meanwhile. */
const PAGE_WITHIN_MS = 200;

/** Who is asked whether partitions are there. */
export interface ExistenceParts {
  readonly connector: Connector;
  readonly partitioning: Partitioning;
  readonly signal: AbortSignal;
}

/**
 * Those of some ids that the connector says it has, in pages in their order; all of them where it cannot say.
 *
 * @throws ConnectorError PARTITIONING_INVALID when partitionExists fails or gives no boolean
 */
export async function* existingPages(
  ids: readonly string[],
  parts: ExistenceParts,
): AsyncGenerator<readonly string[]> {
  if (!parts.connector.partitionExists) {
    yield ids;
    return;
  }
  const turns = new EventLoopTurns();
  let page: string[] = [];
  let startedAt = performance.now();
  for (let from = 0; from < ids.length; from += ASKED_AT_ONCE) {
    const asked = ids.slice(from, from + ASKED_AT_ONCE);
    const answers = await untilAborted(parts.signal, Promise.all(asked.map((id) => isThere(id, parts))));
    page.push(...asked.filter((_, index) => answers[index]));
    if (turns.isDue(true)) await turns.take();
    if (page.length === 0 || performance.now() - startedAt < PAGE_WITHIN_MS) continue;
    yield page;
    page = [];
    startedAt = performance.now();
  }
  if (page.length > 0) yield page;
}

async function isThere(id: string, { connector, partitioning, signal }: ExistenceParts): Promise<boolean> {
  let answer: unknown;
  try {
    answer = await connector.partitionExists?.(partitioning, id);
  } catch (error) {
    signal.throwIfAborted();
    throw explainFailure(error, toHostError, 'partitionExists failed', 'PARTITIONING_INVALID');
  }
  if (typeof answer === 'boolean') return answer;
  throw new ConnectorError(
    `partitionExists gave ${answer === null ? 'null' : typeof answer}, not true or false`,
    {
      code: 'PARTITIONING_INVALID',
    },
  );
}
