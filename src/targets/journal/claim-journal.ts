import { randomBytes } from 'node:crypto';
import { link, mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { TransientError } from '../../sdk/errors.js';
import { codeOf, fileError } from '../files/file-error.js';
import { syncFolder } from '../files/sync-folder.js';
import { killPoint } from '../kill-point.js';
import { failedRun } from './failed-run.js';
import { thisProcess } from './holder.js';
import { isLive, mayWake } from './is-live.js';
import { JournalFiles } from './journal-files.js';
import { encodeLine, JOURNAL_FORMAT, type Claim, type JournalLine } from './journal-line.js';
import { JournalView } from './journal-view.js';
import { Journal } from './journal.js';
import { findHolder, findJournal, type FoundJournal } from './read-journal.js';
import { recoverFiles } from './recover-files.js';

/** Who claims. */
export interface Claimant {
  /** Id of the run, or the name of the command. */
  readonly run: string;
  /** True: a command that changes the state. Default false. */
  readonly isCommand?: boolean;
}

/**
 * Claims a pipeline for a run and puts its files in order: a commit that a killed run had decided on is completed, what
 * it had not committed is removed. docs/adr/0005-journal-of-a-pipeline.md says why this is safe.
 *
 * @param folder of the journals; made when needed
 * @throws TransientError PIPELINE_BUSY while another holder lives; TargetError where the journal cannot be read or written
 */
export async function claimJournal(folder: string, pipeline: string, claimant: Claimant): Promise<Journal> {
  const files = new JournalFiles(folder, pipeline);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (;;) {
      const found = await findHolder(files);
      await refuseBusy(pipeline, found);
      const journal = await tryClaim(files, found.epoch + 1, claimant);
      // Undefined: another claim was faster; if it lives, it is named in the next round.
      if (journal) return journal;
    }
  } catch (error) {
    throw fileError(error, files.path(1));
  }
}

async function refuseBusy(pipeline: string, { claims }: Pick<FoundJournal, 'claims'>): Promise<void> {
  const newest = claims.at(-1);
  if (!newest || !(await isLive(newest))) return;
  const { run, pid, machine, startedAt, isCommand } = newest.claim;
  const holder = isCommand ? `command "${run}"` : `run ${run}`;
  throw new TransientError(
    `pipeline "${pipeline}" is held by ${holder}: process ${pid} on ${machine}, since ${startedAt}`,
    { code: 'PIPELINE_BUSY' },
  );
}

/** Takes one epoch; undefined: somebody else has it, or a newer one. */
async function tryClaim(
  files: JournalFiles,
  epoch: number,
  { run, isCommand = false }: Claimant,
): Promise<Journal | undefined> {
  const claim: Claim = { ...(await thisProcess()), run, isCommand, startedAt: new Date().toISOString() };
  const first: JournalLine = {
    type: 'claim',
    journal: JOURNAL_FORMAT,
    pipeline: files.pipeline,
    epoch,
    claim,
  };
  const handle = await takeEpoch(files, epoch, encodeLine(first));
  if (!handle) return undefined;
  const view = new JournalView();
  view.apply(first);
  // From here on there are signs of life, however long the rest takes.
  const journal = await Journal.open(files, epoch, handle, view);
  try {
    const found = await findJournal(files, epoch);
    if (await isBehind(files, epoch)) {
      // A later claim came before this one had done anything. Its file stays for that claim to remove, in its turn: as
      // long as an older one is there, it is what fences that one's holder.
      await journal.end(null, true);
      return undefined;
    }
    await goOn(journal, files, epoch, found);
    return journal;
  } catch (error) {
    await journal.end(isCommand ? null : failedRun(error), false);
    throw error;
  }
}

/** The file of an epoch with its first line, made by this process alone; undefined: another one made it. */
async function takeEpoch(files: JournalFiles, epoch: number, line: Buffer): Promise<FileHandle | undefined> {
  const path = files.claimPath(`${epoch}.${process.pid}.${randomBytes(4).toString('hex')}`);
  const handle = await open(path, 'wx+', 0o600);
  try {
    await handle.writeFile(line);
    await handle.sync();
    killPoint('claim.before-link');
    const isFirst = await linkUnlessTaken(path, files.path(epoch));
    killPoint('claim.after-link');
    await rm(path, { force: true });
    if (!isFirst) {
      await handle.close();
      return undefined;
    }
    await syncFolder(files.folder);
    killPoint('claim.after-folder-sync');
    return handle;
  } catch (error) {
    await handle.close();
    await rm(path, { force: true });
    throw error;
  }
}

async function linkUnlessTaken(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to);
    return true;
  } catch (error) {
    // ENOENT: whoever was faster has cleaned up.
    if (['EEXIST', 'ENOENT'].includes(codeOf(error) ?? '')) return false;
    throw error;
  }
}

async function isBehind(files: JournalFiles, epoch: number): Promise<boolean> {
  return ((await files.epochs()).at(-1) ?? 0) > epoch;
}

/** Takes over what the older journals say; from here on they are only removed. */
async function goOn(
  journal: Journal,
  files: JournalFiles,
  epoch: number,
  found: FoundJournal,
): Promise<void> {
  const { view, claims } = found;
  // Noted in the journal itself: a claim that comes after this one does not see the older holders any more.
  if ((await Promise.all(claims.map(mayWake))).includes(true)) view.holdPending();
  for (const { ownRun } of claims.map((claim) => claim.view)) if (ownRun) view.addRun(ownRun);
  killPoint('claim.before-ready');
  await journal.goOnFrom(view);
  killPoint('claim.after-ready');
  // What is done from here on is decided: by this journal alone, if no later claim came before.
  await journal.refuseFenced();
  await recoverFiles(journal);
  for (const older of await files.epochs()) {
    if (older < epoch) await rm(files.path(older), { force: true });
  }
  for (const path of await files.abandonedClaims()) await rm(path, { force: true });
  killPoint('claim.after-old-removed');
}
