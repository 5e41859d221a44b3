import { ConfigError } from '../../sdk/errors.js';
import type { OpenFileTable } from '../files/file-table.js';
import { FilesTarget, type FileTargetOptions } from '../files/files-target.js';
import { OneFile } from '../files/one-file.js';
import { openParquet } from './open-parquet.js';

/** Rows of one chunk of columns. */
export const PARQUET_BATCH_ROWS = 2048;

/** A Parquet file (`.parquet`). Overwrite replaces it when the run commits; nothing can be added to it. */
export class ParquetTarget extends FilesTarget {
  /** @param path of the file; it need not exist */
  constructor(path: string, options?: FileTargetOptions) {
    super(
      { label: path, places: () => new OneFile(path), openTable: openWhole, batchRows: PARQUET_BATCH_ROWS },
      options,
    );
  }
}

const openWhole: OpenFileTable = async (file, request, path, scratch) => {
  if (request.mode === 'append') {
    throw new ConfigError(`"${path}" is one Parquet file, and nothing can be added to it`, {
      code: 'TARGET_MODE_UNSUPPORTED',
      action:
        'Load into a folder of Parquet files, as in --to out/ --format parquet, or run with --mode overwrite.',
    });
  }
  return openParquet(file, request, path, scratch);
};
