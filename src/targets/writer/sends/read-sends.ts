import { TargetError } from '../../../sdk/errors.js';
import { codeOf } from '../../files/file-error.js';
import { readLines } from '../../files/read-lines.js';
import type { JournalFiles } from '../../journal/journal-files.js';
import type { SessionJournal } from '../../journal/session-journal.js';
import { decodeSendLine, SENDS_FORMAT, type NotedBatch, type SendLine } from './send-line.js';

/** What the runs before noted of what they sent. */
export interface FoundSends {
  /** Batches that were not answered, in the order in which they were noted. */
  readonly unanswered: readonly NotedBatch[];
  /** Names of the rows of all batches that may come again. */
  readonly rowKeys: ReadonlySet<string>;
  /** Place of the last of these rows in all rows that the pipeline read. */
  readonly upTo: number;
}

const NOTHING: FoundSends = { unanswered: [], rowKeys: new Set(), upTo: 0 };

/**
 * Reads what runs of older epochs noted. The newest file that is complete has all that those before it had.
 *
 * @param journal of the run that asks
 */
export async function findSends(
  files: JournalFiles,
  { epoch, saved, start }: Pick<SessionJournal, 'epoch' | 'saved' | 'start'>,
): Promise<FoundSends> {
  const older = (await files.sendsEpochs()).filter((each) => each < epoch);
  for (const each of older.toReversed()) {
    const view = await readSends(files.sendsPath(each));
    // Where rows are counted anew, the state was changed by hand, and none of them comes again.
    if (view.isReady) return view.since === start.since ? view.found(saved.version) : NOTHING;
  }
  return NOTHING;
}

async function readSends(path: string): Promise<SendsView> {
  const view = new SendsView();
  let isTorn = false;
  try {
    for await (const { bytes } of readLines(path)) {
      const line = decodeSendLine(bytes);
      // What comes behind a torn line was noted by nobody.
      if (isTorn && line) throw brokenFile(path);
      isTorn ||= line === undefined;
      if (line) view.apply(line, path);
    }
  } catch (error) {
    // Its run committed and ended meanwhile.
    if (codeOf(error) !== 'ENOENT') throw error;
  }
  return view;
}

/** What the lines of a file come to. */
class SendsView {
  isReady = false;
  since = -1;
  readonly #rowKeys = new Set<string>();
  #upTo = 0;
  readonly #open = new Map<string, NotedBatch>();
  /** Batches that an earlier commit left open. */
  #carried = new Set<string>();
  #version = -1;

  apply(line: SendLine, path: string): void {
    switch (line.type) {
      case 'sends':
        if (line.format > SENDS_FORMAT) throw newerFile(path);
        this.#version = line.version;
        this.since = line.since;
        return;
      case 'seen':
        this.#see(line);
        return;
      case 'ready':
        this.isReady = true;
        this.#carried = new Set(this.#open.keys());
        return;
      case 'batch':
        this.#see(line.batch);
        this.#open.set(line.batch.idempotencyKey, line.batch);
        return;
      case 'answered':
        this.#open.delete(line.idempotencyKey);
        return;
      case 'committed':
        this.#version = line.version;
        this.#carried = new Set(line.open);
        for (const key of this.#open.keys()) if (!this.#carried.has(key)) this.#open.delete(key);
    }
  }

  /** @param version of the saved state */
  found(version: number): FoundSends {
    const all = [...this.#open.values()];
    // A crash came between the commit and its line here: whatever the run itself had noted was answered.
    const unanswered =
      version === this.#version ? all : all.filter(({ idempotencyKey }) => this.#carried.has(idempotencyKey));
    return { unanswered, rowKeys: this.#rowKeys, upTo: this.#upTo };
  }

  #see({ rowKeys, upTo }: Pick<NotedBatch, 'rowKeys' | 'upTo'>): void {
    for (const key of rowKeys) this.#rowKeys.add(key);
    this.#upTo = Math.max(this.#upTo, upTo);
  }
}

function brokenFile(path: string): TargetError {
  return new TargetError(`the file "${path}" is broken, which says what was sent`, {
    action:
      'Put the file back from a backup, or move it away; rows of the last run may then be sent once more.',
    details: { file: path },
  });
}

function newerFile(path: string): TargetError {
  return new TargetError(`the file "${path}" was written by a newer version of the host`, {
    code: 'TARGET_VERSION_NEWER',
    details: { file: path },
  });
}
