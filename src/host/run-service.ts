import { createHash, randomUUID } from 'node:crypto';
import { relative, resolve } from 'node:path';
import { inject, injectable } from 'inversify';
import { explainFailure } from '../sync/explain-failure.js';
import { PagingLog } from '../sync/paging-log.js';
import type { RunProgress } from '../sync/run-progress.js';
import { runSync, type SyncOutcome } from '../sync/sync.js';
import type { Target } from '../targets/target.js';
import { ConnectorOpener } from './connectors/connector-opener.js';
import type { ConnectorEntry } from './connectors/connector-entry.js';
import { toHostError } from './http/http-error.js';
import { Redactor } from './redactor.js';
import type { RunSpec } from './run-spec.js';
import type { Settings } from './settings.js';
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

/** Runs a connector into a target. */
@injectable()
export class RunService {
  constructor(
    @inject(TOKENS.Settings) private readonly settings: Settings,
    @inject(ConnectorOpener) private readonly connectors: ConnectorOpener,
    @inject(TargetOpener) private readonly targets: TargetOpener,
    @inject(Redactor) private readonly redactor: Redactor,
  ) {}

  /**
   * Runs to the end. A failure of the run itself is in the result, with its report.
   * @throws HostError when the run cannot start: a wrong parameter, a broken connector, a target that cannot be opened
   */
  async run(spec: RunSpec, { signal, progress }: RunControl): Promise<RunResult> {
    const opened = await this.connectors.open(spec.connector, spec, 'source');
    const { entry } = opened;
    const table = spec.table ?? defaultTable(entry);
    const paging = new PagingLog();
    const target = await this.targets.open(spec, signal);
    const { report, error } = await runSync({
      runId: randomUUID(),
      pipeline: (isSync) => this.#pipelineName(entry, isSync ? null : table, target, spec),
      table,
      connect: (source) => opened.create(source.signal, paging),
      target,
      recordsLimit: spec.limit ?? -1,
      signal,
      progress,
      paging,
      translateError: toHostError,
      redact: (text) => this.redactor.redact(text),
      options: { mode: spec.mode },
    });
    // What was committed stays committed, whatever happens when the target is closed.
    const warnings = [...report.warnings, ...(await closeFailure(target))];
    const redact = (text: string): string => this.redactor.redact(text);
    const message = report.message === null ? null : redact(report.message);
    return {
      report: { ...report, message, warnings: warnings.map(redact) },
      error,
      target: target.label,
      table,
      isTransactional: target.capabilities.transactional,
    };
  }

  /** State lies in the target where it can; elsewhere the target is part of the name. */
  #pipelineName(entry: ConnectorEntry, table: string | null, target: Target, spec: RunSpec): string {
    const name = table === null ? entry.id : `${entry.id}.${table}`;
    if (target.capabilities.keepsState) return name;
    const isFile = /(?:\.\w+|\/)$/.test(spec.to ?? '');
    const place = isFile
      ? relative(entry.plugin.root, resolve(this.settings.cwd, spec.to ?? ''))
      : target.label;
    return `${name}@${createHash('sha256').update(place).digest('hex').slice(0, 8)}`;
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

/** `my-plugin-rest-api` of the plugin `my-plugin` is the table `rest_api`. */
function defaultTable({ id, plugin }: ConnectorEntry): string {
  const prefix = plugin.manifest?.id ?? '';
  const hasPrefix = prefix !== '' && (id.startsWith(`${prefix}-`) || id.startsWith(`${prefix}_`));
  return (hasPrefix ? id.slice(prefix.length + 1) : id).replaceAll('-', '_');
}
