import { openCsv } from '../csv/open-csv.js';
import type { OpenFileTable } from '../files/file-table.js';
import { FilesTarget, type FileTargetOptions } from '../files/files-target.js';
import { JsonlTable } from '../jsonl/jsonl-table.js';
import { TableFiles } from './table-files.js';

/** Formats of the files in a folder; each is also the ending of their names. */
export type FolderFormat = 'csv' | 'ndjson';

const OPENERS: Readonly<Record<FolderFormat, OpenFileTable>> = {
  csv: openCsv,
  ndjson: async (file, request) => new JsonlTable(file, request),
};

/**
 * A folder with one file for each table: `out/users.csv`. The files of a run are committed together, each in the way of
 * a target that is one file.
 */
export class FolderTarget extends FilesTarget {
  /** @param path of the folder; it need not exist, the one that it lies in must */
  constructor(path: string, format: FolderFormat = 'ndjson', options?: FileTargetOptions) {
    super({ label: path, places: () => new TableFiles(path, format), openTable: OPENERS[format] }, options);
  }
}
