import type { WriteRequest } from '../../sdk/connector.js';
import { ConfigError, isHostError, type HostError } from '../../sdk/errors.js';
import type { Column, ReadSchema } from '../../sdk/schema.js';
import type { DatasetWriter } from '../../sdk/writer/index.js';
import { claimJournal } from '../journal/claim-journal.js';
import { failedRun } from '../journal/failed-run.js';
import { JournalFiles } from '../journal/journal-files.js';
import type { SessionJournal } from '../journal/session-journal.js';
import { killPoint } from '../kill-point.js';
import { RejectedLog } from '../rejected/rejected-log.js';
import { rejectedPath } from '../rejected/rejected-places.js';
import { rejectedSchema } from '../rejected/rejected-schema.js';
import type { SharedRejects } from '../rejected/shared-rejects.js';
import type { RejectedRow } from '../rejected-rows.js';
import { originOf, partitionOrigin, type RowNaming } from '../row-key.js';
import type {
  Commit,
  Committed,
  PartitionRun,
  RunRecord,
  SavedState,
  TableRequest,
  TargetRun,
  TargetSession,
} from '../target.js';
import { untilAborted } from '../until-aborted.js';
import { within } from '../within.js';
import { refusedRow, toRejected } from './refused-rows.js';
import { Sends } from './sends/sends.js';
import type { WriterTargetOptions } from './writer-options.js';
import { WriterTable } from './writer-table.js';

/** Longest time that a writer gets to abort, in milliseconds. */
const ABORT_WITHIN_MS = 5000;

/** How a table is written, where it is not as its mode says. */
export interface OpenWriterHow {
  readonly writeMode?: WriteRequest['writeMode'];
  readonly naming?: RowNaming;
  /** True: not all of its rows were read. */
  readonly isPart?: boolean;
}

/** One run that gives its rows to the writers of a connector. */
export class WriterSession implements TargetSession {
  /** A writer alone knows what it sends. */
  readonly bytes = 0;
  readonly saved?: SavedState;
  readonly reject?: (rows: readonly RejectedRow[]) => void;
  readonly #options: WriterTargetOptions;
  readonly #run: TargetRun;
  readonly #journal: SessionJournal | undefined;
  readonly #rejected: RejectedLog | undefined;
  readonly #sends: Sends | undefined;
  /** Tables that are sent as a whole. */
  readonly #replaced = new Set<string>();
  /** Rows that were given to writers and not refused. */
  #rowsTaken = 0;
  /** Writers that were neither closed nor aborted. */
  readonly #open: DatasetWriter[] = [];

  private constructor(
    options: WriterTargetOptions,
    run: TargetRun,
    journal: SessionJournal | undefined,
    rejected: RejectedLog | undefined,
    sends: Sends | undefined,
  ) {
    this.#options = options;
    this.#run = run;
    this.#journal = journal;
    this.#rejected = rejected;
    this.#sends = sends;
    if (journal) this.saved = journal.saved;
    if (rejected) this.reject = (rows) => rejected.add(rows);
  }

  /** Rows that were given to writers, without those that the endpoint refused. */
  get rowsWritten(): number {
    return this.#rowsTaken;
  }

  /** Claims the run's pipeline, and takes over what the runs before it have sent. */
  static async begin(options: WriterTargetOptions, run: TargetRun): Promise<WriterSession> {
    const { journalFolder: folder } = options;
    const { runId, pipeline } = run;
    if (folder === undefined) return new WriterSession(options, run, undefined, undefined, undefined);
    const journal = await claimJournal(folder, pipeline, { run: runId });
    try {
      const path = rejectedPath(folder, pipeline);
      const rejected = new RejectedLog({ path, run: runId, pipeline, journal });
      await rejected.recover();
      return await WriterSession.#kept(options, run, journal, rejected, folder);
    } catch (error) {
      await journal.end(failedRun(error), true);
      throw error;
    }
  }

  /** Begins a partition of a run that has claimed the pipeline; with sends of its own. */
  static async beginPartition(
    options: WriterTargetOptions,
    run: PartitionRun,
    kept: { readonly journal: SessionJournal; readonly rejects: SharedRejects } | undefined,
  ): Promise<WriterSession> {
    const { journalFolder: folder } = options;
    if (!kept || folder === undefined)
      return new WriterSession(options, run, undefined, undefined, undefined);
    const { journal, rejects } = kept;
    const { runId, pipeline, partition } = run;
    const path = rejectedPath(folder, pipeline);
    const rejected = new RejectedLog({
      path,
      run: runId,
      pipeline,
      journal,
      partition: partition.id,
      shared: rejects,
    });
    return WriterSession.#kept(options, run, journal, rejected, folder);
  }

