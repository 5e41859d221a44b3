import { existsSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { codeOf, fileError } from '../files/file-error.js';
import type { LostOf } from '../journal/journal-ledger.js';
import { partitionFolderName } from './partition-folder-name.js';

/** Partitions between two looks at the clock. */
const LOOK_EVERY = 100;
/** Longest time that others wait meanwhile, in milliseconds. */
const TURN_MS = 50;

/** What a journal notes of the files of a folder. */
interface NotedFiles {
  /** Absolute, without symbolic links. */
  readonly folder: string;
  /** Names of the folders of tables. */
  readonly tables: readonly string[];
  /** Names of the files that hold a partition as a whole. */
  readonly wholes: readonly string[];
  /** Files that commits have added, by the folder of their partition. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
}

/**
 * Finds partitions whose files are not there any more, whoever removed them: a file that was replaced as a whole is gone, or
 * each of those that commits have added, or there is none of this format. One look at the file system for each file.
 *
 * @param ending of the files, without its dot; undefined: of any format
 * @param ownRun the run that goes on, which has just written what it has completed; absent: none
 */
export function lostPartitions(folder: string, ending?: string, ownRun?: string): LostOf {
  let noted: Promise<NotedFiles | undefined> | undefined;
  return async (records, { partitioning: { dimensions } }, files) => {
    noted ??= notedFiles(folder, ending, files);
    const there = await noted;
    const lost = new Set<string>();
    let startedAt = performance.now();
    for (const [i, { partition, rows, run }] of records.entries()) {
      if (i % LOOK_EVERY === 0 && performance.now() - startedAt > TURN_MS) {
        await new Promise((resolve) => setImmediate(resolve));
        startedAt = performance.now();
      }
      // Of other dimensions than those of now, which the run refuses by itself.
      if (run === ownRun || partition.split('|').length !== dimensions.length) continue;
      const name = partitionFolderName({ dimensions }, partition);
      if (there ? isLost(there, name, rows, files) : rows > 0) lost.add(partition);
    }
    return lost;
  };
}

function isLost(
  { folder, tables, wholes, parts }: NotedFiles,
  partition: string,
  rows: number,
  files: ReadonlyMap<string, unknown>,
): boolean {
  const added: string[] = [];
  let hasWhole = false;
  for (const table of tables) {
    const place = join(folder, table, partition);
    for (const whole of wholes) {
      const file = join(place, whole);
      if (!files.has(file)) continue;
      if (!existsSync(file)) return true;
      hasWhole = true;
    }
    added.push(...(parts.get(place) ?? []));
  }
  // What is left of several would be there twice if the partition was read again.
  if (added.length > 0) return !hasWhole && !added.some((file) => existsSync(file));
  return !hasWhole && rows > 0;
}

async function notedFiles(
  path: string,
  ending: string | undefined,
  files: ReadonlyMap<string, unknown>,
): Promise<NotedFiles | undefined> {
  const folder = await realpath(path).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw fileError(error, path);
  });
  if (folder === undefined) return undefined;
  const tables = new Set<string>();
  const wholes = new Set<string>();
  const parts = new Map<string, string[]>();
  for (const file of files.keys()) {
    const isOfFormat = ending === undefined || file.endsWith(`.${ending}`);
    if (!isOfFormat || !file.startsWith(`${folder}${sep}`)) continue;
    const [table = '', ...rest] = relative(folder, file).split(sep);
    if (rest.length < 2) continue;
    tables.add(table);
    const name = basename(file);
    if (name.startsWith('part.')) {
      wholes.add(name);
      continue;
    }
    const place = dirname(file);
    const some = parts.get(place);
    if (some) some.push(file);
    else parts.set(place, [file]);
  }
  return { folder, tables: [...tables], wholes: [...wholes], parts };
}
