import { compilePath, type JsonPath, type RowResultOptions, type RowResultShape } from 'connector-host';
import type { ApiConnectorConfig, ResultsShape } from './api-config.js';

/** What an answer says, and where. */
export interface AnswerSettings {
  /** Undefined: every answer with a status of success is one. */
  readonly success: { readonly path: JsonPath; readonly values: ReadonlySet<string> } | undefined;
  readonly errorCode: JsonPath;
  readonly errorMessage: JsonPath;
  readonly retryCodes: ReadonlySet<string>;
  /** Undefined: a batch is taken as a whole. */
  readonly results: RowResultOptions | undefined;
  /** Column that results by id are held against; undefined: the key. */
  readonly idColumn: string | undefined;
}

const SHAPES: Readonly<Record<Exclude<ResultsShape, 'none'>, RowResultShape>> = {
  list: 'list',
  errors_index: 'errors',
  index_list: 'indexes',
  by_id: 'by-id',
  ndjson: 'ndjson',
};

/** @param problems takes a sentence for each path that does not read */
export function readAnswerSettings(config: ApiConnectorConfig, problems: string[]): AnswerSettings {
  const path = (name: PathParam, normally: string): JsonPath => {
    const text = config[name] ?? '';
    try {
      return compilePath(text === '' ? normally : text);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      problems.push(`param "${name}" is neither a dotted path nor JMESPath`);
      return compilePath(normally);
    }
  };
  const success = path('success_path', '');
  const values = config.success_values ?? [];
  if (success.text === '' && values.length > 0) {
    problems.push('param "success_values" needs "success_path"');
  }
  return {
    success:
      success.text === ''
        ? undefined
        : { path: success, values: new Set(values.length > 0 ? values : ['true']) },
    errorCode: path('error_code_path', 'code'),
    errorMessage: path('error_message_path', 'message'),
    retryCodes: new Set(config.retry_codes ?? []),
    results: readResults(config, path),
    idColumn: config.id_column ?? undefined,
  };
}

type PathParam =
  | 'success_path'
  | 'error_code_path'
  | 'error_message_path'
  | 'results_path'
  | 'result_code_path'
  | 'result_message_path'
  | 'result_index_path'
  | 'result_id_path';

function readResults(
  config: ApiConnectorConfig,
  path: (name: PathParam, normally: string) => JsonPath,
): RowResultOptions | undefined {
  const { ok_codes: okCodes = [], retry_codes: retryCodes = [], unnamed_rows: unnamed = 'fail' } = config;
  const shape = config.results_shape ?? 'none';
  const options = {
    path: path('results_path', '').text,
    codePath: path('result_code_path', 'status').text,
    messagePath: path('result_message_path', 'message').text,
    indexPath: path('result_index_path', 'index').text,
    idPath: path('result_id_path', 'id').text,
    firstIndex: config.first_index ?? 0,
    ...(config.results_optional ? { missing: 'ok' as const } : {}),
    ...(okCodes && okCodes.length > 0 ? { okCodes } : {}),
    ...(retryCodes && retryCodes.length > 0 ? { retryCodes } : {}),
    ...(unnamed === 'ok' || unnamed === 'retry' ? { unnamed } : {}),
  };
  // One object for each request is one result for each answer.
  return shape === 'none' || config.body_shape === 'object'
    ? undefined
    : { ...options, shape: SHAPES[shape] };
}
