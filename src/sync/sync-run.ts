import type { Connector } from '../sdk/connector.js';
import type { HostError, TransientError } from '../sdk/errors.js';
import type { RejectedRow, RunRecord, SavedState, TargetRun, TargetSession } from '../targets/target.js';
import { within } from '../targets/within.js';
import { addReports } from './add-reports.js';
import { Attempt } from './attempt.js';
import { BadRows } from './bad-rows.js';
import { explainFailure } from './explain-failure.js';
import { guardDeleteMissing } from './guards.js';
import { normaliseSchema } from './normalise-schema.js';
import { SourceFailure } from './read-emissions.js';
import { RetriedRows } from './retried-rows.js';
import { retryDelay } from './retry-delay.js';
import { RowRejects } from './row-rejects.js';
import { planRun, withKeys, type RunPlan } from './run-plan.js';
import { runRecord, type RunReport } from './run-report.js';
import { DatasetShape } from './shape/dataset-shape.js';
import { guardLedger, startState } from './start-state.js';
import type { SyncRequest } from './sync-request.js';
import { untilStopped } from './until-stopped.js';
import type { Warning } from './warning.js';

/** Longest time that a connector gets to close, in milliseconds. */
const CLOSE_WITHIN_MS = 500;

/** Where a pipeline begins that never saved anything. */
const NOTHING_SAVED: SavedState = { state: null, version: 0, fingerprint: null, format: 1 };

/**
 * One run from its start to its end: claims the pipeline, reads, commits, and reads again from the last commit where the
 * source had a passing fault.
 */
export class SyncRun {
  readonly warnings: Warning[] = [];
  readonly #request: SyncRequest;
  #pipeline: string;
  #session: TargetSession | undefined;
  #connector: Connector | undefined;
  #source = new AbortController();
  #attempt: Attempt | undefined;
  /** What the attempts before it committed. */
  #earlier: RunReport['tables'] = [];
  #stateVersion: number | null = null;
  /** Reads since the last commit that a passing fault ended. */
  #retries = 0;
  /** What the source failed with, explained already. */
  #sourceFailure: HostError | undefined;
  /** Absent: the first bad row ends the run. */
  readonly #badRows: BadRows | undefined;
  /** Absent: no row of the run was kept aside before. */
  readonly #retried: RetriedRows | undefined;
  /** Set when the run is over, so that a generator that wakes up later writes nothing. */
  #over = false;

  constructor(request: SyncRequest) {
    this.#request = request;
    const { options, progress, rowsOfRun, retried, onRefusedAgain } = request;
    this.#retried = retried && new RetriedRows(retried, onRefusedAgain);
    this.#badRows = options?.badRows && new BadRows(options.badRows, progress, rowsOfRun);
    this.#pipeline = request.pipeline(false);
  }

  get pipeline(): string {
    return this.#pipeline;
  }

