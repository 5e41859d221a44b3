import { defaultTableOfFile, sourceId } from '../source-text.js';
import type { OpenSourceOptions, Source } from '../source.js';
import { CsvConnector } from './csv-connector.js';

const TABS = /\.tsv(?:\.gz)?$/i;

/**
 * Opens a CSV file, or one with tabs between its fields.
 *
 * @param label the file, as the user wrote it
 * @param path where it really is
 */
export async function openCsv(label: string, path: string, options: OpenSourceOptions): Promise<Source> {
  const { didYouMean } = options;
  return {
    label: `file "${label}"`,
    id: sourceId(path),
    path,
    defaultTable: defaultTableOfFile(path),
    create: (signal) =>
      new CsvConnector({
        label,
        path,
        delimiter: TABS.test(label) ? '\t' : ',',
        choice: options,
        didYouMean,
        signal,
      }),
  };
}
