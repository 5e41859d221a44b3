import type { BufferedWriterOptions } from 'connector-host';
import { readAnswerSettings, type AnswerSettings } from './answer-settings.js';
import type { ApiConnectorConfig, BodyShape, WriteMethod } from './api-config.js';
import { PathTemplate } from './path-template.js';

/** How rows are written: the params for writing, checked. */
export interface WriteSettings {
  readonly resource: string;
  readonly insert: { readonly method: WriteMethod; readonly path: PathTemplate };
  /** Undefined: as rows that are new. */
  readonly upsert: { readonly method: 'PUT' | 'PATCH'; readonly path: PathTemplate } | undefined;
  /** What becomes of a row to write by its key whose address is not there. */
  readonly missing: 'fail' | 'reject' | 'insert';
  readonly remove: { readonly method: 'DELETE' | 'batch'; readonly path: PathTemplate };
  /** What is removed before the first row of an overwrite. */
  readonly reset: PathTemplate | undefined;
  readonly body: { readonly shape: BodyShape; readonly recordsKey: string };
  readonly buffer: BufferedWriterOptions;
  readonly keys: { readonly header: string; readonly field: string };
  readonly answer: AnswerSettings;
}

/** Of the whole batch; each request has its own limit of time. */
const BATCH_SECONDS = 86_400;
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const OF_TABLE: readonly string[] = ['resource', 'table'];

/** @param problems takes a sentence for each thing that is wrong */
export function readWriteSettings(config: ApiConnectorConfig, problems: string[]): WriteSettings {
  const shape = config.body_shape ?? 'array';
  const upsertMethod = config.upsert_method ?? 'batch';
  const deleteMethod = config.delete_method ?? 'DELETE';
  const path = (name: PathParam, normally: string): PathTemplate =>
    readPath(name, config[name] ?? normally, problems);

  const insertPath = path('write_path', '/upload');
  refuseRowNames('write_path', insertPath, problems);
  const upsertPath = path('upsert_path', '/{resource}/{key}');
  if (upsertMethod !== 'batch') wantRowNames('upsert_path', upsertPath, problems);
  const deletePath = path('delete_path', deleteMethod === 'batch' ? '' : '/{resource}/{key}');
  if (deleteMethod === 'DELETE') wantRowNames('delete_path', deletePath, problems);
  else refuseRowNames('delete_path', deletePath, problems);
  const reset = (config.reset_path ?? '') === '' ? undefined : path('reset_path', '');
  if (reset) refuseRowNames('reset_path', reset, problems);

  const recordsKey = config.records_key ?? 'records';
  if (shape === 'records' && recordsKey === '') problems.push('param "records_key" is empty');
  const keys = readKeys(config, problems);
  const deduplicates = config.deduplicates ?? 'none';
  if (reset && deduplicates !== 'none') {
    problems.push(
      'params "reset_path" and "deduplicates" exclude each other: rows that were removed would not be taken again',
    );
  }
  const orderKey = config.order_columns ?? [];
  return {
    resource: config.resource ?? 'users',
    insert: { method: config.write_method ?? 'POST', path: insertPath },
    upsert: upsertMethod === 'batch' ? undefined : { method: upsertMethod, path: upsertPath },
    missing: config.upsert_missing ?? 'fail',
    remove: { method: deleteMethod, path: deletePath },
    reset,
    body: { shape, recordsKey },
    buffer: {
      rows: shape === 'object' ? 1 : (config.batch_rows ?? 1000),
      ...(config.batch_bytes ? { bytes: config.batch_bytes } : {}),
      maxInFlight: config.max_in_flight ?? 1,
      ...(orderKey.length > 0 ? { orderKey } : {}),
      ...(deduplicates === 'none' ? {} : { deduplicates }),
      timeoutSeconds: BATCH_SECONDS,
      // What becomes of some columns only is known by single rows.
      mayUpdate: upsertMethod !== 'batch',
      mayDelete: true,
    },
    keys,
    answer: readAnswerSettings(config, problems),
  };
}

type PathParam = 'write_path' | 'upsert_path' | 'delete_path' | 'reset_path';

function readPath(name: PathParam, text: string, problems: string[]): PathTemplate {
  const path = text.trim();
  if (path === '') problems.push(`param "${name}" is missing`);
  else if (!/^\/(?!\/)/.test(path)) problems.push(`param "${name}" must be a path that begins with one /`);
  else if (/[{}]/.test(path.replaceAll(/\{[^{}]+\}/g, ''))) {
    problems.push(`param "${name}" has a brace that is not part of a placeholder such as {resource}`);
  }
  return new PathTemplate(path);
}

function refuseRowNames(name: PathParam, { names }: PathTemplate, problems: string[]): void {
  const wrong = names.find((each) => !OF_TABLE.includes(each));
  if (wrong !== undefined)
    problems.push(`param "${name}" has {${wrong}}; it takes {resource} and {table} only`);
}

/** A request that is made for one row, and has no part of its key in its path, would go to all rows. */
function wantRowNames(name: PathParam, { text, names }: PathTemplate, problems: string[]): void {
  if (text !== '' && names.every((each) => OF_TABLE.includes(each)))
    problems.push(`param "${name}" must name the row: put {key} into it`);
}

function readKeys(config: ApiConnectorConfig, problems: string[]): WriteSettings['keys'] {
  const header = config.idempotency_header ?? 'Idempotency-Key';
  const field = config.row_key_field ?? '';
  const deduplicates = config.deduplicates ?? 'none';
  if (header !== '' && !HEADER_NAME.test(header)) {
    problems.push('param "idempotency_header" must be the name of a header');
  }
  if (deduplicates === 'request' && header === '') {
    problems.push('param "deduplicates" is "request", and no "idempotency_header" names the requests');
  }
  if (deduplicates === 'row' && field === '') {
    problems.push('param "deduplicates" is "row", and no "row_key_field" names the rows');
  }
  return { header, field };
}
