import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../../sdk/errors.js';
import { fileError } from '../../targets/files/file-error.js';
import { syncFolder } from '../../targets/files/sync-folder.js';
import { isFileTarget, notedTarget } from '../../targets/open-target.js';
import type { TargetSpec } from '../run-spec.js';
import { moved } from './moved-path.js';

const FILE = 'pipelines.json';
const VERSION = 1;
/** Pipelines that are remembered at most, the latest. */
const MAX_NOTES = 1000;

/** A target, and how it was opened. */
export interface NotedPlace extends Pick<TargetSpec, 'format' | 'pgSchema'> {
  /** Text of the target, as --to takes it. */
  readonly to: string;
}

/** Where a pipeline ran last. */
export interface PipelineNote extends NotedPlace {
  readonly pipeline: string;
  /** ISO text, UTC. */
  readonly at: string;
}

/**
 * `pipelines.json` in the folder of the host: the last target of each pipeline, so that its state and its runs are found
 * without naming the target again. A convenience only: of two notes made at the same moment one may get lost.
 */
export class PipelineNotes {
  readonly #folder: string;
  readonly #cwd: string;

  /** @param folder need not exist @param cwd what texts of targets are relative to */
  constructor(folder: string, cwd: string) {
    this.#folder = folder;
    this.#cwd = cwd;
  }

  /**
   * The pipelines, the one that ran last first.
   * @throws ConfigError CONFIG_FILE_INVALID for a file that is damaged or of a newer host
   */
  async all(): Promise<PipelineNote[]> {
    return (await this.#read()).map((note) => ({ ...note, to: this.#fromHere(note.to) }));
  }

  /** Notes that a run of a pipeline has begun. @throws HostError when it cannot be kept */
  async add(pipeline: string, { to, format, pgSchema }: NotedPlace): Promise<void> {
    const others = (await this.#read()).filter((note) => note.pipeline !== pipeline);
    const at = new Date().toISOString();
    const note = { pipeline, to: this.#fromFolder(notedTarget(to)), format, pgSchema, at };
    const pipelines = [note, ...others].slice(0, MAX_NOTES);
    try {
      await this.#replace(`${JSON.stringify({ version: VERSION, pipelines }, null, 2)}\n`);
    } catch (error) {
      throw fileError(error, this.#file);
    }
  }

  get #file(): string {
    return join(this.#folder, FILE);
  }

  async #read(): Promise<PipelineNote[]> {
    let text: string;
    try {
      text = await readFile(this.#file, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw fileError(error, this.#file);
    }
    const notes = notesIn(text);
    if (notes) return notes;
    throw new ConfigError(`${this.#file} is damaged, or was written by a newer version of the host`, {
      code: 'CONFIG_FILE_INVALID',
      action: 'Remove the file: it only remembers targets, and later runs write it anew.',
      details: { file: this.#file },
    });
  }

  async #replace(text: string): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const part = `${this.#file}.${process.pid}.${randomUUID()}.part`;
    try {
      const handle = await open(part, 'wx', 0o600);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(part, this.#file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    await syncFolder(this.#folder);
  }

  /** A file is noted relative to the folder, so that both may be moved together. */
  #fromFolder(to: string): string {
    return isFileTarget(to) ? moved(to, this.#cwd, this.#folder) : to;
  }

  #fromHere(to: string): string {
    return isFileTarget(to) ? moved(to, this.#folder, this.#cwd) : to;
  }
}

/** Undefined: the text is not what this host writes. */
function notesIn(text: string): PipelineNote[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { version, pipelines } = value as { readonly version?: unknown; readonly pipelines?: unknown };
  if (version !== VERSION || !Array.isArray(pipelines)) return undefined;
  return pipelines.every(isNote) ? pipelines : undefined;
}

function isNote(value: unknown): value is PipelineNote {
  if (typeof value !== 'object' || value === null) return false;
  const { pipeline, to, at } = value as Record<string, unknown>;
  return [pipeline, to, at].every((text) => typeof text === 'string');
}
