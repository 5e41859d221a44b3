import { ConfigError, problemText, type HttpOptions, type PaginateOptions } from 'connector-host';
import { adviseFor } from './advice.js';
import { pairText } from './pair-text.js';
import { readAuth } from './read-auth.js';
import { readBody } from './read-body.js';
import { readIncremental, type Incremental } from './read-incremental.js';
import { readPaging } from './read-paging.js';
import type { Pairs, RestApiConfig } from './rest-api-config.js';
import { isHeaderName, isHeaderValue, NEVER_SENT, pathProblem } from './checks.js';

/** A config that has been checked. */
export interface RestSettings {
  readonly client: HttpOptions;
  readonly read: PaginateOptions;
  /** Undefined: every run reads everything. */
  readonly incremental: Incremental | undefined;
}

const DEFAULT_TIMEOUT_SECONDS = 30;

/** @throws ConfigError that lists everything that is wrong */
export function readSettings(config: RestApiConfig): RestSettings {
  const problems: string[] = [];
  const url = readUrl(config, problems);
  const auth = readAuth(config, problems);
  const headers = readHeaders(config.headers ?? [], problems);
  const params = readQuery(config.query ?? [], problems);
  const body = readBody(config, problems);
  const paging = readPaging(config, problems);
  const method = config.method ?? 'GET';
  const request = { url, method, params, paging, ...(body === undefined ? {} : { body }) };
  const incremental = readIncremental(config, request, problems);
  for (const name of ['data_path', 'record_path'] as const) {
    const problem = pathProblem(config[name]);
    if (problem !== undefined) problems.push(`param "${name}" ${problem}`);
  }
  for (const origin of config.allowed_origins ?? []) {
    if (!isOrigin(origin)) {
      problems.push('param "allowed_origins" must hold origins, for example https://files.example.com');
    }
  }
  if (problems.length > 0) throw new ConfigError(problemText(problems), { details: { problems } });

  return {
    client: {
      baseURL: (config.base_url ?? '').trim(),
      headers: {
        'Content-Type': 'application/json',
        Accept: ACCEPT[config.response_format ?? 'json'],
        ...headers,
      },
      auth,
      timeoutSeconds: config.timeout_seconds ?? DEFAULT_TIMEOUT_SECONDS,
      allowedOrigins: config.allowed_origins ?? [],
    },
    read: {
      ...request,
      rows: (config.data_path ?? '').trim(),
      record: (config.record_path ?? '').trim(),
      emptyIfMissing: config.empty_if_missing ?? false,
      allowErrors: config.allow_errors ?? false,
      decode: config.response_format ?? 'json',
      onRepeat: config.on_repeat ?? 'error',
      advise: adviseFor(config),
    },
    incremental,
  };
}

const WHOLE_URL = /^[a-z][a-z\d+.-]*:\/\//i;
const ACCEPT = { json: 'application/json', ndjson: 'application/x-ndjson', csv: 'text/csv' };

/** Joined as text: an endpoint is put behind the base, it never replaces the base's path. */
function readUrl(config: RestApiConfig, problems: string[]): string {
  const base = (config.base_url ?? '').trim();
  const endpoint = (config.endpoint ?? '').trim();
  if (base === '') problems.push('param "base_url" is missing');
  else if (!URL.canParse(base)) {
    // The text is not shown: it may hold a password.
    problems.push('param "base_url" must be a URL, for example https://api.example.com/v1');
  } else problems.push(...baseUrlProblems(new URL(base), config));
  if (endpoint === '') problems.push('param "endpoint" is missing');
  else if (WHOLE_URL.test(endpoint)) {
    problems.push(
      'param "endpoint" is put behind "base_url", so it must not be a whole URL: set base_url to the first part of it, and endpoint to the rest',
    );
  }
  return `${base.replace(/\/+$/, '')}/${endpoint.replace(/^\/+/, '')}`;
}

function baseUrlProblems(
  { protocol, search, hash, username }: URL,
  { auth_type: type }: RestApiConfig,
): string[] {
  const problems: string[] = [];
  if (protocol !== 'http:' && protocol !== 'https:') {
    problems.push('param "base_url" must begin with http:// or https://');
  }
  if (search !== '' || hash !== '') {
    problems.push('param "base_url" must not have a query or fragment; "endpoint" and "query" may');
  }
  if ((type ?? 'none') !== 'none' && username !== '') {
    problems.push(`param "base_url" must not have credentials when "auth_type" is ${type}`);
  }
  return problems;
}

function readHeaders(pairs: Pairs, problems: string[]): Record<string, string> {
  for (const [index, { key, value }] of pairs.entries()) {
    // The name is not shown: where it is wrong, it may be a whole header with a token in it.
    if (!isHeaderName(key))
      problems.push(`param "headers": the key of pair ${index + 1} is not the name of a header`);
    else if (NEVER_SENT.has(key)) problems.push(`param "headers": a header named ${key} is never sent`);
    else if (!isHeaderValue(pairText(value))) {
      problems.push(`param "headers": the value of ${key} has a character that cannot stand in a header`);
    }
  }
  return Object.fromEntries(pairs.map(({ key, value }) => [key, pairText(value)]));
}

/** A name that is there several times is a list. */
function readQuery(pairs: Pairs, problems: string[]): Record<string, unknown> {
  const values = new Map<string, string[]>();
  for (const { key, value } of pairs) {
    if (NEVER_SENT.has(key)) {
      problems.push(
        `param "query": a parameter named ${key} is sent only where "endpoint" has it in its query`,
      );
    }
    values.set(key, [...(values.get(key) ?? []), pairText(value)]);
  }
  return Object.fromEntries([...values].map(([key, all]) => [key, all.length === 1 ? all[0] : all]));
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\/[^/?#@]+\/?$/i.test(text.trim());
}
