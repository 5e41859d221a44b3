import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import type { ConnectorManifest, PluginManifest } from '../../sdk/manifest.js';
import { LenientJsonError, readLenientJson } from '../json/read-lenient-json.js';
import { validateManifest, type ManifestKind } from './validate-manifest.js';
import { withoutNulls } from './without-nulls.js';

/** What a manifest's file holds: the manifest, or why it cannot be used. */
export type ManifestResult<Manifest> =
  | { readonly manifest: Manifest }
  | {
      /** Every problem, one sentence each, without the file's folder. */
      readonly problems: readonly string[];
      /** Where the file stops being JSON, from 1; absent for every other problem. */
      readonly line?: number;
      readonly columnNumber?: number;
    };

/** Reads a connector.json leniently. A bad file is a result, never an exception, so that it cannot hide good ones. */
export function readConnectorManifest(file: string): Promise<ManifestResult<ConnectorManifest>> {
  return readManifest<ConnectorManifest>('connector', file);
}

/** Reads a plugin.json leniently; see {@link readConnectorManifest}. */
export function readPluginManifest(file: string): Promise<ManifestResult<PluginManifest>> {
  return readManifest<PluginManifest>('plugin', file);
}

async function readManifest<Manifest>(kind: ManifestKind, file: string): Promise<ManifestResult<Manifest>> {
  const name = basename(file);
  let text: string;
  try {
    // A named pipe would be waited for without end.
    if (!(await stat(file)).isFile()) return { problems: [`${name} is not a file`] };
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return {
      problems: [code === 'ENOENT' ? `${name} is missing` : `${name} cannot be read (${code ?? 'unknown'})`],
    };
  }
  let value: unknown;
  try {
    value = await readLenientJson(text);
  } catch (error) {
    if (!(error instanceof LenientJsonError)) throw error;
    const { message, line, column } = error;
    return { problems: [`${name} is not JSON: ${message} at ${line}:${column}`], line, columnNumber: column };
  }
  const problems = await validateManifest(kind, value);
  return problems.length > 0 ? { problems } : { manifest: withoutNulls(value as object) as Manifest };
}
