import { capabilitiesOf, type ConnectorEntry } from '../../host/connectors/connector-entry.js';
import { ConnectorRegistry } from '../../host/connectors/connector-registry.js';
import type { PipelineFile } from '../../host/pipelines/files/pipeline-file.js';
import { PipelineRegistry } from '../../host/pipelines/files/pipeline-registry.js';
import type { HostError } from '../../sdk/errors.js';
import { DEFAULT_TARGET } from '../../targets/open-target.js';
import type { Io } from '../io.js';
import { openHost } from '../open-host.js';
import type { CommonOptions } from '../options.js';
import { safeLines, safeText } from '../output/safe-text.js';
import { textTable } from '../output/text-table.js';
import { withoutCredentials } from '../output/without-credentials.js';

/** `host list`: every connector found, and the broken ones with the reason. A broken one does not fail the command. */
export async function list(options: CommonOptions, io: Io): Promise<number> {
  const container = openHost(options, io);
  const { plugins, connectors } = await container.get(ConnectorRegistry).scan();
  const pipelines = await container.get(PipelineRegistry).all();
  if (options.json) {
    io.print(
      JSON.stringify(
        withoutCredentials({
          plugins: plugins.map(({ root, manifest, error }) => ({
            id: manifest?.id ?? null,
            version: manifest?.version ?? null,
            root,
            error: errorJson(error),
          })),
          connectors: connectors.map(entryJson),
          pipelines: pipelines.map(pipelineJson),
        }),
      ),
    );
    return 0;
  }
  for (const { error } of plugins)
    if (error) io.printError(`${io.colors.yellow('warning:')} ${shown(error.message)}`);
  for (const { root, manifest } of plugins)
    io.print(safeText(`plugin ${manifest?.id ?? '(without an id)'} in ${root}`, Infinity));
  const rows = connectors.map((entry) => [
    entry.id,
    uses(entry),
    withoutCredentials(entry.manifest.meta?.label ?? ''),
  ]);
  io.print(rows.length > 0 ? textTable(['connector', 'can', 'label'], rows) : 'no connectors found');
  for (const { id, error, warnings } of connectors) {
    if (error) io.print(shown(`${id}: ${error.message}`));
    for (const warning of warnings) io.print(shown(`${id}: ${warning}`));
  }
  if (pipelines.length === 0) return 0;
  io.print('');
  io.print(textTable(['pipeline', 'source', 'to', 'description'], pipelines.map(pipelineCells)));
  for (const { error } of pipelines) if (error) io.print(shown(error.message));
  return 0;
}

/** A message as a terminal may get it. */
function shown(message: string): string {
  return safeLines(withoutCredentials(message));
}

/** What `--json` says of a connector. */
export function entryJson(entry: ConnectorEntry): object {
  const { id, folder, language, manifest, error, warnings } = entry;
  const { label, description } = manifest.meta ?? {};
  return {
    id,
    label: label ?? null,
    description: description ?? null,
    folder,
    language,
    ...capabilitiesOf(manifest),
    error: errorJson(error),
    warnings,
  };
}

/** As the file has it: what the environment gives is not asked for. */
function pipelineJson({ name, path, fields, error }: PipelineFile): object {
  const { description = null, source = null, to = null, schedule = null } = fields;
  return { name, file: path, description, source, to, schedule, error: errorJson(error) };
}

function pipelineCells({ name, fields, error }: PipelineFile): string[] {
  const { source, to = error ? '' : DEFAULT_TARGET, description } = fields;
  const texts = [error ? 'broken' : source, to, description].map((value) =>
    typeof value === 'string' ? value : '',
  );
  return [name, ...texts.map((text) => withoutCredentials(text))];
}

function errorJson(error: HostError | undefined): object | null {
  return error ? { code: error.code, message: error.message, action: error.action } : null;
}

function uses({ manifest, error, language }: ConnectorEntry): string {
  if (language === 'python') return 'python';
  if (error) return 'broken';
  const { readable, writable } = capabilitiesOf(manifest);
  return [readable ? 'read' : '', writable ? 'write' : ''].filter((use) => use !== '').join(', ');
}
