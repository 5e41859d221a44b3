import { selectPartitions, type SelectionParts } from '../../../src/host/partitions/select-partitions.js';
import { Connector, type ConnectorContext } from '../../../src/sdk/connector.js';
import type { Partitioning } from '../../../src/sdk/partitioning.js';
import type {
  PartitionBatch,
  PartitionLedger,
  PartitionRecord,
  PartitionStatus,
} from '../../../src/targets/partitions/partition-ledger.js';
import type { SavedState } from '../../../src/targets/target.js';

/** What a connector of a test answers about its partitions. */
export interface Answers {
  readonly getPartitioning?: Connector['getPartitioning'];
  readonly listPartitions?: (partitioning: Partitioning) => unknown;
  readonly partitionExists?: (partitioning: Partitioning, id: string) => unknown;
}

class Answering extends Connector {
  *generateRows(): Iterable<never> {
    yield* [];
  }
}

/** A connector with the methods that it is given and no others. */
export function answering(answers: Answers): Connector {
  return Object.assign(new Answering({}, {} as ConnectorContext), answers);
}

/** A ledger of the records that it is given. */
export class FixedLedger implements PartitionLedger {
  readonly #records: Map<string, PartitionRecord>;
  /** How often it was asked what has completed. */
  questions = 0;

  constructor(records: readonly (readonly [partition: string, status: PartitionStatus, batch?: string])[]) {
    this.#records = new Map(
      records.map(([partition, status, batch = 'old']) => [partition, recordOf(partition, status, batch)]),
    );
  }

  async batch(): Promise<null> {
    return null;
  }

  async find(ids: readonly string[]): Promise<ReadonlyMap<string, PartitionRecord>> {
    return new Map(
      ids.flatMap((id) => {
        const record = this.#records.get(id);
        return record ? [[id, record] as const] : [];
      }),
    );
  }

  async completed(batch?: string): Promise<ReadonlySet<string>> {
    this.questions += 1;
    const records = [...this.#records.values()].filter(({ status }) => status === 'completed');
    const ofBatch = records.filter((record) => batch === undefined || record.batch === batch);
    return new Set(ofBatch.map(({ partition }) => partition));
  }

  async *list(status?: PartitionStatus): AsyncGenerator<readonly PartitionRecord[]> {
    for (const record of this.#records.values()) {
      if (status === undefined || record.status === status) yield [record];
    }
  }

  async states(): Promise<ReadonlyMap<string, SavedState>> {
    return new Map<string, SavedState>();
  }
}

export function batchOf(id: string): PartitionBatch {
  return { id, selection: null, now: '2026-11-21T07:30:00Z', partitioning: { dimensions: [] } };
}

/** What a test says of a selection; the rest has a default. */
export interface Asked extends Answers, Partial<Omit<SelectionParts, 'scheme' | 'connector'>> {
  readonly partitioning: Partitioning;
  readonly isListable?: boolean;
}

/** The parts of a selection, with what it warns of. */
export function partsOf(asked: Asked): SelectionParts & { readonly warnings: readonly string[] } {
  const { partitioning, isListable = asked.listPartitions !== undefined, ...rest } = asked;
  const warnings: string[] = [];
  return {
    scheme: { partitioning, isListable },
    connector: answering(asked),
    selection: null,
    now: new Date('2026-11-21T07:30:00Z'),
    ledger: undefined,
    resumes: undefined,
    signal: new AbortController().signal,
    warn: (text) => warnings.push(text),
    ...rest,
    warnings,
  };
}

/** All ids that are selected. */
export async function idsOf(parts: SelectionParts): Promise<string[]> {
  const ids: string[] = [];
  for await (const page of selectPartitions(parts)) ids.push(...page);
  return ids;
}

function recordOf(partition: string, status: PartitionStatus, batch: string): PartitionRecord {
  return {
    partition,
    status,
    batch,
    run: batch,
    rows: 1,
    code: null,
    message: null,
    endedAt: '2026-11-21T07:30:00.000Z',
  };
}
