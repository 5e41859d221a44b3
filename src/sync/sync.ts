import type { Connector, Emission } from '../sdk/connector.js';
import { ConnectorError, type HostError } from '../sdk/errors.js';
import type { ReadSchema, Row } from '../sdk/schema.js';
import type { Target, TargetSession, WriteMode } from '../targets/target.js';
import { explainFailure, type ErrorTranslator } from './explain-failure.js';
import { guardTarget } from './guard-target.js';
import { within } from '../targets/within.js';
import { isPage } from './is-page.js';
import { normaliseSchema } from './normalise-schema.js';
import type { RunProgress } from './run-progress.js';
import { makeReport, type RunReport } from './run-report.js';
import { SchemaTracker } from './schema-tracker.js';
import { TableBuffer } from './table-buffer.js';

/** Longest time that a generator without pauses keeps timers and signals waiting, in milliseconds. */
const YIELD_EVERY_MS = 50;
/** Emissions between two looks at the clock. */
const CLOCK_EVERY = 256;
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
  const { runId, pipeline, progress } = request;
  const { tables, warnings } = run;
  return { report: makeReport({ run: runId, pipeline, progress, tables, warnings, error }), error };
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
      await untilStopped(signal, (fail) => this.#load(fail));
      signal.throwIfAborted();
      progress.enter('target');
      await this.#session?.commit();
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
      failure = await this.#attempt(() => this.#session?.rollback(), failure);
    }
    return this.#attempt(() => within(CLOSE_WITHIN_MS, connector.close?.()), failure);
  }

  async #load(onFailure: (error: unknown) => void): Promise<void> {
    const { connector, target, runId, pipeline, table: name, mode, signal, progress } = this.#request;
    progress.enter('source');
    const datasetSchema = await connector.getReadSchema();
    const { columns, primaryKey } = normaliseSchema(datasetSchema);
    progress.enter('target');
    const session = await target.begin({ runId, pipeline, signal });
    this.#session = session;
    const table = await session.openTable({ name, mode, columns, primaryKey });
    const tracker = new SchemaTracker(name, columns, table.existing);
    const buffer = new TableBuffer({ name, table, tracker, progress, onFailure });
    this.#buffer = buffer;
    progress.enter('source');
    const stopFlushing = target.capabilities.immediate ? flushRegularly(buffer) : undefined;
    try {
      await this.#read(datasetSchema, buffer);
    } finally {
      stopFlushing?.();
    }
    if (this.#over) return;
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
    let yieldedAt = performance.now();
    let untilClock = CLOCK_EVERY;
    for (const emission of emissions) {
      const page = isPage(emission, this.#request.progress.rowsRead);
      const enough = page ? await this.#takePage(emission, buffer) : this.#takeRow(emission as Row, buffer);
      if (enough) return;
      if (buffer.isFull) await buffer.flush();
      untilClock -= page ? CLOCK_EVERY : 1;
      if (untilClock > 0) continue;
      untilClock = CLOCK_EVERY;
      if (performance.now() - yieldedAt < YIELD_EVERY_MS) continue;
      await nextTurn();
      if (this.#over) return;
      yieldedAt = performance.now();
    }
  }

  async #readAsync(emissions: AsyncIterable<Emission>, buffer: TableBuffer): Promise<void> {
    const iterator = emissions[Symbol.asyncIterator]();
    // False while the generator runs, and for good once it has ended or thrown.
    let paused = false;
    try {
      for (;;) {
        paused = false;
        const { value: emission, done } = await iterator.next();
        if (done) return;
        paused = true;
        if (this.#over) return;
        const page = isPage(emission, this.#request.progress.rowsRead);
        const enough = page ? await this.#takePage(emission, buffer) : this.#takeRow(emission as Row, buffer);
        if (enough) return;
        if (buffer.isFull) await buffer.flush();
      }
    } finally {
      if (paused) {
        // Its requests are no longer needed, and its `finally` gets a chance to run, but not for ever.
        this.#request.source.abort();
        await within(CLOSE_WITHIN_MS, iterator.return?.());
      }
    }
  }

  /** @returns true when no more rows are wanted */
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
    return this.#over;
  }

  /** Does a last step of the run; its failure ends the run unless another did before. */
  async #attempt(step: () => unknown, failure: HostError | undefined): Promise<HostError | undefined> {
    try {
      await step();
      return failure;
    } catch (error) {
      const explained = explainFailure(error, this.#request.translateError);
      if (!failure) return explained;
      this.warnings.push(`while cleaning up: ${explained.message}`);
      return failure;
    }
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
  const timer = setInterval(() => void buffer.flush().catch(() => undefined), IMMEDIATE_FLUSH_MS);
  return () => clearInterval(timer);
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function isIterable(value: unknown): value is Iterable<Emission> {
  return typeof value === 'object' && value !== null && Symbol.iterator in value;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<Emission> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
