import { capabilitiesOf, type ConnectorEntry } from '../../host/connectors/connector-entry.js';
import { ConnectorLoader } from '../../host/connectors/connector-loader.js';
import { ConnectorOpener } from '../../host/connectors/connector-opener.js';
import { ConnectorRegistry } from '../../host/connectors/connector-registry.js';
import { describeDimensions } from '../../host/partition-runner/describe-dimensions.js';
import { dimensionsText } from '../../host/partition-runner/dimensions-text.js';
import { isHostError } from '../../sdk/errors.js';
import type { ParamDefinition } from '../../sdk/manifest.js';
import type { Partitioning } from '../../sdk/partitioning.js';
import type { Io } from '../io.js';
import { openHost } from '../open-host.js';
import type { CommonOptions } from '../options.js';
import { printError } from '../output/print-error.js';
import { safeLines, safeText } from '../output/safe-text.js';
import { textTable } from '../output/text-table.js';
import { withoutCredentials } from '../output/without-credentials.js';
import { entryJson } from './list.js';

/** Options of `host describe`. */
export type DescribeOptions = CommonOptions;

/**
 * `host describe`: what a connector can do, and its parameters. Loads the class, so a broken one shows here: its
 * error follows the description and decides the exit code. A Python connector is described all the same.
 */
export async function describe(id: string, options: DescribeOptions, io: Io): Promise<number> {
  const container = openHost(options, io);
  const found = await container.get(ConnectorRegistry).find(id);
  const error = found.error ?? (await loadError(container.get(ConnectorLoader), found));
  const entry = error ? { ...found, error } : found;
  const dimensions = error ? undefined : await describeDimensions(entry, container.get(ConnectorOpener));
  if (options.json) {
    io.print(
      JSON.stringify(
        withoutCredentials({
          ...entryJson(entry),
          stateVersion: entry.manifest.stateVersion ?? 1,
          ...(dimensions ? { dimensions } : {}),
          params: (entry.manifest.params ?? []).filter(hasName).map(withoutSecret),
        }),
      ),
    );
  } else print(entry, dimensions, io);
  if (!error || error.code === 'PYTHON_CONNECTOR') return 0;
  printError(error, io, options.verbose ?? false);
  return error.exitCode;
}

async function loadError(loader: ConnectorLoader, entry: ConnectorEntry): Promise<ConnectorEntry['error']> {
  try {
    await loader.load(entry);
    return undefined;
  } catch (error) {
    if (isHostError(error)) return error;
    throw error;
  }
}

function print(
  { id, folder, manifest, language, error, plugin }: ConnectorEntry,
  dimensions: Partitioning['dimensions'] | undefined,
  io: Io,
): void {
  const { label, description } = withoutCredentials(manifest.meta ?? {});
  const { readable, writable, canCountRecords, supportAppend, partitioningMode } = capabilitiesOf(manifest);
  const abilities = [
    readable ? 'can be read' : '',
    writable ? `can be written (${supportAppend ? 'overwrite, append' : 'overwrite'})` : '',
    canCountRecords ? 'can count its rows' : '',
    partitioningMode === 'NOT_PARTITIONABLE' ? '' : `partitions: ${partitioningMode}`,
  ];
  io.print(safeText([id, label].filter((part) => part !== undefined && part !== '').join(': '), Infinity));
  if (description) io.print(safeLines(description));
  io.print(`folder: ${safeText(folder, Infinity)}`);
  io.print(`language: ${language ?? 'none'}`);
  if (error?.code === 'PYTHON_CONNECTOR') io.print(safeLines(error.message));
  io.print(safeText(abilities.filter((ability) => ability !== '').join('; '), Infinity));
  if (dimensions) io.print(`dimensions: ${safeText(dimensionsText({ dimensions }), Infinity)}`);
  if (manifest.stateVersion !== undefined) io.print(`version of its state: ${manifest.stateVersion}`);
  const own = (manifest.params ?? []).filter(hasName);
  const shared = (plugin.manifest?.params ?? []).filter(hasName);
  const params = withoutCredentials([
    ...own,
    ...shared.map((param) => ({ ...param, name: `plugin.${param.name}` })),
  ]);
  if (params.length === 0) {
    io.print('no parameters');
    return;
  }
  io.print('');
  // Notes are read, not scanned, so they are shown whole.
  io.print(
    textTable(['parameter', 'type', 'default', 'notes'], params.map(withoutSecret).map(paramRow), Infinity),
  );
}

function hasName(param: ParamDefinition): param is ParamDefinition & { name: string } {
  return param.name !== undefined && param.type !== 'SEPARATOR';
}

function withoutSecret<Param extends ParamDefinition>(param: Param): Param {
  const isSecret = param.type === 'PASSWORD' && param.defaultValue !== undefined;
  return isSecret ? { ...param, defaultValue: '***' } : param;
}

function paramRow(param: ParamDefinition & { name: string }): string[] {
  const { name, type, mandatory, defaultValue, description, label } = param;
  const notes = [
    mandatory === true || mandatory === 'true' ? 'mandatory' : '',
    param.selectChoices ? `one of ${param.selectChoices.map(({ value }) => String(value)).join(', ')}` : '',
    range(param.minI ?? param.minD, param.maxI ?? param.maxD),
    typeof param.visibilityCondition === 'string' ? `if ${param.visibilityCondition}` : '',
    description ?? label ?? '',
  ];
  const shown = defaultValue === undefined ? '' : JSON.stringify(defaultValue);
  return [name, type, shown, notes.filter((note) => note !== '').join('; ')];
}

function range(min: number | undefined, max: number | undefined): string {
  if (min === undefined && max === undefined) return '';
  if (max === undefined) return `at least ${min ?? ''}`;
  return min === undefined ? `at most ${max}` : `${min} to ${max}`;
}
