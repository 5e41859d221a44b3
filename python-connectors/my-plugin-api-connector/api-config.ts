export type WriteMethod = 'POST' | 'PUT' | 'PATCH';
export type BodyShape = 'array' | 'records' | 'object' | 'ndjson';
export type ResultsShape = 'none' | 'list' | 'errors_index' | 'index_list' | 'by_id' | 'ndjson';

/** The config as connector.json declares it. A param that was cleared is null. */
export interface ApiConnectorConfig {
  readonly api_endpoint?: string | null;
  readonly api_key?: string | null;
  readonly resource?: string | null;
  readonly limit?: number | null;

  readonly write_path?: string | null;
  readonly write_method?: WriteMethod | null;
  readonly body_shape?: BodyShape | null;
  readonly records_key?: string | null;
  readonly upsert_method?: 'batch' | 'PUT' | 'PATCH' | null;
  readonly upsert_path?: string | null;
  readonly upsert_missing?: 'fail' | 'reject' | 'insert' | null;
  readonly delete_method?: 'DELETE' | 'batch' | null;
  readonly delete_path?: string | null;
  readonly reset_path?: string | null;

  readonly batch_rows?: number | null;
  readonly batch_bytes?: number | null;
  readonly max_in_flight?: number | null;
  readonly order_columns?: readonly string[] | null;

  readonly idempotency_header?: string | null;
  readonly row_key_field?: string | null;
  readonly deduplicates?: 'none' | 'row' | 'request' | null;

  readonly success_path?: string | null;
  readonly success_values?: readonly string[] | null;
  readonly error_code_path?: string | null;
  readonly error_message_path?: string | null;
  readonly results_shape?: ResultsShape | null;
  readonly results_path?: string | null;
  readonly result_code_path?: string | null;
  readonly result_message_path?: string | null;
  readonly ok_codes?: readonly string[] | null;
  readonly retry_codes?: readonly string[] | null;
  readonly result_index_path?: string | null;
  readonly first_index?: 0 | 1 | null;
  readonly results_optional?: boolean | null;
  readonly id_column?: string | null;
  readonly result_id_path?: string | null;
  readonly unnamed_rows?: 'fail' | 'ok' | 'retry' | null;
}
