import { randomUUID } from 'node:crypto';
import { inject, injectable } from 'inversify';
import { explainFailure } from '../sync/explain-failure.js';
import { PagingLog } from '../sync/paging-log.js';
import type { RunProgress } from '../sync/run-progress.js';
import type { SyncOutcome } from '../sync/sync.js';
import { DEFAULT_TARGET } from '../targets/open-target.js';
import type { Target } from '../targets/target.js';
import { toHostError } from './http/http-error.js';
import { runSource } from './partition-runner/run-source.js';
import { SourcePartitions } from './partition-runner/source-partitions.js';
import { mirrorOptionsOf } from './mirror-options-of.js';
import { notingTarget } from './pipelines/noting-target.js';
import { checkPipelineName, pipelineName } from './pipelines/pipeline-name.js';
import { PipelineNotes } from './pipelines/pipeline-notes.js';
import { Redactor } from './redactor.js';
import { RunOptions } from './run-options.js';
import type { RunSpec } from './run-spec.js';
import type { Settings } from './settings.js';
import type { OpenedSource } from './sources/opened-source.js';
import { SourceOpener } from './sources/source-opener.js';
import { TargetOpener } from './target-opener.js';
import { TOKENS } from './tokens.js';

/** What a run needs from whoever starts it. */
export interface RunControl {
  /** Stops the run; its reason is an AbortError. */
  readonly signal: AbortSignal;
  /** Filled while the run goes on. */
  readonly progress: RunProgress;
}

/** How a run ended, and where. */
export interface RunResult extends SyncOutcome {
  /** Label of the target. */
  readonly target: string;
  readonly table: string;
  /** True: a run that failed left nothing in the target. */
  readonly isTransactional: boolean;
}

/** Runs a source into a target. */
@injectable()
export class RunService {
  constructor(
    @inject(TOKENS.Settings) private readonly settings: Settings,
    @inject(SourceOpener) private readonly sources: SourceOpener,
    @inject(RunOptions) private readonly options: RunOptions,
    @inject(TargetOpener) private readonly targets: TargetOpener,
    @inject(Redactor) private readonly redactor: Redactor,
  ) {}

  /**
   * Runs to the end. A failure of the run itself is in the result, with its report.
   * @throws HostError when the run cannot start: a wrong parameter, a broken connector, a target that cannot be opened
   */
  async run(spec: RunSpec, control: RunControl): Promise<RunResult> {
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
    { signal, progress }: RunControl,
  ): Promise<RunResult> {
    const mirror = mirrorOptionsOf(spec);
    const { stateFolder } = opened;
    const options = await this.options.of(spec, opened);
    const { mode, adopt } = options;
    const opening = await this.targets.open(spec, { signal, stateFolder, mode, adopt, mirror });
    const notes: string[] = [];
    const target = notingTarget(opening, async (pipeline) => {
      notes.push(...(await this.#note(pipeline, spec, stateFolder)));
    });
    const table = spec.table ?? opened.defaultTable;
    const paging = new PagingLog();
    const redact = (text: string): string => this.redactor.redact(text);
    const { cwd } = this.settings;
    const pipeline = (isSync: boolean): string => pipelineName({ source: opened, spec, target, isSync, cwd });
    const run = { runId: randomUUID(), table, target, signal, progress, paging, redact, options };
    let outcome: SyncOutcome;
    try {
      outcome = await runSource({ ...run, spec, opened, partitions, pipeline });
    } catch (failure) {
      await closeFailure(target);
      throw failure;
    }
    const { report, error } = outcome;
    // What was committed stays committed, whatever happens when the target is closed.
    const warnings = [...report.warnings, ...notes, ...(await closeFailure(target))];
    const message = report.message === null ? null : redact(report.message);
    return {
      report: { ...report, message, warnings: warnings.map(redact) },
      error,
      target: target.label,
      table,
      isTransactional: target.capabilities.transactional,
    };
  }

  /** @returns what went wrong: a run is none the worse for it */
  async #note(pipeline: string, spec: RunSpec, stateFolder: string): Promise<string[]> {
    const { to = DEFAULT_TARGET, format, pgSchema } = spec;
    // Nothing of stdout can be found again.
    if (to === '-') return [];
    try {
      await new PipelineNotes(stateFolder, this.settings.cwd).add(pipeline, { to, format, pgSchema });
      return [];
    } catch (error) {
      return [`the target of the pipeline was not noted: ${explainFailure(error).message}`];
    }
  }
}

/** Closes a target; says what went wrong, if anything did. */
async function closeFailure(target: Target): Promise<string[]> {
  try {
    await target.close();
    return [];
  } catch (error) {
    return [`while closing ${target.label}: ${explainFailure(error, toHostError).message}`];
  }
}
