import type { Writable } from 'node:stream';
import { AbortError } from '../../sdk/errors.js';
import { codeOf, fileError } from '../files/file-error.js';
import { RejectedFiles } from '../rejected/rejected-files.js';
import { RejectedLog } from '../rejected/rejected-log.js';
import { rejectedPath } from '../rejected/rejected-places.js';
import type { RejectedRow } from '../rejected-rows.js';
import type {
  Commit,
  RejectedStore,
  Target,
  TargetCapabilities,
  TargetRun,
  TargetSession,
  TargetTable,
  TableRequest,
} from '../target.js';
import { untilAborted } from '../until-aborted.js';
import { StdoutCsv } from './stdout-csv.js';
import { StdoutLines } from './stdout-lines.js';
import type { WriteText } from './write-text.js';

/** What a stream says when its reader has left. */
const READER_LEFT = new Set(['EPIPE', 'ERR_STREAM_DESTROYED', 'ERR_STREAM_WRITE_AFTER_END']);

/**
 * Rows on stdout, as NDJSON or CSV. Rows go out as they come and wait for the reader; nothing is taken back, so both
 * modes do the same. A reader that leaves (`| head`) ends the run with an AbortError of exit code 0.
 */
export class StdoutTarget implements Target {
  readonly label = 'stdout';
  readonly capabilities: TargetCapabilities = {
    transactional: false,
    keepsState: false,
    upserts: false,
    deletes: false,
    operationLog: 'one-table',
    concurrentWriters: false,
    immediate: true,
    batchRows: 500,
  };
  readonly rejected?: () => Promise<RejectedStore>;
  readonly #output: Writable;
  readonly #format: 'ndjson' | 'csv';
  readonly #stateFolder: string | undefined;

  /**
   * @param output the stream, which stays open when the target is closed
   * @param stateFolder folder for rows that are kept aside, made when needed; undefined: there are none
   */
  constructor(output: Writable, format: 'ndjson' | 'csv' = 'ndjson', stateFolder?: string) {
    this.#output = output;
    this.#format = format;
    this.#stateFolder = stateFolder;
    if (stateFolder === undefined) return;
    const pathOf = (pipeline: string): string => rejectedPath(stateFolder, pipeline);
    this.rejected = async () => new RejectedFiles({ pathOf, journalFolder: undefined });
  }

  async begin({ runId, pipeline, signal }: TargetRun): Promise<TargetSession> {
    const folder = this.#stateFolder;
    const rejected =
      folder === undefined
        ? undefined
        : new RejectedLog({
            path: rejectedPath(folder, pipeline),
            run: runId,
            pipeline,
            journal: undefined,
          });
    return new StdoutSession(this.#output, this.#format, signal, rejected);
  }

  async close(): Promise<void> {
    // The stream belongs to whoever made it.
  }
}

class StdoutSession implements TargetSession {
  readonly reject?: (rows: readonly RejectedRow[]) => void;
  readonly #output: Writable;
  readonly #format: 'ndjson' | 'csv';
  readonly #signal: AbortSignal;
  /** By name: a table that is opened again, since its source is read again, takes the place of the one before. */
  readonly #tables = new Map<string, { finish(): Promise<void> }>();
  readonly #rejected: RejectedLog | undefined;
  readonly #replaced = new Set<string>();
  #bytes = 0;

  constructor(
    output: Writable,
    format: 'ndjson' | 'csv',
    signal: AbortSignal,
    rejected: RejectedLog | undefined,
  ) {
    this.#rejected = rejected;
    if (rejected) this.reject = (rows) => rejected.add(rows);
    this.#output = output;
    this.#format = format;
    this.#signal = signal;
    // A stream without a listener for errors would end the process; the failed write itself says what happened. It
    // stays, since the news that the reader left may come after the session has ended.
    if (!output.listeners('error').includes(ignore)) output.on('error', ignore);
  }

  get bytes(): number {
    return this.#bytes;
  }

  async openTable(request: TableRequest): Promise<TargetTable> {
    const write: WriteText = (text) => this.#write(text);
    const table =
      this.#format === 'csv' ? await StdoutCsv.open(write, request) : new StdoutLines(write, request);
    this.#tables.set(request.name, table);
    if (request.mode === 'overwrite') this.#replaced.add(request.name);
    return table;
  }

  async commit({ isFinal, settled = [] }: Commit): Promise<void> {
    for (const table of this.#tables.values()) await table.finish();
    await this.#rejected?.sync();
    if (isFinal) await this.#rejected?.settle(settled, [...this.#replaced]);
  }

  async rollback(): Promise<void> {
    // What is out cannot be taken back.
    await this.#rejected?.sync();
  }

  /** Waits until the text has left this process, which also waits for a slow reader. */
  async #write(text: string): Promise<void> {
    const bytes = Buffer.from(text);
    const written = new Promise<void>((resolve, reject) => {
      this.#output.write(bytes, (error) => (error ? reject(error) : resolve()));
    });
    try {
      await untilAborted(this.#signal, written);
    } catch (error) {
      throw READER_LEFT.has(codeOf(error) ?? '')
        ? new AbortError('output-closed', { cause: error })
        : fileError(error, 'stdout');
    }
    this.#bytes += bytes.length;
  }
}

function ignore(): void {
  // See StdoutSession's constructor.
}
