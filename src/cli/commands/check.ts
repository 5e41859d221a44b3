import type { CheckResult } from '../../host/check/check.js';
import { CheckService, type CheckReport } from '../../host/check/check-service.js';
import { RunResolver } from '../../host/pipelines/files/run-resolver.js';
import type { Io } from '../io.js';
import { openHost } from '../open-host.js';
import { readLimit, type ConfigOptions } from '../options.js';
import { printError } from '../output/print-error.js';
import { readPartitionsSpec, type PartitionOptions } from '../read-partitions-spec.js';
import { safeText } from '../output/safe-text.js';

/** Options of `host check`. */
export interface CheckOptions extends ConfigOptions, PartitionOptions {
  readonly limit?: string;
}

const MARKS = { ok: '✓', warning: '!', failed: '✗', skipped: '-' } as const;
/** The longest name of a check has so many characters. */
const NAME_WIDTH = 10;
/** Below what was seen. */
const INDENT = ' '.repeat(NAME_WIDTH + 4);

/** `host check`: holds a connector against the contract, a line for each check. Stores nothing. */
export async function check(id: string, options: CheckOptions, io: Io, signal: AbortSignal): Promise<number> {
  const { config: configFile, set: sets, json, quiet, verbose } = options;
  const container = openHost(options, io);
  const spec = await container
    .get(RunResolver)
    .resolve({ source: id, configFile, sets, ...readPartitionsSpec(options) });
  const { report, error } = await container.get(CheckService).check(
    { ...spec, connector: spec.source, limit: readLimit(options.limit) },
    {
      signal,
      onResult: (result) => {
        if (!json && !(quiet && result.status !== 'failed')) io.print(resultText(result));
      },
    },
  );
  if (json) io.print(JSON.stringify(report));
  else if (!quiet) io.print(countsText(report));
  if (error && verbose) printError(error, io, true);
  return error?.exitCode ?? 0;
}

function resultText({ name, status, seen, action, code }: CheckResult): string {
  const [first = '', ...more] = seen.split('\n');
  const mend = action === null ? [] : [code === null ? action : `${action} (${code})`];
  return [`${MARKS[status]} ${name.padEnd(NAME_WIDTH)}  ${shown(first)}`]
    .concat([...more, ...mend].map((line) => `${INDENT}${shown(line)}`))
    .join('\n');
}

function shown(line: string): string {
  return safeText(line, Infinity);
}

/** `7 ok, 1 warning, 1 failed`: what did not occur is left out. */
function countsText({ counts }: CheckReport): string {
  return Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => `${count} ${status === 'warning' && count > 1 ? 'warnings' : status}`)
    .join(', ');
}
