import { openCsv } from '../csv/open-csv.js';
import type { FilePlaces } from '../files/file-places.js';
import type { OpenFileTable } from '../files/file-table.js';
import { FilesTarget, type FileTargetOptions } from '../files/files-target.js';
import { JournalStore } from '../journal/journal-store.js';
import { JsonlTable } from '../jsonl/jsonl-table.js';
import { openParquet } from '../parquet/open-parquet.js';
import { PARQUET_BATCH_ROWS } from '../parquet/parquet-target.js';
import { PartFiles } from '../parquet/part-files.js';
import type { PartitionLedger } from '../partitions/partition-ledger.js';
import type { PartitionedSession, TargetRun } from '../target.js';
import { beginFolderPartitions } from './begin-folder-partitions.js';
import { lostPartitions } from './lost-partitions.js';
import { PartitionedFolder } from './partitioned-folder.js';
import { TableFiles } from './table-files.js';

/** Formats of the files in a folder; each is also the ending of their names. */
export type FolderFormat = 'csv' | 'ndjson' | 'parquet';

interface Format {
  readonly openTable: OpenFileTable;
  /** Rows can be added to the end of a file. */
  readonly canAppend: boolean;
  readonly places: (folder: string, runId: string) => FilePlaces;
  readonly batchRows?: number;
}

const FORMATS: Readonly<Record<FolderFormat, Format>> = {
  csv: { openTable: openCsv, canAppend: true, places: (folder) => new TableFiles(folder, 'csv') },
  ndjson: {
    openTable: async (file, request) => new JsonlTable(file, request),
    canAppend: true,
    places: (folder) => new TableFiles(folder, 'ndjson'),
  },
  parquet: {
    openTable: openParquet,
    canAppend: false,
    places: (folder, runId) => new PartFiles(folder, runId),
    batchRows: PARQUET_BATCH_ROWS,
  },
};

/**
 * A folder with one file for each table: `out/users.csv`. The files of a run are committed together, each in the way of
 * a target that is one file; Parquet that is added to is a folder of files for each table. A table that is cut into
 * partitions is a folder with one below it for each value of each dimension: `out/rows/day=2026-11-21/part.csv`.
 */
export class FolderTarget extends FilesTarget {
  readonly partitionLedger?: (pipeline: string) => Promise<PartitionLedger>;
  readonly #path: string;
  readonly #format: FolderFormat;
  readonly #options: FileTargetOptions;

  /** @param path of the folder; it need not exist, the one that it lies in must */
  constructor(path: string, format: FolderFormat, options: FileTargetOptions = {}) {
    const { places, ...rest } = FORMATS[format];
    super({ label: path, ...rest, places: (runId) => places(path, runId) }, options);
    this.#path = path;
    this.#format = format;
    this.#options = options;
    const { journalFolder } = options;
    if (journalFolder !== undefined)
      this.partitionLedger = (pipeline) =>
        new JournalStore(journalFolder).partitions(pipeline, lostPartitions(path));
  }

  async beginPartitions(run: TargetRun): Promise<PartitionedSession> {
    const { journalFolder, adopt = false } = this.#options;
    const { openTable, canAppend } = FORMATS[this.#format];
    const { label, capabilities } = this;
    return beginFolderPartitions({
      folder: new PartitionedFolder(this.#path, this.#format),
      run,
      openTable,
      canAppend,
      journalFolder,
      adopt,
      label,
      batchRows: capabilities.batchRows,
    });
  }
}
