import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import { ConfigError, ConnectorError, type HostError } from '../../sdk/errors.js';
import { readConnectorManifest } from '../manifest/read-manifest.js';
import type { Plugin } from '../plugins/plugin.js';
import type { ConnectorEntry } from './connector-entry.js';

const SOURCES = [
  ['connector.ts', 'typescript'],
  ['connector.mjs', 'javascript'],
  ['connector.js', 'javascript'],
] as const;

/** Reads one connector's folder without loading its code. What is wrong with it is in the entry, never thrown. */
export async function readConnectorFolder(folder: string, plugin: Plugin): Promise<ConnectorEntry> {
  const id = basename(folder);
  const source = SOURCES.find(([file]) => existsSync(join(folder, file)));
  const isPython = !source && existsSync(join(folder, 'connector.py'));
  const manifestFile = join(folder, 'connector.json');
  const result = await readConnectorManifest(manifestFile);
  const warnings: string[] = [];

  let error: HostError | undefined;
  if ('problems' in result) {
    const { problems, line, columnNumber } = result;
    error = new ConnectorError(`${manifestFile}: ${problems.join('; ')}`, {
      code: 'CONNECTOR_MANIFEST_INVALID',
      details: {
        connector: id,
        file: manifestFile,
        problems,
        ...(line === undefined ? {} : { line }),
        ...(columnNumber === undefined ? {} : { columnNumber }),
      },
    });
  }
  const misnamed = breaksNamingRule(id, plugin);
  if (misnamed && isPython) warnings.push(misnamed);
  else if (misnamed)
    error ??= new ConnectorError(misnamed, { code: 'CONNECTOR_NAME_INVALID', details: { connector: id } });
  if (isPython) {
    error ??= new ConfigError(
      `connector "${id}" is written in Python; Python connectors are not supported yet`,
      {
        code: 'PYTHON_CONNECTOR',
        details: { connector: id },
      },
    );
  } else if (!source) {
    error ??= new ConnectorError(`connector "${id}" has no connector.ts, connector.mjs or connector.js`, {
      code: 'CONNECTOR_LOAD_FAILED',
      action: `Write the connector's class in ${join(folder, 'connector.ts')}.`,
      details: { connector: id },
    });
  }
  return {
    id,
    folder,
    plugin,
    manifest: 'manifest' in result ? result.manifest : {},
    file: source ? join(folder, source[0]) : null,
    language: source?.[1] ?? (isPython ? 'python' : null),
    warnings,
    ...(error ? { error } : {}),
  };
}

/** A sentence where the folder's name does not begin with the plugin's id. */
function breaksNamingRule(id: string, plugin: Plugin): string | undefined {
  const prefix = plugin.manifest?.id;
  if (prefix === undefined || id.startsWith(`${prefix}-`) || id.startsWith(`${prefix}_`)) return undefined;
  return `connector "${id}" does not begin with the id of its plugin, "${prefix}", followed by - or _`;
}
