import { DuckDBInstance } from '@duckdb/node-api';
import { whenFree } from '../../targets/duckdb/when-free.js';
import { refuseTwoChoices } from '../refuse-two-choices.js';
import { defaultTableOfFile, sourceId } from '../source-text.js';
import type { OpenSourceOptions, Source } from '../source.js';
import { checkQuery } from './check-query.js';
import { findTable } from './find-table.js';
import { SelectConnector, type SelectOptions } from './select-connector.js';
import { sourceError } from './source-error.js';

/**
 * Opens a DuckDB database to read one table or query of it.
 *
 * @param label the file, as the user wrote it
 * @param path where it really is
 */
export async function openDatabase(label: string, path: string, options: OpenSourceOptions): Promise<Source> {
  const { fromTable, query, didYouMean, isTarget = false } = options;
  refuseTwoChoices(options);
  const { instance, isReadOnly } = await whenFree(
    () => openInstance(label, path, isTarget),
    options.wait ?? {},
  );
  const select: SelectOptions['select'] = async (connection) => {
    if (query === undefined) {
      const { sql, primaryKey, isView } = await findTable(connection, label, fromTable, didYouMean);
      return { from: sql, primaryKey, isScan: !isView };
    }
    // On lines of its own, so that a comment at its end ends there.
    return { from: `(\n${await checkQuery(connection, query)}\n)`, primaryKey: [], isScan: false };
  };
  return {
    label: `database "${label}"`,
    id: sourceId(path),
    path,
    defaultTable: defaultTableOfFile(path, fromTable),
    create: (signal) =>
      new SelectConnector({ instance, isReadOnly, label, choice: options, select, didYouMean, signal }),
    close: async () => instance.closeSync(),
  };
}

/**
 * One instance for each real file: two instances of one file in a process lose data in silence. A database that is only
 * read is opened so, which other readers may do at the same time.
 */
async function openInstance(
  label: string,
  path: string,
  isTarget: boolean,
): Promise<{ readonly instance: DuckDBInstance; readonly isReadOnly: boolean }> {
  try {
    if (!isTarget) {
      const instance = await DuckDBInstance.fromCache(path, { access_mode: 'READ_ONLY' });
      return { instance, isReadOnly: true };
    }
  } catch (error) {
    const message = String((error as Error | null | undefined)?.message ?? error);
    // Another run of this process writes to it.
    if (!message.includes('different configuration than existing connections'))
      throw sourceError(error, label);
  }
  try {
    return { instance: await DuckDBInstance.fromCache(path), isReadOnly: false };
  } catch (error) {
    throw sourceError(error, label);
  }
}
