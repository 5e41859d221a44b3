/** The values of a KEY_VALUE_LIST. */
export type Pairs = readonly { readonly key: string; readonly value?: unknown }[];

export type AuthType =
  'none' | 'bearer' | 'basic' | 'api_key' | 'oauth2_client_credentials' | 'oauth2_refresh_token';

export type PaginationType = 'none' | 'offset' | 'page' | 'cursor' | 'link' | 'next_url';

export type IncrementalType =
  'auto' | 'timestamp' | 'epoch_seconds' | 'epoch_milliseconds' | 'number' | 'text';

export type IncrementalFormat = 'as_given' | 'iso' | 'date' | 'epoch_seconds' | 'epoch_milliseconds';

/** The config as connector.json declares it. A param that was cleared is null. */
export interface RestApiConfig {
  readonly base_url?: string | null;
  readonly endpoint?: string | null;
  readonly method?: 'GET' | 'POST' | null;
  readonly query?: Pairs | null;
  readonly headers?: Pairs | null;
  /** A JSON object, or its text. */
  readonly body?: unknown;
  readonly timeout_seconds?: number | null;
  readonly allowed_origins?: readonly string[] | null;

  readonly auth_type?: AuthType | null;
  readonly auth_token?: string | null;
  readonly auth_user?: string | null;
  readonly api_key_header?: string | null;
  readonly api_key_in?: 'header' | 'query' | 'cookie' | null;
  readonly token_url?: string | null;
  readonly client_id?: string | null;
  readonly client_secret?: string | null;
  readonly client_authentication?: 'basic' | 'body' | null;
  readonly refresh_token?: string | null;
  readonly scope?: string | null;
  readonly token_params?: Pairs | null;

  readonly response_format?: 'json' | 'ndjson' | 'csv' | null;
  readonly data_path?: string | null;
  readonly record_path?: string | null;
  readonly empty_if_missing?: boolean | null;
  readonly allow_errors?: boolean | null;
  readonly primary_key?: readonly string[] | null;

  readonly pagination_type?: PaginationType | null;
  readonly page_size?: number | null;
  readonly page_size_param?: string | null;
  readonly page_param?: string | null;
  readonly first_page?: number | null;
  readonly offset_param?: string | null;
  readonly cursor_param?: string | null;
  readonly cursor_path?: string | null;
  readonly next_url_path?: string | null;
  readonly has_more_path?: string | null;
  readonly total_path?: string | null;
  readonly end_status?: readonly number[] | null;
  readonly on_repeat?: 'error' | 'stop' | 'allow' | null;

  readonly incremental_field?: string | null;
  readonly incremental_param?: string | null;
  readonly incremental_start?: string | null;
  readonly incremental_order?: 'unknown' | 'asc' | null;
  readonly look_back_seconds?: number | null;
  readonly incremental_type?: IncrementalType | null;
  readonly incremental_format?: IncrementalFormat | null;
}
