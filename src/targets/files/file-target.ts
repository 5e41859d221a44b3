import { ConfigError } from '../../sdk/errors.js';
import type {
  TableRequest,
  Target,
  TargetCapabilities,
  TargetRun,
  TargetSession,
  TargetTable,
} from '../target.js';
import { fileError } from './file-error.js';
import { openOutputFile } from './open-output-file.js';
import type { OutputFile } from './output-file.js';

/** A table that writes itself to a file in one format. */
export interface FileTable extends TargetTable {
  /** Called once, before the file is committed: write what is still missing; false: there is nothing to keep. */
  finish(): Promise<boolean>;
}

/** Starts a table in a file that was just opened. A failure ends the run; the file is rolled back by the caller. */
export type OpenFileTable = (
  file: Awaited<ReturnType<typeof openOutputFile>>,
  request: TableRequest,
  path: string,
) => Promise<FileTable>;

/** One file that holds one table. */
export class FileTarget implements Target {
  readonly label: string;
  readonly capabilities: TargetCapabilities = {
    // Except that a killed append leaves what it had written; see AppendedFile.
    transactional: true,
    keepsState: false,
    upserts: false,
    deletes: false,
    operationLog: 'each-table',
    concurrentWriters: false,
    immediate: false,
    batchRows: 500,
  };
  readonly #openTable: OpenFileTable;

  /** @param path of the file, also the label */
  constructor(path: string, openTable: OpenFileTable) {
    this.label = path;
    this.#openTable = openTable;
  }

  async begin(run: TargetRun): Promise<TargetSession> {
    return new FileSession(this.label, run.runId, this.#openTable);
  }

  async close(): Promise<void> {
    // Nothing is held between sessions.
  }
}

class FileSession implements TargetSession {
  readonly #path: string;
  readonly #runId: string;
  readonly #openTable: OpenFileTable;
  #file: OutputFile | undefined;
  #table: FileTable | undefined;
  #bytes = 0;

  constructor(path: string, runId: string, openTable: OpenFileTable) {
    this.#path = path;
    this.#runId = runId;
    this.#openTable = openTable;
  }

  get bytes(): number {
    return this.#file?.bytes ?? this.#bytes;
  }

  async openTable(request: TableRequest): Promise<TargetTable> {
    if (this.#file) {
      throw new ConfigError(`"${this.#path}" holds one table, so "${request.name}" has no place in it`, {
        code: 'TARGET_MODE_UNSUPPORTED',
        action: 'Load into a database, for example --to warehouse.duckdb.',
      });
    }
    return this.#guard(async () => {
      const file = await openOutputFile(this.#path, request.mode, this.#runId);
      this.#file = file;
      const table = await this.#openTable(file, request, this.#path);
      this.#table = table;
      return {
        existing: table.existing,
        alter: (change) => this.#guard(() => table.alter(change)),
        write: (batch) => this.#guard(() => table.write(batch)),
      };
    });
  }

  async commit(): Promise<void> {
    await this.#guard(async () => {
      if ((await this.#table?.finish()) ?? false) {
        this.#bytes = this.bytes;
        await this.#file?.commit();
        this.#file = undefined;
      } else {
        await this.rollback();
      }
    });
  }

  async rollback(): Promise<void> {
    const file = this.#file;
    this.#bytes = this.bytes;
    this.#file = undefined;
    await this.#guard(async () => file?.rollback());
  }

  async #guard<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      throw fileError(error, this.#path);
    }
  }
}
