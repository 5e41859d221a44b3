import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { quoteText, withoutPatterns } from '../../targets/duckdb/sql.js';
import { SelectConnector } from '../duckdb/select-connector.js';
import { defaultTableOfFile, sourceId } from '../source-text.js';
import type { OpenSourceOptions, Source } from '../source.js';

/** Memory that a sort by the cursor may take; what goes beyond it lies in a temporary folder. */
const MEMORY = '512MB';

/**
 * Opens a Parquet file, which a database in memory reads.
 *
 * @param label the file, as the user wrote it
 * @param path where it really is
 */
export async function openParquet(label: string, path: string, options: OpenSourceOptions): Promise<Source> {
  const { didYouMean } = options;
  const spillFolder = await mkdtemp(join(tmpdir(), 'connector-host-'));
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY,
    temp_directory: spillFolder,
  });
  // The names of its folders are no columns of the file.
  const from = `read_parquet(${quoteText(withoutPatterns(path))}, hive_partitioning = false)`;
  return {
    label: `file "${label}"`,
    id: sourceId(path),
    path,
    defaultTable: defaultTableOfFile(path),
    create: (signal) =>
      new SelectConnector({
        instance,
        label,
        choice: options,
        isReadOnly: true,
        select: async () => ({ from, primaryKey: [], isScan: true }),
        didYouMean,
        signal,
      }),
    close: async () => {
      instance.closeSync();
      await rm(spillFolder, { recursive: true, force: true });
    },
  };
}
