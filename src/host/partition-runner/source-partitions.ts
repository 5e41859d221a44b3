import { ConfigError } from '../../sdk/errors.js';
import type { Connector } from '../../sdk/connector.js';
import { explainFailure } from '../../sync/explain-failure.js';
import { normaliseSchema } from '../../sync/normalise-schema.js';
import type { PartitionBatch, PartitionLedger } from '../../targets/partitions/partition-ledger.js';
import { within } from '../../targets/within.js';
import { toHostError } from '../http/http-error.js';
import { schemeOf, type PartitionScheme } from '../partitions/partition-scheme.js';
import { checkSelection, selectPartitions } from '../partitions/select-partitions.js';
import type { RunSpec } from '../run-spec.js';
import type { OpenedSource } from '../sources/opened-source.js';
import { PartitionChain } from './partition-chain.js';

/** Longest time that a connector gets to close, in milliseconds. */
const CLOSE_WITHIN_MS = 500;

/** What of a run says which partitions are read. */
export type PartitionsSpec = Pick<
  RunSpec,
  'partition' | 'dimensions' | 'now' | 'resume' | 'prune' | 'mode' | 'deleteMissing'
>;

/** What a selection depends on besides its text. */
export interface SelectOptions {
  readonly ledger?: PartitionLedger | undefined;
  /** Goes on with this batch: its selection and its instant, without what it completed. */
  readonly resumes?: PartitionBatch | undefined;
  readonly signal: AbortSignal;
  readonly warn: (text: string) => void;
  readonly onNotThere?: (count: number) => void;
}

/** The partitions of a source that is cut into some. Has an instance of the connector of its own, which lists them. */
export class SourcePartitions {
  readonly scheme: PartitionScheme;
  /** The text of --partition; null: all. */
  readonly selection: string | null;
  /** The instant that keywords of the selection stand for. */
  readonly now: Date;
  readonly connector: Connector;
  readonly #opened: OpenedSource;
  readonly #source: AbortController;

  private constructor(
    scheme: PartitionScheme,
    spec: PartitionsSpec,
    opened: OpenedSource,
    connector: Connector,
    source: AbortController,
  ) {
    this.scheme = scheme;
    this.selection = spec.partition ?? null;
    this.now = spec.now === undefined ? new Date() : instantOf(spec.now);
    this.connector = connector;
    this.#opened = opened;
    this.#source = source;
  }

  /**
   * Looks at how the source is cut, and at what was chosen of it.
   *
   * @returns undefined where it is read whole
   * @throws ConfigError for a selection that does not read, is missing, or is of a source without partitions; ConnectorError
   */
  static async of(spec: PartitionsSpec, opened: OpenedSource): Promise<SourcePartitions | undefined> {
    const { partitioningMode: mode = 'NOT_PARTITIONABLE', label } = opened;
    const isWhole = mode === 'NOT_PARTITIONABLE' || (!spec.dimensions && mode.startsWith('USER_DEFINED'));
    if (isWhole && !spec.dimensions) {
      refusePartitions(spec, mode !== 'NOT_PARTITIONABLE', label);
      return undefined;
    }
    const source = new AbortController();
    const connector = opened.create(source.signal);
    try {
      const scheme = await schemeOf(connector, mode, spec.dimensions, label);
      if (scheme) {
        const partitions = new SourcePartitions(scheme, spec, opened, connector, source);
        partitions.#check(spec, label);
        return partitions;
      }
      refusePartitions(spec, false, label);
    } catch (error) {
      await closeConnector(connector);
      throw error;
    }
    await closeConnector(connector);
    return undefined;
  }

  /** Pages of the ids that are chosen. @throws ConfigError, ConnectorError */
  select({ ledger, resumes, signal, warn, onNotThere }: SelectOptions): AsyncIterable<readonly string[]> {
    const { scheme, connector } = this;
    return selectPartitions({
      scheme,
      connector,
      selection: resumes ? resumes.selection : this.selection,
      now: resumes ? new Date(resumes.now) : this.now,
      ledger,
      resumes,
      signal,
      warn,
      ...(onNotThere ? { onNotThere } : {}),
    });
  }

  /** Whether it is a sync, which decides the name of its pipeline before the first partition is read. */
  async declaresTables(): Promise<boolean> {
    try {
      return normaliseSchema(await this.connector.getReadSchema()).tables !== null;
    } catch (error) {
      throw explainFailure(error, toHostError);
    }
  }

  /**
   * The chosen partitions as one source, for targets that cannot keep them apart.
   * @param recorded what the ledger of a pipeline knows of them, where there is one
   */
  chain(recorded: Pick<SelectOptions, 'ledger' | 'resumes'> = {}): PartitionChain {
    return new PartitionChain({
      create: (signal, paging) => this.#opened.create(signal, paging),
      partitioning: this.scheme.partitioning,
      select: (options) => this.select({ ...options, ...recorded }),
    });
  }

  async close(): Promise<void> {
    this.#source.abort();
    await closeConnector(this.connector);
  }

  #check({ resume = false, mode, deleteMissing }: PartitionsSpec, label: string): void {
    const { selection, scheme, now } = this;
    const way = mode === 'mirror' ? '--mode mirror' : deleteMissing ? '--delete-missing' : undefined;
    if (way !== undefined) {
      throw new ConfigError(`${way} compares a whole read, and ${label} is read by partitions`, {
        code: 'PARTITIONS_UNSUPPORTED',
        action: `Leave ${way} out; --prune removes partitions that are no longer listed.`,
      });
    }
    if (selection !== null) checkSelection(selection, scheme.partitioning, now);
    else if (!scheme.isListable && !resume) {
      throw new ConfigError(`${label} has partitions and cannot list them, so the run must say which`, {
        code: 'PARTITION_UNSELECTED',
      });
    }
  }
}

/** @param who what has no batch to go on with */
export function nothingToResume(who: string): ConfigError {
  return new ConfigError(`${who} never ran with partitions, so there is nothing to resume`, {
    code: 'CLI_USAGE',
    action: 'Run without --resume.',
  });
}

/** @throws ConfigError CLI_USAGE */
function instantOf(text: string): Date {
  const instant = new Date(text);
  // Without a zone it would be another instant on another machine.
  const hasZone = /^\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d))?$/.test(text);
  if (hasZone && !Number.isNaN(instant.getTime())) return instant;
  throw new ConfigError(`--now must be a date, or an instant with its zone (got ${JSON.stringify(text)})`, {
    code: 'CLI_USAGE',
    action: 'Give it as in --now 2026-11-27 or --now 2026-11-27T08:00:00Z.',
  });
}

/** @param mayHave whether the source has partitions once dimensions are given */
function refusePartitions(spec: PartitionsSpec, mayHave: boolean, label: string): void {
  const given = [
    spec.partition === undefined ? undefined : '--partition',
    spec.now === undefined ? undefined : '--now',
    spec.resume ? '--resume' : undefined,
    spec.prune ? '--prune' : undefined,
  ].find((option) => option !== undefined);
  if (given === undefined) return;
  throw new ConfigError(
    mayHave
      ? `${given} chooses partitions, and how ${label} is cut is for the user to say`
      : `${given} chooses partitions, and ${label} has none`,
    {
      code: 'PARTITIONS_UNSUPPORTED',
      action: mayHave ? 'Give its dimensions, as in --dimensions day:DAY.' : `Leave ${given} out.`,
    },
  );
}

async function closeConnector(connector: Connector): Promise<void> {
  try {
    await within(CLOSE_WITHIN_MS, connector.close?.());
  } catch {
    // It only looked, and whatever it had open ends with the run.
  }
}
