import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse, stringify } from 'lossless-json';
import { unreadableReason } from '../../host/config/read-config-file.js';
import {
  PipelineService,
  type OnePipeline,
  type PipelineState,
  type StateChange,
} from '../../host/pipelines/pipeline-service.js';
import { ConfigError } from '../../sdk/errors.js';
import { parseJson } from '../../sdk/parse-json.js';
import { stateText } from '../../sync/state-text.js';
import type { Io } from '../io.js';
import { openHost } from '../open-host.js';
import { readCount, usageError, type CommonOptions } from '../options.js';
import { safeLines, safeText } from '../output/safe-text.js';
import { textTable } from '../output/text-table.js';
import { readLockTimeout } from '../read-run-spec.js';

/** Options of the commands that look at pipelines. */
export interface PipelineOptions extends CommonOptions {
  readonly to?: string;
  readonly pgSchema?: string;
  readonly stateDir?: string;
  readonly lockTimeout?: string;
  readonly envFile?: string;
  readonly partition?: string;
}

/** `host state show`: what a pipeline has saved, and what it had before. */
export async function showState(
  pipeline: string,
  options: PipelineOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const shown = await serviceOf(options, io).show(queryOf(pipeline, options, io), signal);
  if (options.json) io.print(stringify(stateJson(shown)) ?? '');
  else printState(shown, io);
  return 0;
}

/** `host state reset`: forgets the state, so that the next run reads everything. */
export async function resetState(
  pipeline: string,
  options: PipelineOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const query = queryOf(pipeline, options, io);
  const change = await serviceOf(options, io).replace(query, null, 'host state reset', signal);
  report(change, 'cleared', options, io, [
    'The next run reads everything. Tables that it merges or replaces come out right;',
    'one that it appends to gets every row again, unless it runs with --full-refresh.',
  ]);
  return 0;
}

/** `host state set`: puts another state in the place of the saved one. */
export async function setState(
  pipeline: string,
  text: string,
  options: PipelineOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const state = await readState(text, io.cwd);
  const query = queryOf(pipeline, options, io);
  const change = await serviceOf(options, io).replace(query, state, 'host state set', signal);
  report(change, 'set', options, io, ['`host state restore` takes it back.']);
  return 0;
}

/** `host state restore`: makes an earlier state the current one. */
export async function restoreState(
  pipeline: string,
  version: string | undefined,
  options: PipelineOptions,
  io: Io,
  signal: AbortSignal,
): Promise<number> {
  const number = readCount('VERSION', version, Number.MAX_SAFE_INTEGER);
  const change = await serviceOf(options, io).restore(queryOf(pipeline, options, io), number, signal);
  report(change, 'restored', options, io, []);
  return 0;
}

function serviceOf(options: PipelineOptions, io: Io): PipelineService {
  return openHost(options, io).get(PipelineService);
}

function queryOf(pipeline: string, options: PipelineOptions, io: Io): OnePipeline {
  const { to, pgSchema, partition } = options;
  return { pipeline, to, pgSchema, partition, lockTimeout: readLockTimeout(options, io) };
}

function report(
  change: StateChange,
  done: string,
  { json, quiet }: PipelineOptions,
  io: Io,
  notes: readonly string[],
): void {
  const { pipeline, target, version } = change;
  if (json) {
    io.print(JSON.stringify(change));
    return;
  }
  if (quiet) return;
  const name = safeText(pipeline, Infinity);
  io.printError(
    `${io.colors.green('done:')} ${done} the state of ${name} in ${target}, now version ${version}`,
  );
  for (const note of notes) io.printError(`  ${note}`);
}

/** Numbers keep every digit that was saved. */
function stateJson({ pipeline, target, current, history }: PipelineState): object {
  const { state, version, format, run = null, savedAt = null } = current;
  return {
    pipeline,
    target,
    version,
    format,
    savedAt,
    run,
    state: state === null ? null : parse(state),
    history: history.map((past) => ({ ...past, state: parse(past.state) })),
  };
}

function printState({ pipeline, target, current, history }: PipelineState, io: Io): void {
  const { state, version, run, savedAt } = current;
  io.print(`pipeline: ${safeText(pipeline, Infinity)}`);
  io.print(`target: ${target}`);
  const from = [savedAt, run === undefined ? undefined : `by ${safeText(run, Infinity)}`];
  io.print(`version: ${[version, ...from].filter((part) => part !== undefined).join(' ')}`);
  io.print('state:');
  io.print(state === null ? 'none' : safeLines(stringify(parse(state), null, 2) ?? ''));
  if (history.length === 0) return;
  io.print('');
  io.print(
    textTable(
      ['earlier version', 'saved', 'by'],
      history.map((past) => [String(past.version), past.savedAt, past.run]),
    ),
  );
}

/** @returns JSON text of an object */
async function readState(text: string, cwd: string): Promise<string> {
  const isFile = text.startsWith('@');
  const json = isFile ? await readStateFile(text.slice(1), cwd) : text;
  let value: unknown;
  try {
    value = parseJson(json);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw usageError(
      `the state${isFile ? ` in ${text.slice(1)}` : ''} is not JSON`,
      'Give an object as JSON, or a file of one as @FILE.',
    );
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return stateText(value);
  throw usageError('a state must be a JSON object', `Give an object, as in '{"cursor": "2026-01-01"}'.`);
}

async function readStateFile(file: string, cwd: string): Promise<string> {
  try {
    return await readFile(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw new ConfigError(`file ${file} ${unreadableReason(error)}`, {
      code: 'CONFIG_FILE_UNREADABLE',
      details: { file },
      cause: error,
    });
  }
}
