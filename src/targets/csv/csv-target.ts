import { FileTarget } from '../files/file-target.js';
import type { FileTargetOptions } from '../files/files-target.js';
import { openCsv } from './open-csv.js';

/**
 * A CSV file with one header line; see CsvEncoder for the format.
 *
 * Overwrite: the new file takes the place of the old one when the run commits; a column that appears in mid-run is
 * empty in the rows before it, which takes a second copy of the new file for a moment. Append: the rows get the columns of the file's header, by name; a column that
 * the header does not have is a ConfigError. Declared columns have one form for each type (docs/reference/types.md); in inferred
 * columns each value has its own. Lone surrogates, which UTF-8 does not have, become U+FFFD. A table of one column
 * has an empty line where its value is null.
 */
export class CsvTarget extends FileTarget {
  /** @param path of the file; it need not exist */
  constructor(path: string, options?: FileTargetOptions) {
    super(path, openCsv, options);
  }
}