  get tables(): RunReport['tables'] {
    return addReports(this.#earlier, this.#attempt?.reports ?? []);
  }

  get stateVersion(): number | null {
    return this.#stateVersion;
  }

  /** True: a limit ended the read. */
  get isPartial(): boolean {
    return this.#attempt?.isPartial ?? false;
  }

  async execute(): Promise<HostError | undefined> {
    const { signal, progress } = this.#request;
    let failure: HostError | undefined;
    try {
      signal.throwIfAborted();
      await untilStopped(signal, () => this.#run());
      signal.throwIfAborted();
    } catch (error) {
      failure = error === this.#sourceFailure ? this.#sourceFailure : this.#explain(error);
    }
    this.#over = true;
    progress.enter('host');
    this.#source.abort(failure);
    progress.bytes = this.#session?.bytes ?? 0;
    if (failure) {
      progress.rowsWritten = this.#session?.rowsWritten ?? progress.rowsWritten;
      progress.rowsWritten = this.#takesBack ? progress.rowsCommitted : progress.rowsWritten;
      await this.#attempt?.settle();
      await this.#cleanUp(() => this.#session?.rollback(this.#record(failure)));
    } else await this.#cleanUp(() => this.#session?.finish?.(this.#record(undefined)));
    if (!failure && progress.rowsRejected > 0)
      this.warnings.push(keptAside(progress.rowsRejected, this.#pipeline, this.#request.isDry));
    await this.#cleanUp(() => within(CLOSE_WITHIN_MS, this.#connector?.close?.()));
    return failure;
  }

  get #takesBack(): boolean {
    return this.#request.target.capabilities.transactional;
  }

  async #run(): Promise<void> {
    const { target, progress, recordsLimit, options = {} } = this.#request;
    progress.enter('source');
    const connector = this.#connect();
    const readSchema = await connector.getReadSchema();
    if (this.#isOver()) return;
    guardDeleteMissing(recordsLimit, options);
    const plan = planRun(withKeys(normaliseSchema(readSchema), options), options);
    this.#pipeline = this.#request.pipeline(plan.kind === 'sync');
    progress.enter('target');
    const session = await target.begin(this.#targetRun);
    // Nobody else knows of a session that came too late.
    if (this.#isOver()) return session.rollback();
    this.#session = session;
    const rejects = new RowRejects({
      session,
      progress,
      badRows: this.#badRows,
      asKept: this.#asKept,
    });
    const saved = session.saved ?? NOTHING_SAVED;
    guardLedger(saved, options);
    const startsEmpty = plan.mode === 'overwrite' || (plan.replaces && plan.kind !== 'unknown');
    let state = startsEmpty || options.fullRefresh === true ? null : startState(saved, connector, options);
    const shape = this.#shapeOf(plan);
    let request = { connector, readSchema };
    for (;;) {
      let isGivenUp = false;
      let fail: (error: unknown) => void = () => undefined;
      const failed = new Promise<never>((_resolve, reject) => (fail = reject));
      // Whoever waits for the attempt hears of it.
      failed.catch(() => undefined);
      const attempt = new Attempt({
        request: this.#request,
        plan,
        session,
        shape,
        rejects,
        onRead: () => this.#badRows?.end(),
        source: this.#source,
        state,
        onFailure: (error) => fail(error),
        isOver: () => isGivenUp || this.#isOver(),
        warn: (warning) => this.warnings.push(warning),
        onCommitted: (committed) => {
          this.#stateVersion = committed?.stateVersion ?? this.#stateVersion;
          this.#retries = 0;
        },
      });
      this.#attempt = attempt;
      const again = await this.#try(attempt, request, failed);
      if (again === undefined || this.#isOver()) return;
      isGivenUp = true;
      state = again.state;
      request = await this.#prepareAgain(attempt, session);
      if (this.#isOver()) return;
    }
  }

  get #asKept(): ((row: RejectedRow) => RejectedRow) | undefined {
    const retried = this.#retried;
    return retried && ((row) => retried.asKept(row));
  }

  get #targetRun(): TargetRun {
    const { runId, signal, progress, partition } = this.#request;
    const badRows = this.#badRows;
    const retried = this.#retried;
    return {
      runId,
      pipeline: this.#pipeline,
      signal,
      ...(partition ? { partition } : {}),
      ...(badRows ? { onRejected: (rows) => badRows.add(rows) } : {}),
      ...(this.#asKept ? { asKept: this.#asKept } : {}),
      ...(retried ? { isInsert: (number) => retried.isInsert(number) } : {}),
      onWaiting: (reason) => (progress.waitingFor = reason),
    };
  }

  /**
   * @param failed rejects when the target fails while the source is waited for
   * @returns where to read on from; undefined: the run is done
   */
  async #try(
    attempt: Attempt,
    {
      connector,
      readSchema,
    }: { connector: Connector; readSchema: Awaited<ReturnType<Connector['getReadSchema']>> },
    failed: Promise<never>,
  ): Promise<{ state: string | null } | undefined> {
    try {
      const outcome = await Promise.race([attempt.run(connector, readSchema), failed]);
      // Rows came where tables are replaced as a whole, so the read must start from nothing.
      return outcome === 'start-empty' ? { state: null } : undefined;
    } catch (error) {
      const isOfSource = error instanceof SourceFailure;
      const failure = this.#explain(isOfSource ? error.cause : error);
      // What is on its way is out as well.
      if (isOfSource) await attempt.settle();
      if (!this.#mayRetry(failure)) {
        if (!isOfSource) throw error;
        this.#sourceFailure = failure;
        throw failure;
      }
      const seconds = retryDelay(this.#retries, failure.retryAfter);
      this.#retries += 1;
      this.warnings.push(
        `the ${isOfSource ? 'source had a passing fault, and' : 'target had a passing fault, and the source'} was read on after ${seconds.toFixed(1)} s: ${failure.message}`,
      );
      await this.#wait(seconds);
      return { state: attempt.stateToReadOn };
    }
  }

  #mayRetry(failure: HostError): failure is TransientError {
    const { options = {}, target, progress } = this.#request;
    if (failure.name !== 'TransientError' || this.#retries >= (options.retries ?? 0)) return false;
    // What is out cannot be taken back: it would be there twice.
    return (
      this.#session?.discard !== undefined ||
      (!target.capabilities.transactional && progress.rowsWritten === 0 && this.#session?.bytes === 0)
    );
  }

  /** Drops what was not committed and makes a new instance of the connector. */
  async #prepareAgain(
    attempt: Attempt,
    session: TargetSession,
  ): Promise<{ connector: Connector; readSchema: Awaited<ReturnType<Connector['getReadSchema']>> }> {
    const { progress } = this.#request;
    this.#source.abort();
    await this.#cleanUp(() => within(CLOSE_WITHIN_MS, this.#connector?.close?.()));
    await attempt.settle();
    this.#earlier = addReports(this.#earlier, attempt.reports);
    progress.enter('target');
    await session.discard?.();
    progress.rowsWritten = progress.rowsCommitted;
    progress.rowsRead = progress.rowsReadCommitted;
    progress.rowsRejected = progress.rowsRejectedCommitted;
    this.#source = new AbortController();
    progress.enter('source');
    const connector = this.#connect();
    return { connector, readSchema: await connector.getReadSchema() };
  }

  #shapeOf({ schema }: RunPlan): DatasetShape | undefined {
    const { options = {}, runId } = this.#request;
    if (!options.shape) return undefined;
    const shape = new DatasetShape(options.shape, runId);
    if (shape.isIdentity) return undefined;
    if (schema.tables) shape.checkTables([...schema.tables.keys()]);
    return shape;
  }

  #connect(): Connector {
    this.#connector = this.#request.connect(this.#source);
    return this.#connector;
  }

  async #wait(seconds: number): Promise<void> {
    const { signal } = this.#request;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, seconds * 1000);
      const stop = (): void => {
        clearTimeout(timer);
        resolve();
      };
      signal.addEventListener('abort', stop, { once: true });
    });
    signal.throwIfAborted();
  }

  #record(failure: HostError | undefined): RunRecord {
    const { progress, redact } = this.#request;
    const record = runRecord(failure, progress, progress.commits);
    return record.message === null || !redact ? record : { ...record, message: redact(record.message) };
  }

  #explain(error: unknown): HostError {
    return explainFailure(error, this.#request.translateError);
  }

  /** Asked after every wait. A method, because the compiler takes a field to stay what it was before the wait. */
  #isOver(): boolean {
    return this.#over;
  }

  /** Does a step that can change nothing about how the run ended. */
  async #cleanUp(step: () => unknown): Promise<void> {
    try {
      await step();
    } catch (failure) {
      this.warnings.push({ failure });
    }
  }
}

function keptAside(rows: number, pipeline: string, isDry = false): string {
  if (isDry) return `${rows === 1 ? 'one row' : `${rows} rows`} would be kept aside`;
  const name = /^[\w.@-]+$/.test(pipeline) ? pipeline : JSON.stringify(pipeline);
  return `${rows === 1 ? 'one row was' : `${rows} rows were`} kept aside; see \`host rejected list ${name}\``;
}
