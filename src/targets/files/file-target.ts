import type { OpenFileTable } from './file-table.js';
import { FilesTarget, type FileTargetOptions } from './files-target.js';
import { OneFile } from './one-file.js';

/** One file that holds one table. */
export class FileTarget extends FilesTarget {
  /** @param path of the file, also the label */
  constructor(path: string, openTable: OpenFileTable, options?: FileTargetOptions) {
    super({ label: path, places: () => new OneFile(path), openTable }, options);
  }
}