  static async #kept(
    options: WriterTargetOptions,
    run: TargetRun,
    journal: SessionJournal,
    rejected: RejectedLog,
    folder: string,
  ): Promise<WriterSession> {
    const files = new JournalFiles(folder, partitionOrigin(run.pipeline, run.partition?.id));
    const sends = await Sends.open({ files, journal, keepRefused: () => rejected.sync() });
    return new WriterSession(options, run, journal, rejected, sends);
  }

  /** @throws ConfigError TARGET_MODE_UNSUPPORTED for what no endpoint does */
  async openTable(request: TableRequest, how: OpenWriterHow = {}): Promise<WriterTable> {
    const { name, primaryKey, mode, hasOperations = false } = request;
    refuseMarks(request);
    this.#journal?.noteTable?.(mode);
    const writer = await this.#call(() => this.#options.openWriter(this.#writeRequest(request, how)));
    this.#open.push(writer);
    if (mode === 'overwrite' && how.isPart !== true) this.#replaced.add(name);
    const { signal, onWaiting } = this.#run;
    const schema = rejectedSchema(request.columns, primaryKey);
    await this.#call(async () =>
      writer.attach?.({
        table: name,
        primaryKey,
        signal,
        reject: (rows) => this.#reject(rows.map((row) => toRejected(name, schema, row))),
        waiting: (reason) => onWaiting?.(reason),
        explain: this.#options.wrapError,
        sends: this.#sends?.of(name),
      }),
    );
    return new WriterTable({
      request,
      writer,
      connector: this.#options.connector,
      call: (step) => this.#call(step),
      // A table that is sent as a whole has each key once, in whatever order the source gives them.
      isInsert: this.#run.isInsert,
      naming:
        how.naming ?? (mode === 'overwrite' && primaryKey.length > 0 && !hasOperations ? 'key' : 'place'),
      origin: () => originOf(partitionOrigin(this.#run.pipeline, this.#run.partition?.id), this.#journal),
      onWritten: async (rows) => {
        this.#rowsTaken += rows;
        if (this.#rejected?.isFull) await this.#rejected.spill();
      },
    });
  }

  /** Has every writer send what it holds, and waits for the answers. */
  async flush(): Promise<void> {
    for (const writer of this.#open) await this.#call(async () => writer.flush?.());
  }

  /** @throws TargetError PIPELINE_FENCED when another run took the pipeline over */
  async refuseFenced(): Promise<void> {
    await this.#journal?.refuseFenced();
  }

  async commit(commit: Commit): Promise<Committed | undefined> {
    // Whoever took the pipeline over sends these rows as well; the sooner this run stops, the fewer are sent twice.
    await this.refuseFenced();
    if (commit.isFinal || !this.#journal) await this.#closeWriters();
    else await this.flush();
    await this.#rejected?.sync();
    if (!this.#journal) return undefined;
    killPoint('writer.after-flush');
    const stateVersion = await this.#journal.commit(commit, []);
    await this.#sends?.committed(stateVersion, commit.record?.rowsRead);
    if (commit.isFinal) await this.#rejected?.settle(commit.settled ?? [], [...this.#replaced]);
    return { rowsDeleted: 0, stateVersion };
  }

  async rollback(record?: RunRecord): Promise<void> {
    try {
      await this.#abortWriters();
    } finally {
      await this.#end(record ?? failedRun(undefined));
    }
  }

  async finish(record: RunRecord): Promise<void> {
    await this.#end(record);
  }

  async #end(record: RunRecord): Promise<void> {
    try {
      // What the endpoint refused is worth a look, also where the run failed because it was too much.
      await this.#rejected?.sync();
    } finally {
      await this.#release(record);
    }
  }

  async #release(record: RunRecord): Promise<void> {
    try {
      await this.#sends?.close();
    } finally {
      await this.#journal?.end(record, true);
    }
  }

  #reject(rows: readonly RejectedRow[]): void {
    const [first] = rows;
    if (!first) return;
    const { onRejected, asKept } = this.#run;
    if (!onRejected || !this.#rejected) throw refusedRow(first, this.#options.connector);
    this.#rowsTaken -= rows.filter(({ operation }) => operation !== 'delete').length;
    this.#rejected.add(asKept ? rows.map(asKept) : rows);
    onRejected(rows);
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
      return await untilAborted(this.#run.signal, (async () => step())());
    } catch (error) {
      throw this.#explain(error);
    }
  }

  #explain(error: unknown): HostError {
    return isHostError(error) ? error : this.#options.wrapError(error);
  }

  #writeRequest(
    { name, mode, columns, primaryKey }: TableRequest,
    { writeMode = mode === 'overwrite' ? 'OVERWRITE' : 'APPEND' }: OpenWriterHow,
  ): WriteRequest {
    return {
      datasetSchema: schemaOf(columns, primaryKey),
      datasetPartitioning: this.#run.partition?.partitioning ?? null,
      partitionId: this.#run.partition?.id ?? null,
      table: name,
      primaryKey,
      writeMode,
      signal: this.#run.signal,
    };
  }
}

/** An endpoint has no rows that are only marked, and nobody knows which rows it has that the source does not. */
function refuseMarks({ name, deletes, deleteMissing }: TableRequest): void {
  const details = { table: name };
  if (deletes === 'soft') {
    throw new ConfigError(`an endpoint marks no row as deleted, so table "${name}" takes no --deletes soft`, {
      code: 'TARGET_MODE_UNSUPPORTED',
      action: 'Leave --deletes soft out: rows that are deleted are removed at the endpoint.',
      details,
    });
  }
  if (!deleteMissing) return;
  throw new ConfigError(`nobody knows which rows of table "${name}" the endpoint has`, {
    code: 'TARGET_MODE_UNSUPPORTED',
    action:
      'Run with --mode mirror instead of --delete-missing: it remembers what the endpoint has accepted.',
    details,
  });
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
