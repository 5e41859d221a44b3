import { randomUUID } from 'node:crypto';
import { inject, injectable } from 'inversify';
import { isHostError, type ErrorCode, type HostError } from '../../sdk/errors.js';
import { guardEmpty, guardTable, heldKey } from '../../sync/guards.js';
import { runSync } from '../../sync/sync.js';
import type { SyncOptions } from '../../sync/sync-options.js';
import type { MirrorPlan } from '../../targets/mirror/mirror-options.js';
import type { Target, WriteMode } from '../../targets/target.js';
import { toHostError } from '../http/http-error.js';
import { mirrorOptionsOf } from '../mirror-options-of.js';
import type { PartitionChain } from '../partition-runner/partition-chain.js';
import { nothingToResume, SourcePartitions } from '../partition-runner/source-partitions.js';
import { checkPipelineName, pipelineName } from '../pipelines/pipeline-name.js';
import { Redactor } from '../redactor.js';
import { RunOptions } from '../run-options.js';
import type { RunControl } from '../run-service.js';
import type { RunMode, RunSpec } from '../run-spec.js';
import type { Settings } from '../settings.js';
import type { OpenedSource } from '../sources/opened-source.js';
import { SourceOpener } from '../sources/source-opener.js';
import { TargetOpener } from '../target-opener.js';
import { TOKENS } from '../tokens.js';
import { DryTarget, type DryTable } from './dry-target.js';

/** Rows that are read at most where nobody says otherwise. */
const DEFAULT_LIMIT = 1000;

/** Why a run would be refused. */
export interface Refusal {
  readonly code: ErrorCode;
  readonly message: string;
  /** What to do about it. */
  readonly action: string;
}

/** What a run would do to one table. */
export interface TablePlan {
  readonly name: string;
  readonly mode: RunMode;
  /** Rows that it would write, of those that were read. */
  readonly rows: number;
  /** Deletes among them. */
  readonly deletes: number;
  /** With mirror: rows that are new, and rows that changed. */
  readonly added?: number;
  readonly changed?: number;
  readonly statements: readonly string[];
}

/** What a run would do. */
export interface DryRun {
  readonly pipeline: string;
  /** Label of the target. */
  readonly target: string;
  /** Version of the saved state that the run would go on from; null: it would start from nothing. */
  readonly stateVersion: number | null;
  readonly rowsRead: number;
  readonly tables: readonly TablePlan[];
  /** What the guards would say; empty: they would let it pass. */
  readonly refusals: readonly Refusal[];
  readonly warnings: readonly string[];
}

/** Runs a connector by the same engine as a run, and writes nothing. */
@injectable()
export class DryRunService {
  constructor(
    @inject(TOKENS.Settings) private readonly settings: Settings,
    @inject(SourceOpener) private readonly sources: SourceOpener,
    @inject(RunOptions) private readonly options: RunOptions,
    @inject(TargetOpener) private readonly targets: TargetOpener,
    @inject(Redactor) private readonly redactor: Redactor,
  ) {}

  /** @throws HostError when the run could not start, or the source could not be read */
  async run(spec: RunSpec, control: RunControl): Promise<DryRun> {
    checkPipelineName(spec.name);
    const opened = await this.sources.open(spec, control.signal);
    try {
      const partitions = await SourcePartitions.of(spec, opened);
      try {
        return await this.#run(spec, opened, partitions, control);
      } finally {
        await partitions?.close();
      }
    } finally {
      await opened.close?.();
    }
  }

