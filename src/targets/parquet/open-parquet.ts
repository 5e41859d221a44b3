import type { OpenFileTable } from '../files/file-table.js';

/** Opens a table in a file that is written anew. DuckDB is loaded only here. */
export const openParquet: OpenFileTable = async (file, request, path, scratch) => {
  const { ParquetStage } = await import('./parquet-stage.js');
  const { ParquetTable } = await import('./parquet-table.js');
  const stage = await scratch.share((folder, signal) => ParquetStage.start(folder, signal));
  return ParquetTable.open(file, request, path, stage);
};
