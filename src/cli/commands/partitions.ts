import {
  PartitionsService,
  type ListedPartition,
  type PartitionList,
} from '../../host/partition-runner/partitions-service.js';
import { dimensionsText } from '../../host/partition-runner/dimensions-text.js';
import { RunResolver } from '../../host/pipelines/files/run-resolver.js';
import type { Io } from '../io.js';
import { openHost } from '../open-host.js';
import { readLimit, type ConfigOptions } from '../options.js';
import { safeText } from '../output/safe-text.js';
import { textTable } from '../output/text-table.js';
import { readPartitionsSpec, type PartitionOptions } from '../read-partitions-spec.js';
import { readLockTimeout } from '../read-run-spec.js';

/** Options of `host partitions`. */
export interface PartitionsOptions extends ConfigOptions, PartitionOptions {
  readonly limit: string;
  readonly counts?: boolean;
  readonly to?: string;
  readonly table?: string;
  readonly name?: string;
  readonly pgSchema?: string;
  readonly stateDir?: string;
  readonly lockTimeout?: string;
}

/** `host partitions`: which partitions a selection means, and what became of each. Reads no rows. */
export async function partitions(
  source: string,
  options: PartitionsOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const { config: configFile, set: sets, to, table, name, pgSchema, counts: hasCounts = false } = options;
  const limit = readLimit(options.limit) as number;
  const container = openHost(options, io);
  const given = { source, configFile, sets, to, table, name, pgSchema, ...readPartitionsSpec(options) };
  const resolved = await container.get(RunResolver).resolve(given);
  const spec = { ...resolved, lockTimeout: readLockTimeout(options, io) };
  const list = await container.get(PartitionsService).list({ spec, limit, hasCounts }, signal);
  if (options.json) io.print(JSON.stringify(list));
  else print(list, hasCounts, options.quiet ?? false, io);
  return 0;
}

function print(list: PartitionList, hasCounts: boolean, isQuiet: boolean, io: Io): void {
  const { latest, total, notThere, partitions: shown, pipeline, target, warnings } = list;
  io.print(
    `partitions of ${safeText(pipeline, Infinity)} in ${target}, by ${safeText(dimensionsText(list), Infinity)}`,
  );
  if (latest !== undefined)
    io.print(`latest is ${safeText(latest, Infinity)}${total === 1 ? '' : `, with ${total} partitions`}`);
  if (shown.length > 0) {
    const hasErrors = shown.some(({ code }) => code !== null);
    const header = ['partition', 'status', 'rows', 'when'];
    if (hasCounts) header.push('at the source');
    if (hasErrors) header.push('code', 'what happened');
    io.print(
      textTable(
        header,
        shown.map((each) => cellsOf(each, hasCounts, hasErrors)),
      ),
    );
  } else io.print('none is chosen');
  if (total > shown.length) io.print(`and ${total - shown.length} more; --limit shows them`);
  if (notThere > 0) io.print(`${notThere} that were named are not there`);
  if (isQuiet) return;
  for (const warning of warnings)
    io.printError(`${io.colors.yellow('warning:')} ${safeText(warning, Infinity)}`);
}

function cellsOf(each: ListedPartition, hasCounts: boolean, hasErrors: boolean): string[] {
  const { partition, status, rows, endedAt, count, code, message } = each;
  return [
    partition,
    status ?? 'not loaded',
    rows === null ? '' : String(rows),
    endedAt ?? '',
    ...(hasCounts ? [String(count ?? '')] : []),
    ...(hasErrors ? [code ?? '', message ?? ''] : []),
  ];
}
