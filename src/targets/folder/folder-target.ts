import { openCsv } from '../csv/open-csv.js';
import type { FilePlaces } from '../files/file-places.js';
import type { OpenFileTable } from '../files/file-table.js';
import { FilesTarget, type FileTargetOptions } from '../files/files-target.js';
import { JsonlTable } from '../jsonl/jsonl-table.js';
import { openParquet } from '../parquet/open-parquet.js';
import { PARQUET_BATCH_ROWS } from '../parquet/parquet-target.js';
import { PartFiles } from '../parquet/part-files.js';
import { TableFiles } from './table-files.js';

/** Formats of the files in a folder; each is also the ending of their names. */
export type FolderFormat = 'csv' | 'ndjson' | 'parquet';

interface Format {
  readonly openTable: OpenFileTable;
  readonly places: (folder: string, runId: string) => FilePlaces;
  readonly batchRows?: number;
}

const FORMATS: Readonly<Record<FolderFormat, Format>> = {
  csv: { openTable: openCsv, places: (folder) => new TableFiles(folder, 'csv') },
  ndjson: {
    openTable: async (file, request) => new JsonlTable(file, request),
    places: (folder) => new TableFiles(folder, 'ndjson'),
  },
  parquet: {
    openTable: openParquet,
    places: (folder, runId) => new PartFiles(folder, runId),
    batchRows: PARQUET_BATCH_ROWS,
  },
};

/**
 * A folder with one file for each table: `out/users.csv`. The files of a run are committed together, each in the way of
 * a target that is one file; Parquet that is added to is a folder of files for each table.
 */
export class FolderTarget extends FilesTarget {
  /** @param path of the folder; it need not exist, the one that it lies in must */
  constructor(path: string, format: FolderFormat, options?: FileTargetOptions) {
    const { places, ...rest } = FORMATS[format];
    super({ label: path, ...rest, places: (runId) => places(path, runId) }, options);
  }
}
