import { FileTarget } from '../files/file-target.js';
import type { FileTargetOptions } from '../files/files-target.js';
import { JsonlTable } from './jsonl-table.js';

/**
 * A file of newline-delimited JSON (`.jsonl`, `.ndjson`); see JsonLines for the format. Overwrite replaces the file
 * when the run commits; append adds lines to its end.
 */
export class JsonlTarget extends FileTarget {
  /** @param path of the file; it need not exist */
  constructor(path: string, options?: FileTargetOptions) {
    super(path, async (file, request) => new JsonlTable(file, request), options);
  }
}
