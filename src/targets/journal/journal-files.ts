import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from '../files/file-error.js';

/** Longest readable part of a journal's name, so that no file system finds the name too long. */
const MAX_READABLE = 60;
const JOURNAL = /^(.+-[0-9a-f]{8})\.(\d+)\.journal$/;
const SENDS = /^(.+-[0-9a-f]{8})\.(\d+)\.sends$/;

/**
 * Where the journals of one pipeline lie: `<name>.<epoch>.journal`. Each claim makes the next epoch; see
 * docs/adr/0005-journal-of-a-pipeline.md.
 */
export class JournalFiles {
  readonly folder: string;
  readonly pipeline: string;
  readonly #name: string;

  constructor(folder: string, pipeline: string) {
    this.folder = folder;
    this.pipeline = pipeline;
    this.#name = pipelineFileName(pipeline);
  }

  path(epoch: number): string {
    return join(this.folder, `${this.#name}.${epoch}.journal`);
  }

  /** Where the run of an epoch notes what it is about to send. */
  sendsPath(epoch: number): string {
    return join(this.folder, `${this.#name}.${epoch}.sends`);
  }

  /** Where a claim is written before it gets its epoch; of one process alone. */
  claimPath(id: string): string {
    return join(this.folder, `${this.#name}.${id}.claiming`);
  }

  /** The epochs that have a journal, in ascending order. */
  async epochs(): Promise<number[]> {
    return this.#epochsOf(JOURNAL);
  }

  /** The epochs whose run noted what it was about to send, in ascending order. */
  async sendsEpochs(): Promise<number[]> {
    return this.#epochsOf(SENDS);
  }

  /** Files of claims that have no epoch: they came too late, or their process was killed. */
  async abandonedClaims(): Promise<string[]> {
    const names = await entries(this.folder);
    const own = names.filter((name) => name.startsWith(`${this.#name}.`) && name.endsWith('.claiming'));
    return own.map((name) => join(this.folder, name));
  }

  async #epochsOf(pattern: RegExp): Promise<number[]> {
    const all = (await entries(this.folder)).map((name) => pattern.exec(name));
    const own = all.filter((match) => match?.[1] === this.#name);
    return own.map((match) => Number(match?.[2])).sort((a, b) => a - b);
  }
}

/** The newest journal of every pipeline in a folder; none where there is no folder. */
export async function newestJournals(folder: string): Promise<string[]> {
  const newest = new Map<string, number>();
  for (const entry of await entries(folder)) {
    const [, name, epoch] = JOURNAL.exec(entry) ?? [];
    if (name === undefined) continue;
    newest.set(name, Math.max(newest.get(name) ?? 0, Number(epoch)));
  }
  return [...newest].map(([name, epoch]) => join(folder, `${name}.${epoch}.journal`));
}

/** A readable form of a pipeline's name that is safe in a file's, told from similar ones by a hash of it. */
export function pipelineFileName(pipeline: string): string {
  const readable = pipeline.replaceAll(/[^\w.-]+/g, '_').replace(/^\./, '_');
  const hash = createHash('sha256').update(pipeline).digest('hex').slice(0, 8);
  return `${readable.slice(0, MAX_READABLE)}-${hash}`;
}

async function entries(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
