import type { Connector, Emission } from '../sdk/connector.js';
import { ConnectorError, type HostError } from '../sdk/errors.js';
import type { ReadSchema, Row } from '../sdk/schema.js';
import type { Target, TargetSession, WriteMode } from '../targets/target.js';
import { EventLoopTurns } from './event-loop-turns.js';
import { explainFailure, type ErrorTranslator } from './explain-failure.js';
import { guardTarget } from './guard-target.js';
import { within } from '../targets/within.js';
import { isPage } from './is-page.js';
import { normaliseSchema } from './normalise-schema.js';
import type { PagingLog } from './paging-log.js';
import type { RunProgress } from './run-progress.js';
import { makeReport, type RunReport } from './run-report.js';
import { SchemaTracker } from './schema-tracker.js';
import { TableBuffer } from './table-buffer.js';

/** Longest time that rows wait for others when the target shows them at once, in milliseconds. */
const IMMEDIATE_FLUSH_MS = 200;
/** Longest time that a stopped generator gets to run its `finally`, in milliseconds. */
const CLOSE_WITHIN_MS = 500;

/** One run: what is read, where it goes, and how. */
export interface SyncRequest {
  readonly runId: string;
  readonly pipeline: string;
  /** Name of the target's table. */
  readonly table: string;
  readonly mode: WriteMode;
  /** A fresh instance, which this run uses up. */
  readonly connector: Connector;
  readonly target: Target;
  /** Rows to read at most; -1: all. */
  readonly recordsLimit: number;
  /** Stops the run; its reason is an AbortError. */
  readonly signal: AbortSignal;
  /** Aborted by the run when it needs no more rows; the connector was made with its signal. */
  readonly source: AbortController;
  readonly progress: RunProgress;
  /** What the connector's context was told about its reads of APIs. */
  readonly paging?: PagingLog;
  /** Names what a library of the connector's threw, where the host knows it (HTTP clients). */
  readonly translateError?: ErrorTranslator;
}

/** How a run ended. */
export interface SyncOutcome {
  readonly report: RunReport;
  /** The error that ended the run; undefined when it succeeded. */
  readonly error: HostError | undefined;
}

/**
 * Reads a connector into one table of a target. Rows are seen by readers when all of them are there, or not at all,
 * where the target is transactional. Never throws: how the run ended is in the outcome.
 */
export async function runSync(request: SyncRequest): Promise<SyncOutcome> {
  const run = new SyncRun(request);
  const error = await run.execute();
  const { runId, pipeline, progress, target } = request;
  const isTransactional = target.capabilities.transactional;
  const { tables, warnings } = run;
  const paging = request.paging?.entries;
  return {
    report: makeReport({ run: runId, pipeline, progress, tables, paging, warnings, error, isTransactional }),
    error,
  };
}

class SyncRun {
  readonly warnings: string[] = [];
  readonly #request: SyncRequest;
  #session: TargetSession | undefined;
  #buffer: TableBuffer | undefined;
  /** Set when the run is over, so that a generator that wakes up later writes nothing. */
  #over = false;

  constructor(request: SyncRequest) {
    this.#request = { ...request, target: guardTarget(request.target) };
  }

  get tables(): RunReport['tables'] {
    return this.#buffer ? [this.#buffer.report] : [];
  }

