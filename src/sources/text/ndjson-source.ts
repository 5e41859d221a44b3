import { defaultTableOfFile, sourceId } from '../source-text.js';
import type { OpenSourceOptions, Source } from '../source.js';
import { NdjsonConnector } from './ndjson-connector.js';

/**
 * Opens a file of JSON lines.
 *
 * @param label the file, as the user wrote it
 * @param path where it really is
 */
export async function openNdjson(label: string, path: string, options: OpenSourceOptions): Promise<Source> {
  return {
    label: `file "${label}"`,
    id: sourceId(path),
    path,
    defaultTable: defaultTableOfFile(path),
    create: () => new NdjsonConnector({ label, path, choice: options }),
  };
}
