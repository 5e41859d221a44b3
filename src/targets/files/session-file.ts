import { isHostError } from '../../sdk/errors.js';
import type { CommittedFile } from '../journal/journal-line.js';
import type { SessionJournal } from '../journal/session-journal.js';
import type { TableRequest, TargetTable } from '../target.js';
import { fileError } from './file-error.js';
import { refuseChanged } from './file-facts.js';
import type { FileTable, OpenFileTable } from './file-table.js';
import { locateFile, type LocatedFile } from './locate-file.js';
import type { Scratch } from './scratch.js';
import { openOutputFile } from './open-output-file.js';
import type { OutputFile } from './output-file.js';

/** What a {@link SessionFile} works with. */
export interface SessionFileParts {
  readonly openTable: OpenFileTable;
  /** Absent: nobody is to know what happens to the file. */
  readonly journal: SessionJournal | undefined;
  /** True: a file that someone changed since the pipeline's last run is taken as it is. */
  readonly adopt: boolean;
  /** A new name for a part file of the session. */
  readonly nextPartId: () => string;
  readonly scratch: Scratch;
  /** Whether rows are added to a file by one that takes its place. */
  readonly rewrites: (path: string) => boolean;
  /** The file that takes the rows after a commit of this one. */
  readonly fileAfter: (path: string) => string;
}

/** One of the files that a session writes, with the table in it. */
export class SessionFile {
  #path: string;
  readonly #parts: SessionFileParts;
  /** The table as it is now, with every column so far. */
  #request: TableRequest;
  #file: OutputFile | undefined;
  #table: FileTable | undefined;
  /** Whether the file was there when it was opened. */
  #wasThere = false;
  /** Something may have come that no commit has. */
  #isDirty = false;
  /** Bytes of the files that are finished. */
  #bytes = 0;

  /** @param path as people know it */
  constructor(path: string, request: TableRequest, parts: SessionFileParts) {
    this.#path = path;
    this.#request = request;
    this.#parts = parts;
  }

  get bytes(): number {
    return this.#bytes + (this.#file?.bytes ?? 0);
  }

  /** True: a file is replaced as a whole, so that what is in it goes, whatever comes. */
  get replacesFile(): boolean {
    return this.#request.mode === 'overwrite' && this.#wasThere;
  }

  /** Called once, before everything else. */
  async open(): Promise<TargetTable> {
    const table = await this.#guard(() => this.#openFile(this.#request));
    const { existing } = table;
    return {
      existing,
      alter: (change) =>
        this.#guard(async () => {
          const table = await this.#current();
          await table.alter(change);
          this.#request = { ...this.#request, columns: change.columns };
        }),
      write: (batch) => this.#guard(async () => (await this.#current()).write(batch)),
      ...(table.take
        ? { take: (relation) => this.#guard(async () => (await this.#current()).take?.(relation)) }
        : {}),
    };
  }

  /**
   * Called first in a commit: writes what is still missing.
   * @returns `bare`: there is no table to keep, since it has no column
   */
  async finish(): Promise<'changed' | 'unchanged' | 'bare'> {
    const table = this.#table;
    if (!table || !this.#isDirty) return 'unchanged';
    return this.#guard(async () => ((await table.finish()) ? 'changed' : 'bare'));
  }

  /** Called after a `finish` that had nothing to keep, where the file is to be there all the same. */
  async finishEmpty(): Promise<void> {
    await this.#guard(async () => this.#table?.finishEmpty?.());
  }

  /** Makes what was written durable, and says what the file will be. */
  async prepare(): Promise<CommittedFile> {
    const file = this.#file;
    if (!file) throw new Error(`"${this.#path}" is not open`);
    return this.#guard(() => file.prepare());
  }

  /** Makes it visible, when the commit is decided. */
  async publish(): Promise<void> {
    await this.#guard(async () => this.#file?.publish());
    this.#isDirty = false;
  }

  /** Ends what is open, as it lies. What follows is added to the file in its place. */
  async close(): Promise<void> {
    await this.#letGo((file) => file.close());
  }

  /** Ends what is open, and leaves the file as it was after the last commit. */
  async rollback(): Promise<void> {
    await this.#letGo((file) => file.rollback());
  }

  /** The open table; after a commit that renamed its file, the same table in the file at its place. */
  async #current(): Promise<FileTable> {
    this.#isDirty = true;
    if (this.#table) return this.#table;
    this.#path = this.#parts.fileAfter(this.#path);
    return this.#openFile({ ...this.#request, mode: 'append' });
  }

  async #openFile(request: TableRequest): Promise<FileTable> {
    const { openTable, journal, nextPartId, scratch, rewrites } = this.#parts;
    const located = await locateFile(this.#path);
    if (request.mode === 'append') await this.#refuseChanged(located);
    const way = rewrites(this.#path) ? 'overwrite' : request.mode;
    const file = await openOutputFile(located, way, nextPartId(), journal);
    this.#file = file;
    this.#wasThere = located.stats !== undefined;
    this.#isDirty = true;
    this.#table = await openTable(file, request, this.#path, scratch);
    return this.#table;
  }

  async #refuseChanged({ path }: LocatedFile): Promise<void> {
    const { journal, adopt } = this.#parts;
    const facts = journal?.files.get(path);
    if (!facts || adopt) return;
    try {
      await refuseChanged(facts);
    } catch (error) {
      // A run that took over changes it by right, and says more.
      await journal?.refuseFenced();
      throw error;
    }
  }

  async #letGo(end: (file: OutputFile) => Promise<void>): Promise<void> {
    const [file, table] = [this.#file, this.#table];
    if (!file) return;
    this.#bytes = this.bytes;
    this.#file = undefined;
    this.#table = undefined;
    await this.#guard(async () => {
      try {
        await table?.release?.();
      } finally {
        await end(file);
      }
    });
  }

  async #guard<T>(step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      // A run that took over has removed what this one needs.
      if (!isHostError(error)) await this.#parts.journal?.refuseFenced();
      throw fileError(error, this.#path);
    }
  }
}
