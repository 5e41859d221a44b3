import { describe, expect, it } from '@jest/globals';
import type { ApiConnectorConfig } from '../../../python-connectors/my-plugin-api-connector/api-config.js';
import ApiConnector from '../../../python-connectors/my-plugin-api-connector/connector.js';
import { fakeContext } from '../fake-context.js';

const open = (config: ApiConnectorConfig): ApiConnector =>
  new ApiConnector({ api_endpoint: 'https://api.example.com', api_key: 'k', ...config }, fakeContext());

describe('params for writing', () => {
  it.each<[ApiConnectorConfig, string]>([
    [{ write_path: 'https://other.example/x' }, 'param "write_path" must be a path that begins with one /'],
    [{ write_path: '//other.example/x' }, 'param "write_path" must be a path that begins with one /'],
    [{ write_path: '/{key}' }, 'param "write_path" has {key}; it takes {resource} and {table} only'],
    [
      { write_path: '/{resource' },
      'param "write_path" has a brace that is not part of a placeholder such as {resource}',
    ],
    [{ delete_path: '/{resource}' }, 'param "delete_path" must name the row: put {key} into it'],
    [
      { upsert_method: 'PUT', upsert_path: '/users' },
      'param "upsert_path" must name the row: put {key} into it',
    ],
    [{ delete_method: 'batch' }, 'param "delete_path" is missing'],
    [{ body_shape: 'records', records_key: '' }, 'param "records_key" is empty'],
    [{ idempotency_header: 'a b' }, 'param "idempotency_header" must be the name of a header'],
    [
      { deduplicates: 'request', idempotency_header: '' },
      'param "deduplicates" is "request", and no "idempotency_header" names the requests',
    ],
    [{ deduplicates: 'row' }, 'param "deduplicates" is "row", and no "row_key_field" names the rows'],
    [
      { reset_path: '/users', deduplicates: 'request' },
      'params "reset_path" and "deduplicates" exclude each other: rows that were removed would not be taken again',
    ],
    [{ results_path: 'a[' }, 'param "results_path" is neither a dotted path nor JMESPath'],
    [{ success_values: ['ok'] }, 'param "success_values" needs "success_path"'],
  ])('%j: %s', (config, message) => {
    expect(() => open(config)).toThrow(
      expect.objectContaining({ name: 'ConfigError', code: 'CONFIG_INVALID', message }),
    );
  });

  it('are refused all at once', () => {
    expect(() => open({ api_key: '', write_path: 'x', deduplicates: 'row', success_path: ']' })).toThrow(
      expect.objectContaining({
        details: {
          problems: [
            'param "api_key" is missing',
            'param "write_path" must be a path that begins with one /',
            'param "deduplicates" is "row", and no "row_key_field" names the rows',
            'param "success_path" is neither a dotted path nor JMESPath',
          ],
        },
      }),
    );
  });

  it('that are hidden do not count', () => {
    expect(() => open({ upsert_path: '/users' })).not.toThrow();
  });
});
