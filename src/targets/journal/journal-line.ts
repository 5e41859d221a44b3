import { TargetError } from '../../sdk/errors.js';
import type { PartitionBatch, PartitionRecord } from '../partitions/partition-ledger.js';
import type { Fingerprint, PastState, RunRecord } from '../pipeline-store.js';
import { decodeChecked, encodeChecked } from './checked-line.js';
import type { Holder } from './holder.js';

/** Version of what a journal holds: 2 since there are partitions. A host refuses journals of a newer one. */
export const JOURNAL_FORMAT = 2;

/** A file as a commit left it, by which a later run knows whether someone else changed it. */
export interface FileFacts {
  /** Absolute, without symbolic links. */
  readonly path: string;
  readonly length: number;
  /** SHA-256 of the last 4 KiB, or of all of it where it is shorter, in hex. */
  readonly tail: string;
}

/** A file that rows are added to. */
export interface AppendedFacts extends FileFacts {
  /** True: what is behind its length belongs to a run that was not committed. */
  readonly isPending: boolean;
  /** True: a process that may still wake up has the file open. */
  readonly isHeld: boolean;
}

/** A file as a commit leaves it. */
export interface CommittedFile extends FileFacts {
  /** The file that is renamed to `path` once the commit is durable; absent: the rows are in the file already. */
  readonly from?: string;
  /** True: its run adds nothing more to it. */
  readonly isClosed?: boolean;
}

/** A file that goes, once that is durable. */
export interface RemovedFile {
  readonly path: string;
  /** What identityOf said of it: another one, which somebody put there later, stays. */
  readonly identity: string;
  /** A name of its own beside it, which it gets on its way. */
  readonly grave: string;
}

/** Where in the rows that a pipeline reads, over all of its runs, a state stands. */
export interface StreamPosition {
  /** Version of the state from which on the rows are counted. */
  readonly since: number;
  /** Rows read since then. */
  readonly rows: number;
}

/** A state with what its history needs. */
export interface StoredState {
  readonly state: string | null;
  readonly version: number;
  readonly fingerprint: Fingerprint | null;
  readonly format: number;
  /** The run that saved it, or the command; null: nobody yet. */
  readonly run: string | null;
  /** ISO text, UTC; null: never. */
  readonly savedAt: string | null;
  /** Absent: rows are counted from this state on. */
  readonly position?: StreamPosition;
}

/** What a pipeline saved of one of its partitions. */
export interface PartitionState {
  readonly state: string | null;
  readonly version: number;
  readonly format: number;
  /** Absent: rows are counted from this state on. */
  readonly position?: StreamPosition;
}

/** One partition in a line, which has the fingerprint of all its states once. */
export interface PartitionEntry {
  readonly record: PartitionRecord;
  /** Absent: it stays as it is. */
  readonly saved?: PartitionState;
}

/** Rows kept aside that a commit took care of. */
export interface SettledRows {
  /** The run that committed. What it kept aside itself stays, under whatever id. */
  readonly run: string;
  readonly ids: readonly string[];
}

/** Who holds a pipeline, and since when. */
export interface Claim extends Holder {
  /** Id of the run, or the command that changes the state. */
  readonly run: string;
  /** True: a command that changes the state, which is no run and stands in no history of runs. */
  readonly isCommand: boolean;
  /** ISO text, UTC. */
  readonly startedAt: string;
}

/** A run as the journal remembers it. */
export interface StoredRun extends Omit<RunRecord, 'status'> {
  readonly run: string;
  readonly status: RunRecord['status'] | 'lost';
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly process: number;
  readonly machine: string;
}

/** The first line of a journal, there from the file's first instant. */
export interface ClaimLine {
  readonly type: 'claim';
  /** {@link JOURNAL_FORMAT} of the host that wrote it. */
  readonly journal: number;
  readonly pipeline: string;
  readonly epoch: number;
  readonly claim: Claim;
}

