import { Writable } from 'node:stream';
import { CheckService, type CheckOutcome } from '../../../src/host/check/check-service.js';
import type { CheckName } from '../../../src/host/check/check-name.js';
import type { CheckResult } from '../../../src/host/check/check.js';
import { createContainer } from '../../../src/host/container.js';
import type { RunSpec } from '../../../src/host/run-spec.js';
import { connectorCode, inTempFolder, pluginFiles } from '../../helpers/temp-plugin.js';

/** A connector to check, and how. */
export interface Checked {
  /** Members of the class; or the whole text of connector.ts in `code`. */
  readonly members?: string;
  readonly code?: string;
  readonly manifest?: object;
  readonly sets?: readonly string[];
  readonly limit?: number;
  readonly partition?: string;
  readonly dimensions?: RunSpec['dimensions'];
  readonly signal?: AbortSignal;
  /** Gets every line that is logged, with its level before it. */
  readonly log?: string[];
  /** Gets the name of each line of the report when it is told. */
  readonly told?: string[];
}

/** What a check found, by name. */
export type Results = Readonly<Record<CheckName, CheckResult>>;

/** Runs all checks on a connector in a temporary plugin, in this process. */
export async function checkConnector(
  checked: Checked,
): Promise<CheckOutcome & { readonly results: Results }> {
  const { members = '', code = connectorCode(members), manifest = {}, sets, limit, log = [], told } = checked;
  const { partition, dimensions } = checked;
  const lineOf =
    (level: string) =>
    (message: string): void =>
      void log.push(`${level} ${message}`);
  const files = pluginFiles('p', { 'p-rows': { manifest, code } });
  const outcome = await inTempFolder(files, (cwd) => {
    const container = createContainer({
      cwd,
      pluginFolders: [],
      stdout: new Writable({ write: (_chunk, _encoding, done) => done() }),
      logger: {
        debug: lineOf('debug'),
        info: lineOf('info'),
        warn: lineOf('warn'),
        error: lineOf('error'),
      },
      importModule: (file) => import(file),
    });
    const signal = checked.signal ?? new AbortController().signal;
    return container
      .get(CheckService)
      .check(
        { connector: 'p-rows', sets, limit, partition, dimensions },
        { signal, onResult: ({ name }) => told?.push(name) },
      );
  });
  const results = Object.fromEntries(outcome.report.checks.map((result) => [result.name, result]));
  return { ...outcome, results: results as Results };
}

/** The status of every check, in order, as `ok ok skipped`. */
export function statuses({ report }: CheckOutcome): string {
  return report.checks.map(({ status }) => status).join(' ');
}
