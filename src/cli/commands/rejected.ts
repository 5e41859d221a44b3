import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { unreadableReason } from '../../host/config/read-config-file.js';
import {
  RejectedService,
  type RejectedQuery,
  type RetryResult,
} from '../../host/pipelines/rejected-service.js';
import { ConfigError } from '../../sdk/errors.js';
import { parseJson } from '../../sdk/parse-json.js';
import type { Row } from '../../sdk/schema.js';
import { RunProgress } from '../../sync/run-progress.js';
import type { KeptRow } from '../../targets/target.js';
import { jsonText } from '../../targets/values/json-text.js';
import type { Io } from '../io.js';
import { openHost } from '../open-host.js';
import { usageError } from '../options.js';
import { duration, rowCount } from '../output/numbers.js';
import { printError } from '../output/print-error.js';
import { safeText } from '../output/safe-text.js';
import { textTable } from '../output/text-table.js';
import { readLockTimeout } from '../read-run-spec.js';
import type { PipelineOptions } from './state.js';

/** Options of `host rejected ...`. */
export interface RejectedOptions extends PipelineOptions {
  readonly id: readonly string[];
  readonly partition?: string;
}

/** Options of `host rejected retry`. */
export interface RetryOptions extends RejectedOptions {
  readonly rows?: string;
  readonly toConfig?: string;
  readonly toSet: readonly string[];
}

/** Options of `host rejected drop`. */
export interface DropOptions extends RejectedOptions {
  readonly all?: boolean;
}

/** Exit code of a retry whose rows were refused again, as of a run that ends with a bad row. */
const REFUSED_AGAIN = 5;

/** `host rejected list`: where the rows are from and what is wrong with them. Never their values. */
export async function listRejected(
  pipeline: string,
  options: RejectedOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const rows: Omit<KeptRow, 'row'>[] = [];
  const target = await serviceOf(options, io).each(queryOf(pipeline, options, io), signal, (page) => {
    for (const kept of page) rows.push(factsOf(kept));
  });
  if (options.json) io.print(JSON.stringify({ pipeline, target, rows }));
  else if (rows.length === 0) io.print(`no rejected rows of ${safeText(pipeline, Infinity)} in ${target}`);
  else io.print(tableOf(rows));
  return 0;
}

/** `host rejected show`: the rows, one JSON object a line. */
export async function showRejected(
  pipeline: string,
  options: RejectedOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const all: string[] = [];
  const target = await serviceOf(options, io).each(queryOf(pipeline, options, io), signal, (rows) => {
    for (const kept of rows) {
      const line = jsonText(kept) ?? '';
      if (options.json) all.push(line);
      else io.print(line);
    }
  });
  if (options.json) {
    io.print(
      `{"pipeline":${JSON.stringify(pipeline)},"target":${JSON.stringify(target)},"rows":[${all.join(',')}]}`,
    );
  }
  return 0;
}

/** `host rejected retry`: gives the rows to the target of the pipeline once more. */
export async function retryRejected(
  pipeline: string,
  options: RetryOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const edited = options.rows === undefined ? undefined : await readRows(options.rows, io.cwd);
  const query = {
    ...queryOf(pipeline, options, io),
    toConfig: { configFile: options.toConfig, sets: options.toSet },
    edited,
  };
  const progress = new RunProgress();
  const result = await serviceOf(options, io).retry(query, { signal, progress });
  if (!result) {
    if (!options.quiet) io.printError(`there are no rejected rows of ${safeText(pipeline, Infinity)}`);
    return 0;
  }
  const { report, error, refused } = result;
  if (options.json) io.print(JSON.stringify(report));
  if (error) {
    printError(error, io, options.verbose ?? false);
    return error.exitCode;
  }
  if (!options.quiet && !options.json) printRetry(result, io);
  return refused > 0 ? REFUSED_AGAIN : 0;
}

/** `host rejected drop`: forgets rows. */
export async function dropRejected(
  pipeline: string,
  options: DropOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const isChosen = options.id.length > 0 || options.partition !== undefined;
  if (isChosen === (options.all === true)) {
    throw usageError(
      'which rows are to be forgotten is not said',
      'Name them with --id or --partition, or forget every row of the pipeline with --all.',
    );
  }
  const { target, rows } = await serviceOf(options, io).drop(queryOf(pipeline, options, io), signal);
  if (options.json) io.print(JSON.stringify({ pipeline, target, rows }));
  else if (!options.quiet) {
    io.printError(`${io.colors.green('done:')} forgot ${rowCount(rows)} of ${safeText(pipeline, Infinity)}`);
  }
  return 0;
}

function serviceOf(options: RejectedOptions, io: Io): RejectedService {
  return openHost(options, io).get(RejectedService);
}

function queryOf(pipeline: string, options: RejectedOptions, io: Io): RejectedQuery {
  const { to, id, partition } = options;
  const ids = id.length > 0 ? id : undefined;
  return { pipeline, to, lockTimeout: readLockTimeout(options, io), ids, partition };
}

function printRetry({ report, target, taken }: RetryResult, io: Io): void {
  const { green, yellow } = io.colors;
  io.printError(`${green('done:')} ${rowCount(taken)} to ${target} in ${duration(report.seconds)}`);
  for (const warning of report.warnings) io.printError(`${yellow('warning:')} ${warning}`);
}

/** What is known of a row, without the row and what only a retry needs. */
function factsOf(kept: KeptRow): Omit<KeptRow, 'row'> {
  const facts: { -readonly [Name in keyof KeptRow]?: KeptRow[Name] } = { ...kept };
  delete facts.row;
  delete facts.schema;
  delete facts.isLogged;
  delete facts.isReplacing;
  return facts as Omit<KeptRow, 'row'>;
}

/** Partitions have a column where there are any. */
function tableOf(rows: readonly Omit<KeptRow, 'row'>[]): string {
  const hasPartitions = rows.some(({ partition }) => partition !== undefined);
  const ifAny = (cell: string): string[] => (hasPartitions ? [cell] : []);
  return textTable(
    ['id', ...ifAny('partition'), 'table', 'row', 'operation', 'code', 'reason', 'attempts', 'kept'],
    rows.map(({ id, partition = '', table, number, operation, code, reason, attempts, rejectedAt }) => [
      id,
      ...ifAny(partition),
      table,
      String(number),
      operation,
      code,
      reason,
      String(attempts),
      rejectedAt,
    ]),
    Infinity,
  );
}

/** Rows by id. Of each line only the id and the row count. */
async function readRows(file: string, cwd: string): Promise<Map<string, Row>> {
  let text: string;
  try {
    text = await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw new ConfigError(`file ${file} ${unreadableReason(error)}`, {
      code: 'CONFIG_FILE_UNREADABLE',
      details: { file },
      cause: error,
    });
  }
  const rows = new Map<string, Row>();
  for (const [i, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const { id, row } = readLine(line) ?? {};
    if (typeof id !== 'string' || typeof row !== 'object' || row === null || Array.isArray(row)) {
      throw new ConfigError(`file ${file}: line ${i + 1} is no object with an "id" and a "row"`, {
        code: 'CONFIG_FILE_INVALID',
        action: 'Give lines as `host rejected show` prints them.',
        details: { file, line: i + 1 },
      });
    }
    rows.set(id, row as Row);
  }
  return rows;
}

/** Undefined: it is no JSON, or no object. */
function readLine(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = parseJson(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
