import {
  createCursor,
  isHostError,
  withPath,
  type CursorFormat,
  type CursorOptions,
  type CursorType,
  type PaginateOptions,
  type Paging,
} from 'connector-host';
import { NEVER_SENT, pathProblem } from './checks.js';
import { adviseCursor } from './cursor-advice.js';
import type { IncrementalFormat, IncrementalType, RestApiConfig } from './rest-api-config.js';

/** How rows are read from where the last run ended. */
export interface Incremental {
  readonly cursor: Omit<CursorOptions, 'state'>;
  /** Name of the parameter with the lower bound. */
  readonly param: string;
}

type Request = Pick<PaginateOptions, 'method' | 'params' | 'body' | 'paging' | 'url'>;

const TYPES: Readonly<Record<IncrementalType, CursorType>> = {
  auto: 'auto',
  timestamp: 'timestamp',
  epoch_seconds: 'epochSeconds',
  epoch_milliseconds: 'epochMilliseconds',
  number: 'number',
  text: 'text',
};
const FORMATS: Readonly<Record<IncrementalFormat, CursorFormat>> = {
  as_given: 'asGiven',
  iso: 'iso',
  date: 'date',
  epoch_seconds: 'epochSeconds',
  epoch_milliseconds: 'epochMilliseconds',
};

/** What a config says about incremental reads; undefined: nothing. What is wrong is added to `problems`. */
export function readIncremental(
  config: RestApiConfig,
  request: Request,
  problems: string[],
): Incremental | undefined {
  const field = (config.incremental_field ?? '').trim();
  if (field === '') return undefined;
  const param = (config.incremental_param ?? '').trim();
  const start = (config.incremental_start ?? '').trim();
  const type = config.incremental_type ?? 'auto';
  const format = config.incremental_format ?? 'as_given';
  const lookBackSeconds = config.look_back_seconds ?? 0;
  const found = [
    ...fieldProblems(field),
    ...paramProblems(param, request),
    ...timeProblems(type, format, lookBackSeconds),
  ];
  const cursor = {
    field,
    key: config.primary_key ?? [],
    order: config.incremental_order ?? 'unknown',
    type: TYPES[type],
    format: FORMATS[format],
    lookBackSeconds,
    ...(start === '' ? {} : { start }),
    advise: adviseCursor(config),
  };
  if (found.length === 0) found.push(...startProblems(cursor, type));
  problems.push(...found);
  return { cursor, param };
}

function fieldProblems(field: string): string[] {
  const problem = pathProblem(field);
  return problem === undefined ? [] : [`param "incremental_field" ${problem}`];
}

/** A parameter that something else sets too would be overwritten, or sent twice. */
function paramProblems(param: string, { method, params, body, paging, url }: Request): string[] {
  const problem = (what: string): string[] => [`param "incremental_param" ${what}`];
  if (param === '') return problem('is missing; incremental_field needs it');
  if (pagingNames(paging).includes(param)) return problem(`is "${param}", which carries the page already`);
  if (method === 'POST')
    return bodyProblem(body ?? {}, param)
      ? problem('leads through something else than an object of "body"')
      : [];
  if (NEVER_SENT.has(param)) return problem(`is ${param}, which is never sent`);
  const isInEndpoint = new URLSearchParams(url.split('?')[1]).has(param);
  if (!isInEndpoint && !Object.hasOwn(params ?? {}, param)) return [];
  return problem(
    `is "${param}", which "${isInEndpoint ? 'endpoint' : 'query'}" has too: set incremental_start instead`,
  );
}

function pagingNames(paging: Paging): (string | undefined)[] {
  return ['param' in paging ? paging.param : undefined, 'sizeParam' in paging ? paging.sizeParam : undefined];
}

function bodyProblem(body: Readonly<Record<string, unknown>>, param: string): boolean {
  try {
    withPath(body, param, null);
    return false;
  } catch (error) {
    if (error instanceof SyntaxError) return true;
    throw error;
  }
}

function timeProblems(type: IncrementalType, format: IncrementalFormat, lookBackSeconds: number): string[] {
  if (!Number.isFinite(lookBackSeconds) || lookBackSeconds < 0) {
    return [`param "look_back_seconds" must be a number of at least 0 (got ${lookBackSeconds})`];
  }
  if (type !== 'number' && type !== 'text') return [];
  const needs = [
    ...(lookBackSeconds > 0 ? ['look_back_seconds'] : []),
    ...(format === 'as_given' ? [] : ['incremental_format']),
  ];
  return needs.map((name) => `param "${name}" is for moments, and incremental_type is ${type}`);
}

function startProblems(cursor: Incremental['cursor'], type: IncrementalType): string[] {
  try {
    createCursor({ ...cursor, state: {} });
    return [];
  } catch (error) {
    if (!isHostError(error) || error.code !== 'CURSOR_FAILED') throw error;
    return [`param "incremental_start" does not go with incremental_type ${type}: ${error.message}`];
  }
}