  async #run(
    spec: RunSpec,
    opened: OpenedSource,
    partitions: SourcePartitions | undefined,
    control: RunControl,
  ): Promise<DryRun> {
    const mirror = mirrorOptionsOf(spec);
    let plans: readonly MirrorPlan[] = [];
    const counts = mirror && { ...mirror, onCounted: (all: readonly MirrorPlan[]) => void (plans = all) };
    const options = await this.options.of(spec, opened);
    const { mode, adopt } = options;
    const { stateFolder } = opened;
    const looks = { signal: control.signal, stateFolder, mode, adopt, looksOnly: true, mirror: counts };
    const target = await this.targets.open(spec, looks);
    try {
      const keepsOthers = partitions !== undefined && target.beginPartitions !== undefined;
      const dry = new DryTarget(target, keepsOthers);
      const pipeline = (isSync: boolean): string =>
        pipelineName({ source: opened, spec, target, isSync, cwd: this.settings.cwd });
      const chain = partitions && (await chainOf(partitions, target, pipeline, spec));
      const { report, error } = await runSync({
        runId: randomUUID(),
        pipeline,
        table: spec.table ?? opened.defaultTable,
        connect: (source) => chain?.connect(source) ?? opened.create(source.signal),
        ...(chain ? { partitionOf: () => chain.current } : {}),
        // What differs is only known to who has the ledger.
        target: mirror ? target : dry,
        isDry: true,
        recordsLimit: spec.limit ?? (mirror ? -1 : DEFAULT_LIMIT),
        signal: control.signal,
        progress: control.progress,
        translateError: toHostError,
        redact: (text) => this.redactor.redact(text),
        // Guards are asked afterwards, for all tables.
        options: { ...options, adopt: true, force: true, allowEmpty: true },
      });
      if (error) throw error;
      const isAnew = options.fullRefresh === true || dry.tables.every(({ request }) => isReplaced(request));
      return {
        pipeline: report.pipeline,
        target: target.label,
        stateVersion: isAnew ? null : dry.startVersion,
        rowsRead: report.rowsRead,
        tables: mirror
          ? plans.map(planOfMirror)
          : await Promise.all(dry.tables.map((table) => planOf(table, target, keepsOthers))),
        refusals: mirror
          ? plans.flatMap(({ refusal }) => refusal ?? []).map(refusalOf)
          : refusals(dry.tables, target, spec.limit ?? -1, options, keepsOthers),
        warnings: [...report.warnings, ...(chain?.warnings ?? [])].map((text) => this.redactor.redact(text)),
      };
    } finally {
      await target.close();
    }
  }
}

/** The partitions that the run would read, by what the target remembers of them. */
async function chainOf(
  partitions: SourcePartitions,
  target: Target,
  pipeline: (isSync: boolean) => string,
  { resume = false }: RunSpec,
): Promise<PartitionChain> {
  const ledger = await target.partitionLedger?.(pipeline(await partitions.declaresTables()));
  const batch = resume ? await ledger?.batch() : undefined;
  if (resume && !batch) throw nothingToResume(target.label);
  return partitions.chain({ ledger, resumes: batch ?? undefined });
}

function isReplaced({ mode }: { readonly mode: WriteMode }): boolean {
  return mode === 'overwrite';
}

async function planOf(table: DryTable, target: Target, keepsOthers: boolean): Promise<TablePlan> {
  const { request, columns, deleteMode: deletes } = table;
  const { name, mode } = request;
  const statements =
    (await target.plan?.(name, { columns, mode: keepsOthers ? 'append' : mode, deletes })) ?? [];
  return { name, mode, rows: table.rows, deletes: table.deletes, statements };
}

function planOfMirror({ table: name, added, changed, removed: deletes }: MirrorPlan): TablePlan {
  return { name, mode: 'mirror', rows: added + changed, deletes, added, changed, statements: [] };
}

function refusals(
  tables: readonly DryTable[],
  { capabilities }: Target,
  limit: number,
  options: SyncOptions,
  keepsOthers: boolean,
): Refusal[] {
  const guards = tables.map(({ request, actual }) => (): void => {
    const { name, hasOperations = false, primaryKey } = request;
    const key = heldKey(primaryKey, hasOperations && !capabilities.upserts, options);
    // How many rows a partition has is only known when it is read.
    const most = keepsOthers ? -1 : limit;
    guardTable({ name, replaces: isReplaced(request), key, before: actual }, most, options);
  });
  if (!keepsOthers && tables.every(({ request }) => isReplaced(request))) {
    const filled = tables.map(({ request, rows, actual }) => ({ name: request.name, rows, before: actual }));
    guards.push(() => guardEmpty(filled, options));
  }
  return guards.flatMap((guard) => {
    try {
      guard();
      return [];
    } catch (error) {
      if (!isHostError(error)) throw error;
      return [refusalOf(error)];
    }
  });
}

function refusalOf({ code, message, action }: HostError): Refusal {
  return { code, message, action };
}
