import type { WriteRequest } from '../../sdk/connector.js';
import { isHostError, type HostError } from '../../sdk/errors.js';
import type { Column, ReadSchema } from '../../sdk/schema.js';
import type { DatasetWriter } from '../../sdk/writer/index.js';
import { claimJournal } from '../journal/claim-journal.js';
import { failedRun } from '../journal/failed-run.js';
import { JournalStore } from '../journal/journal-store.js';
import type { Journal } from '../journal/journal.js';
import { killPoint } from '../kill-point.js';
import {
  rowNumber,
  type Commit,
  type Committed,
  type PipelineStore,
  type RunRecord,
  type SavedState,
  type TableRequest,
  type Target,
  type TargetCapabilities,
  type TargetRun,
  type TargetSession,
  type TargetTable,
} from '../target.js';
import { untilAborted } from '../until-aborted.js';
import { within } from '../within.js';
import { rowJson } from '../values/json-value.js';

/** Longest time that a writer gets to abort, in milliseconds. */
const ABORT_WITHIN_MS = 5000;

/** What a {@link WriterTarget} needs of the host. */
export interface WriterTargetOptions {
  /** Id of the connector, also the label. */
  readonly connector: string;
  /** Called once for each table: makes the connector's writer. */
  readonly openWriter: (request: WriteRequest) => Promise<DatasetWriter>;
  /** Names an error of the writer that is not a HostError: a ConnectorError, or what an HTTP client's error means. */
  readonly wrapError: (error: unknown) => HostError;
  /** Folder with a journal for each pipeline, made when needed; absent: no state is kept. */
  readonly journalFolder?: string | undefined;
  /** Called once when the connector is no longer needed. */
  readonly close: () => Promise<void>;
}

/**
 * A writable connector as a target. Each table's writer gets its rows in order; the final commit closes every writer,
 * one before it has them send what they hold, a rollback aborts those that were not closed. Rows are sent as they come,
 * so nothing is taken back, and what was sent after the last commit is sent again by the next run.
 */
export class WriterTarget implements Target {
  readonly label: string;
  readonly capabilities: TargetCapabilities = {
    transactional: false,
    keepsState: false,
    upserts: false,
    deletes: false,
    concurrentWriters: false,
    immediate: false,
    batchRows: 1000,
  };
  readonly pipelines?: () => Promise<PipelineStore>;
  readonly #options: WriterTargetOptions;

  constructor(options: WriterTargetOptions) {
    const { connector, journalFolder } = options;
    this.label = connector;
    this.#options = options;
    if (journalFolder !== undefined) this.pipelines = async () => new JournalStore(journalFolder);
  }

  async begin({ runId, pipeline, signal }: TargetRun): Promise<TargetSession> {
    const { journalFolder: folder } = this.#options;
    const journal = folder === undefined ? undefined : await claimJournal(folder, pipeline, { run: runId });
    return new WriterSession(this.#options, signal, journal);
  }

  async close(): Promise<void> {
    await this.#options.close();
  }
}

class WriterSession implements TargetSession {
  /** A writer alone knows what it sends. */
  readonly bytes = 0;
  readonly saved?: SavedState;
  readonly #options: WriterTargetOptions;
  readonly #signal: AbortSignal;
  readonly #journal: Journal | undefined;
  /** Writers that were neither closed nor aborted. */
  readonly #open: DatasetWriter[] = [];

  constructor(options: WriterTargetOptions, signal: AbortSignal, journal: Journal | undefined) {
    this.#options = options;
    this.#signal = signal;
    this.#journal = journal;
    if (journal) this.saved = journal.saved;
  }

  async openTable(request: TableRequest): Promise<TargetTable> {
    const writer = await this.#call(() => this.#options.openWriter(this.#writeRequest(request)));
    this.#open.push(writer);
    // Only declared columns are converted, and a schema change adds none of those.
    const toJson = rowJson(request.name, request.columns);
    return {
      existing: null,
      alter: () => Promise.resolve(),
      write: async (batch) => {
        const converted = batch.rows.map((row, i) => toJson(row, rowNumber(batch, i)));
        await this.#call(async () => {
          if (writer.writeRows) return writer.writeRows(converted);
          for (const row of converted) {
            // Most writers only buffer here; a promise for each row would cost more than the row.
            const waiting = writer.writeRow(row);
            if (waiting) await waiting;
          }
        });
      },
    };
  }

  async commit(commit: Commit): Promise<Committed | undefined> {
    // Whoever took the pipeline over sends these rows as well; the sooner this run stops, the fewer are sent twice.
    await this.#journal?.refuseFenced();
    if (commit.isFinal || !this.#journal) await this.#closeWriters();
    else for (const writer of this.#open) await this.#call(async () => writer.flush?.());
    if (!this.#journal) return undefined;
    killPoint('writer.after-flush');
    return { rowsDeleted: 0, stateVersion: await this.#journal.commit(commit, []) };
  }

  async rollback(record?: RunRecord): Promise<void> {
    try {
      await this.#abortWriters();
    } finally {
      await this.#journal?.end(record ?? failedRun(undefined), true);
    }
  }

  async finish(record: RunRecord): Promise<void> {
    await this.#journal?.end(record, true);
  }

  async #closeWriters(): Promise<void> {
    for (let writer = this.#open.shift(); writer; writer = this.#open.shift()) {
      const closing = writer;
      await this.#call(() => closing.close());
    }
  }

  async #abortWriters(): Promise<void> {
    const failures: unknown[] = [];
    for (const writer of this.#open.splice(0)) {
      try {
        await within(ABORT_WITHIN_MS, writer.abort?.());
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw this.#explain(failures[0]);
  }

  /** Runs a step of the writer, but no longer than until the run is stopped. */
  async #call<T>(step: () => Promise<T>): Promise<T> {
    try {
      // Inside an async function, so that a writer that throws at once is taken as one that rejects.
      return await untilAborted(this.#signal, (async () => step())());
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): HostError {
    return isHostError(error) ? error : this.#options.wrapError(error);
  }

  #writeRequest({ name, mode, columns, primaryKey }: TableRequest): WriteRequest {
    return {
      datasetSchema: schemaOf(columns, primaryKey),
      datasetPartitioning: null,
      partitionId: null,
      table: name,
      primaryKey,
      writeMode: mode === 'append' ? 'APPEND' : 'OVERWRITE',
      signal: this.#signal,
    };
  }
}

/** The schema as far as it is known before the first row; null: nothing is. */
function schemaOf(columns: TableRequest['columns'], primaryKey: readonly string[]): ReadSchema {
  const known = columns.flatMap(({ name, type, nullable, comment }): Column[] =>
    type === null ? [] : [{ name, type, nullable, ...(comment === undefined ? {} : { comment }) }],
  );
  if (known.length === 0 && primaryKey.length === 0) return null;
  return {
    ...(known.length > 0 ? { columns: known } : {}),
    ...(primaryKey.length > 0 ? { primaryKey } : {}),
  };
}
