import { killPoint } from '../kill-point.js';
import type { FileNotes } from './output-file.js';
import { makeSpillFolder, removeSpillFolder } from './spill-folder.js';

/** What a scratch is made for. */
export interface ScratchOptions {
  /** A name beside the target's files. */
  readonly beside: string;
  /** Unique among the scratches of all runs. */
  readonly id: string;
  /** Aborted when the run is stopped. */
  readonly signal: AbortSignal;
  /** Absent: nobody is to know. */
  readonly notes: FileNotes | undefined;
}

/** Something with a place in a scratch that has to be closed. */
export interface Closable {
  close(): void;
}

/**
 * What the tables of one run need beside their files until it ends: a folder for what does not fit into memory, and one
 * thing that lives in it. Neither is made before it is asked for.
 */
export class Scratch {
  readonly #options: ScratchOptions;
  #folder: Promise<string> | undefined;
  #thing: Promise<Closable> | undefined;
  /** Scratches of this run so far. */
  #made = 0;

  constructor(options: ScratchOptions) {
    this.#options = options;
  }

  /** The folder; only its owner may read it. */
  folder(): Promise<string> {
    const { beside, id, notes } = this.#options;
    this.#made += this.#folder ? 0 : 1;
    this.#folder ??= makeSpillFolder(beside, `${id}-scratch-${this.#made}`, notes);
    return this.#folder;
  }

  /** The thing; `open` is called the first time. All tables of a run ask for the same one. */
  share<T extends Closable>(open: (folder: string, signal: AbortSignal) => Promise<T>): Promise<T> {
    this.#thing ??= this.folder().then((folder) => open(folder, this.#options.signal));
    return this.#thing as Promise<T>;
  }

  /** Ends everything; what is asked for afterwards is made anew. */
  async clear(): Promise<void> {
    const [thing, folder] = [this.#thing, this.#folder];
    this.#thing = undefined;
    this.#folder = undefined;
    // Where it could not be made there is nothing to end, and whoever asked for it was told.
    (await thing?.catch(() => undefined))?.close();
    const path = await folder?.catch(() => undefined);
    if (path === undefined) return;
    killPoint('scratch.before-removed');
    await removeSpillFolder(path);
  }
}