/** One line of a journal. What each does to what the journal says is in JournalView. */
export type JournalLine =
  | ClaimLine
  // What the journal before this one came to.
  | { readonly type: 'saved'; readonly saved: StoredState }
  | { readonly type: 'past'; readonly past: PastState }
  | { readonly type: 'run'; readonly run: StoredRun }
  | { readonly type: 'file'; readonly file: AppendedFacts }
  /** Files that nobody adds to: path, length and tail of each, since there may be one for each of many partitions. */
  | {
      readonly type: 'files';
      readonly files: readonly (readonly [string, number, string])[];
    }
  | { readonly type: 'rename'; readonly from: string; readonly to: string }
  | { readonly type: 'removal'; readonly file: RemovedFile }
  | {
      readonly type: 'partitions';
      readonly fingerprint: Fingerprint | null;
      readonly entries: readonly PartitionEntry[];
    }
  /** What came before it is complete, so that older journals are not needed any more. */
  | { readonly type: 'ready' }
  /** The files are as the journal says. */
  | { readonly type: 'recovered' }
  /** A file of this name is about to be made beside a target; it goes unless a commit renames it. */
  | { readonly type: 'part'; readonly path: string }
  /** Rows are about to be added to this file; what is behind its length goes unless a commit says otherwise. */
  | { readonly type: 'pending'; readonly file: FileFacts }
  | {
      readonly type: 'commit';
      readonly version: number;
      readonly at: string;
      /** Absent: it stays as it is. */
      readonly state?: string | null;
      readonly fingerprint: Fingerprint | null;
      readonly format: number;
      readonly files: readonly CommittedFile[];
      /** Absent: rows are counted from this state on. */
      readonly position?: StreamPosition;
      /** Ids of rows kept aside that the commit takes care of; absent: none. */
      readonly settled?: readonly string[];
    }
  /** The run is one of partitions, and chose these. */
  | { readonly type: 'batch'; readonly batch: PartitionBatch }
  | {
      /** A commit of several partitions. */
      readonly type: 'group';
      readonly version: number;
      readonly at: string;
      readonly fingerprint: Fingerprint | null;
      readonly files: readonly CommittedFile[];
      readonly entries: readonly PartitionEntry[];
      /** True: every rename of the groups before it was done. */
      readonly isSettled: boolean;
      /** Rows kept aside, by id, that it takes care of. */
      readonly settled?: readonly string[];
    }
  /** What became of partitions that were not committed. */
  | { readonly type: 'tried'; readonly entries: readonly PartitionEntry[] }
  /** Partitions and their files go. */
  | {
      readonly type: 'removed';
      readonly partitions: readonly string[];
      readonly files: readonly RemovedFile[];
    }
  /** Of these rows, which a run kept aside before this one, not all may be forgotten yet. */
  | { readonly type: 'settled'; readonly settled: SettledRows }
  /** They are forgotten. */
  | { readonly type: 'forgotten' }
  | {
      /** The pipeline is free again. */
      readonly type: 'ended';
      readonly at: string;
      /** Null: a command, or a claim that came to nothing. */
      readonly record: RunRecord | null;
      /** False: the files could not be put back, so the next claim has to. */
      readonly isClean: boolean;
    };

/** The bytes of a line: checksum, blank, JSON, line feed. */
export function encodeLine(line: JournalLine): Buffer {
  return encodeChecked(JSON.stringify(line));
}

/**
 * Reads the lines of a journal. The last line may be torn, since a crash may come while it is written; it is left out.
 *
 * @param path for errors
 * @param isBrief true: lines that say nothing of the holder and may be large are left out, once their checksums are right
 * @throws TargetError where another line is broken, or TARGET_VERSION_NEWER
 */
export function decodeLines(bytes: Buffer, path: string, isBrief = false): [ClaimLine, ...JournalLine[]] {
  const lines: JournalLine[] = [];
  let brokenAt: number | undefined;
  for (let start = 0, number = 1; start < bytes.length; number += 1) {
    const end = bytes.indexOf(LINE_FEED, start);
    const line = end === -1 ? undefined : decodeLine(bytes.subarray(start, end), isBrief);
    if (line === undefined) brokenAt ??= number;
    else if (brokenAt !== undefined) throw brokenLine(path, brokenAt);
    else if (line !== 'left out') lines.push(line);
    if (end === -1) break;
    start = end + 1;
  }
  const first = lines[0];
  if (first?.type !== 'claim') throw brokenLine(path, 1);
  if (first.journal > JOURNAL_FORMAT) {
    throw new TargetError(`the journal "${path}" was written by a newer version of the host`, {
      code: 'TARGET_VERSION_NEWER',
      details: { file: path },
    });
  }
  return [first, ...lines.slice(1)];
}

const LINE_FEED = 0x0a;

/** As JSON.stringify begins it. */
const LARGE = /^\{"type":"(?:files|partitions|group)"/;

function decodeLine(bytes: Buffer, isBrief: boolean): JournalLine | 'left out' | undefined {
  const json = decodeChecked(bytes);
  if (isBrief && json !== undefined && LARGE.test(json)) return 'left out';
  return json === undefined ? undefined : (JSON.parse(json) as JournalLine);
}

function brokenLine(path: string, line: number): TargetError {
  return new TargetError(`line ${line} of the journal "${path}" is broken`, {
    action: 'Put the file back from a backup, or move it away; the pipeline then begins without a state.',
    details: { file: path, line },
  });
}
