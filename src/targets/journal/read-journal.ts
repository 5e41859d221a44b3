import { open, readFile } from 'node:fs/promises';
import { codeOf } from '../files/file-error.js';
import type { JournalFiles } from './journal-files.js';
import { decodeLines, type Claim } from './journal-line.js';
import { JournalView } from './journal-view.js';

/** How often a journal may be replaced while it is read. */
const MAX_TRIES = 10;

/** What the journals of a pipeline say. */
export interface FoundJournal {
  /** The newest epoch that has a file; 0: there is none. */
  readonly epoch: number;
  /** What the newest complete journal says; of one without lines where there is none. */
  readonly view: JournalView;
  /** Every claim from that journal on, oldest first: those after it never got as far as a complete journal. */
  readonly claims: readonly FoundClaim[];
}

/** A claim, and what is known of its holder. */
export interface FoundClaim {
  readonly claim: Claim;
  readonly hasEnded: boolean;
  /** When its holder last gave a sign of life, in milliseconds of the clock. */
  readonly touchedAt: number;
  readonly view: JournalView;
}

/**
 * Reads what a pipeline's journals say, whoever writes them meanwhile.
 *
 * @param below only older epochs
 * @throws TargetError where a journal is broken, or TARGET_VERSION_NEWER
 */
export async function findJournal(files: JournalFiles, below = Infinity): Promise<FoundJournal> {
  return whileReplaced(() => readAll(files, below, false));
}

/** The same as far as the holder goes: what is known of files and partitions is left out. */
export async function findHolder(files: JournalFiles): Promise<Pick<FoundJournal, 'epoch' | 'claims'>> {
  return whileReplaced(() => readAll(files, Infinity, true));
}

/** The pipeline that a journal is of. */
export async function readPipeline(path: string): Promise<string> {
  const [first] = decodeLines(await readFile(path), path);
  return first.pipeline;
}

/** Reads once more where a claim made a newer journal and removed the one that was to be read. */
export async function whileReplaced<T>(read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await read();
    } catch (error) {
      if (codeOf(error) !== 'ENOENT' || tries === MAX_TRIES) throw error;
    }
  }
}

async function readAll(files: JournalFiles, below: number, isBrief: boolean): Promise<FoundJournal> {
  const epochs = (await files.epochs()).filter((epoch) => epoch < below);
  const claims: FoundClaim[] = [];
  for (const epoch of epochs.toReversed()) {
    const found = await readOne(files.path(epoch), isBrief);
    claims.unshift(found);
    if (found.view.isReady) break;
  }
  const oldest = claims[0]?.view;
  return {
    epoch: epochs.at(-1) ?? 0,
    view: oldest?.isReady === true ? oldest : new JournalView(),
    claims,
  };
}

async function readOne(path: string, isBrief: boolean): Promise<FoundClaim> {
  const handle = await open(path, 'r');
  try {
    // Read first: a sign of life that comes later counts.
    const bytes = await handle.readFile();
    const { mtimeMs } = await handle.stat();
    const view = new JournalView();
    const lines = decodeLines(bytes, path, isBrief);
    for (const line of lines) view.apply(line);
    return { claim: lines[0].claim, hasEnded: view.hasEnded, touchedAt: mtimeMs, view };
  } finally {
    await handle.close();
  }
}