  async execute(): Promise<HostError | undefined> {
    const { signal, source, progress, connector } = this.#request;
    let failure: HostError | undefined;
    try {
      signal.throwIfAborted();
      await untilStopped(signal, (fail) => this.#load(fail));
      signal.throwIfAborted();
      progress.enter('target');
      await this.#session?.commit({ isFinal: true, state: null, fingerprint: null, format: 1 });
      progress.commits += 1;
    } catch (error) {
      failure = explainFailure(error, this.#request.translateError);
    }
    this.#over = true;
    progress.enter('host');
    source.abort(failure);
    progress.bytes = this.#session?.bytes ?? 0;
    if (failure) {
      await this.#buffer?.settle();
      await this.#cleanUp(() => this.#session?.rollback());
    }
    await this.#cleanUp(() => within(CLOSE_WITHIN_MS, connector.close?.()));
    return failure;
  }

  async #load(onFailure: (error: unknown) => void): Promise<void> {
    const { connector, target, runId, pipeline, table: name, mode, signal, progress } = this.#request;
    progress.enter('source');
    const datasetSchema = await connector.getReadSchema();
    if (this.#isOver()) return;
    const { columns, primaryKey } = normaliseSchema(datasetSchema);
    progress.enter('target');
    const session = await target.begin({ runId, pipeline, signal, replaces: mode === 'overwrite' });
    // Nobody else knows of a session that came too late.
    if (this.#isOver()) return session.rollback();
    this.#session = session;
    const table = await session.openTable({ name, mode, columns, primaryKey });
    if (this.#isOver()) return;
    const tracker = new SchemaTracker(name, columns, table.existing);
    const buffer = new TableBuffer({
      name,
      table,
      maxRows: target.capabilities.batchRows,
      tracker,
      progress,
      onFailure,
    });
    this.#buffer = buffer;
    progress.enter('source');
    const stopFlushing = target.capabilities.immediate ? flushRegularly(buffer) : undefined;
    try {
      await this.#read(datasetSchema, buffer);
    } finally {
      stopFlushing?.();
    }
    if (this.#isOver()) return;
    await buffer.finish();
    if (tracker.columns.length === 0) {
      this.warnings.push('no rows came and no columns are declared, so no table was written');
    }
  }

  /** Reads until the source ends, the limit is reached or the run is over. */
  async #read(datasetSchema: ReadSchema, buffer: TableBuffer): Promise<void> {
    const { connector, recordsLimit, source } = this.#request;
    const emissions: unknown = connector.generateRows({
      datasetSchema,
      datasetPartitioning: null,
      partitionId: null,
      recordsLimit,
      state: {},
      signal: source.signal,
    });
    if (isIterable(emissions)) await this.#readSync(emissions, buffer);
    else if (isAsyncIterable(emissions)) await this.#readAsync(emissions, buffer);
    else {
      throw new ConnectorError('generateRows returned nothing to iterate over', {
        code: 'EMISSION_INVALID',
        action: 'Write it as a generator: *generateRows() or async *generateRows().',
      });
    }
  }

  /** A generator without pauses: it is asked in a plain loop, which is four times faster than `for await`. */
  async #readSync(emissions: Iterable<Emission>, buffer: TableBuffer): Promise<void> {
    const turns = new EventLoopTurns();
    let enough = false;
    try {
      for (const emission of emissions) {
        const page = isPage(emission, this.#request.progress.rowsRead);
        enough = page
          ? await this.#takePage(emission, buffer)
          : this.#takeRow({ ...(emission as Row) }, buffer);
        if (enough) return;
        if (buffer.isFull) await buffer.flush();
        if (turns.isDue(page)) await turns.take();
        if (this.#isOver()) return;
      }
    } catch (error) {
      if (!enough) throw error;
      // Only its own `finally` can have failed: every row that is wanted is here.
      this.#warnOf(error);
    }
  }

  async #readAsync(emissions: AsyncIterable<Emission>, buffer: TableBuffer): Promise<void> {
    const iterator = emissions[Symbol.asyncIterator]();
    const turns = new EventLoopTurns();
    // False while the generator runs, and for good once it has ended or thrown.
    let paused = false;
    try {
      for (;;) {
        paused = false;
        const next = await iterator.next();
        if (next.done === true) return;
        const emission = next.value;
        paused = true;
        if (this.#isOver()) return;
        const page = isPage(emission, this.#request.progress.rowsRead);
        const enough = page
          ? await this.#takePage(emission, buffer)
          : this.#takeRow({ ...(emission as Row) }, buffer);
        if (enough) return;
        if (buffer.isFull) await buffer.flush();
        if (turns.isDue(page)) await turns.take();
      }
    } finally {
      if (paused) {
        // Its requests are no longer needed, and its `finally` gets a chance to run, but not for ever.
        this.#request.source.abort();
        await this.#cleanUp(() => within(CLOSE_WITHIN_MS, iterator.return?.()));
      }
    }
  }

  /**
   * @param row a row of nobody else's: a generator may yield one object again and again, changed each time
   * @returns true when no more rows are wanted
   */
  #takeRow(row: Row, buffer: TableBuffer): boolean {
    const { progress, recordsLimit } = this.#request;
    buffer.add(row);
    progress.rowsRead += 1;
    return progress.rowsRead === recordsLimit;
  }

  /** @returns true when no more rows are wanted */
  async #takePage(page: readonly Row[], buffer: TableBuffer): Promise<boolean> {
    for (const row of page) {
      if (this.#takeRow(row, buffer)) return true;
      if (buffer.isFull) await buffer.flush();
    }
    return this.#isOver();
  }

  /** Asked after every wait. A method, because the compiler takes a field to stay what it was before the wait. */
  #isOver(): boolean {
    return this.#over;
  }

  /** Does a step that can change nothing about how the run ended. */
  async #cleanUp(step: () => unknown): Promise<void> {
    try {
      await step();
    } catch (error) {
      this.#warnOf(error);
    }
  }

  #warnOf(error: unknown): void {
    this.warnings.push(`while cleaning up: ${explainFailure(error, this.#request.translateError).message}`);
  }
}

/** Does the work, but waits no longer than until the signal aborts or the work calls `fail` from the side. */
async function untilStopped(
  signal: AbortSignal,
  work: (fail: (error: unknown) => void) => Promise<void>,
): Promise<void> {
  let stop: (() => void) | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      stop = () => reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      // Once settled, the promise ignores whatever the work still says.
      work(reject).then(resolve, reject);
    });
  } finally {
    if (stop) signal.removeEventListener('abort', stop);
  }
}

function flushRegularly(buffer: TableBuffer): () => void {
  // A failure reaches the run by the buffer's own onFailure.
  const flush = (): void => {
    if (buffer.isIdle) buffer.flush().catch(() => undefined);
  };
  const timer = setInterval(flush, IMMEDIATE_FLUSH_MS).unref();
  return () => clearInterval(timer);
}

function isIterable(value: unknown): value is Iterable<Emission> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<Emission> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
