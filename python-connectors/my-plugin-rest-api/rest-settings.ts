import { ConfigError, problemText, type HttpOptions } from 'connector-host';

/** The config as connector.json declares it. */
export interface RestApiConfig {
  readonly base_url?: string;
  readonly endpoint?: string;
  readonly auth_type?: 'none' | 'bearer' | 'basic' | 'api_key';
  readonly auth_token?: string;
  readonly auth_user?: string;
  readonly api_key_header?: string;
  readonly data_path?: string;
  readonly pagination_type?: PaginationType;
  readonly page_size?: number;
}

export type PaginationType = 'none' | 'offset' | 'page';

/** A config that has been checked. */
export interface RestSettings {
  /** Base URL and endpoint, with the credentials that the base URL may have. */
  readonly url: string;
  /** The same for messages: without credentials and query. */
  readonly shownUrl: string;
  readonly http: HttpOptions;
  /** Headers that must not follow a redirect to another origin. */
  readonly secretHeaders: string[];
  /** Texts that must not be shown. */
  readonly secrets: readonly string[];
  readonly dataPath: string;
  readonly paginationType: PaginationType;
  readonly pageSize: number;
}

const DEFAULT_KEY_HEADER = 'X-API-Key';
const DEFAULT_PAGE_SIZE = 100;
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** @throws ConfigError that lists everything that is wrong */
export function readSettings(config: RestApiConfig): RestSettings {
  const {
    endpoint = '',
    pagination_type: paginationType = 'none',
    page_size: pageSize = DEFAULT_PAGE_SIZE,
  } = config;
  const problems = authProblems(config);
  const base = readBaseUrl(config, problems);
  if (endpoint === '') problems.push('param "endpoint" is missing');
  if (!Number.isSafeInteger(pageSize) || pageSize < 1) {
    problems.push(`param "page_size" must be an integer of at least 1 (got ${pageSize})`);
  }
  const { auth, header } = credentials(config);
  if (problems.length > 0 || !base) {
    throw new ConfigError(problemText(problems), { details: { problems } });
  }

  // Joined as text: an endpoint is put behind the base, it never replaces the base's path.
  const url = `${(config.base_url ?? '').trim().replace(/\/+$/, '')}/${endpoint.trim().replace(/^\/+/, '')}`;
  return {
    url,
    shownUrl: withoutCredentials(url),
    http: {
      headers: { 'Content-Type': 'application/json', Accept: 'application/json', ...header },
      ...(auth ? { auth } : {}),
    },
    secretHeaders: Object.keys(header),
    secrets: secretsOf(config, base),
    dataPath: (config.data_path ?? '').trim(),
    paginationType,
    pageSize,
  };
}

function readBaseUrl(
  { base_url: text = '', auth_type: type = 'none' }: RestApiConfig,
  problems: string[],
): URL | undefined {
  if (text.trim() === '') {
    problems.push('param "base_url" is missing');
    return undefined;
  }
  let url: URL;
  try {
    url = new URL(text.trim());
  } catch {
    // The text is not shown: it may hold a password.
    problems.push('param "base_url" must be a URL, for example https://api.example.com/v1');
    return undefined;
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    problems.push('param "base_url" must begin with http:// or https://');
  }
  if (url.search !== '' || url.hash !== '') {
    problems.push('param "base_url" must not have a query or fragment; "endpoint" may have a query');
  }
  if (type !== 'none' && url.username !== '') {
    problems.push(`param "base_url" must not have credentials when "auth_type" is ${type}`);
  }
  return url;
}

function authProblems({
  auth_type: type = 'none',
  auth_token: token = '',
  ...config
}: RestApiConfig): string[] {
  const problems: string[] = [];
  if (type === 'none') return problems;
  if (token === '') problems.push(`param "auth_token" is missing; auth_type ${type} needs it`);
  if (type === 'basic') {
    if (!config.auth_user) problems.push('param "auth_user" is missing; auth_type basic needs it');
    return problems;
  }
  if (!HEADER_VALUE.test(token)) {
    problems.push('param "auth_token" has a line break or another character that cannot stand in a header');
  }
  if (type === 'api_key' && !HEADER_NAME.test(config.api_key_header ?? DEFAULT_KEY_HEADER)) {
    problems.push('param "api_key_header" is not the name of a header');
  }
  return problems;
}

function credentials({
  auth_type: type,
  auth_token: token = '',
  auth_user: user = '',
  ...config
}: RestApiConfig): {
  auth?: { username: string; password: string };
  header: Record<string, string>;
} {
  switch (type) {
    case 'bearer':
      return { header: { Authorization: `Bearer ${token}` } };
    case 'api_key':
      return { header: { [config.api_key_header ?? DEFAULT_KEY_HEADER]: token } };
    case 'basic':
      return { auth: { username: user, password: token }, header: {} };
    default:
      return { header: {} };
  }
}

/** In every form in which an API may send back what it was sent; the longest first. */
function secretsOf({ auth_token: token = '', auth_user: user = '' }: RestApiConfig, base: URL): string[] {
  const inUrl = base.password === '' ? base.username : base.password;
  const passwords = [token, inUrl, decoded(inUrl)].filter((text) => text !== '');
  const users = [user, decoded(base.username)];
  const pairs = passwords.flatMap((password) => users.map((name) => `${name}:${password}`));
  const encoded = [...passwords, ...pairs].map((text) => Buffer.from(text).toString('base64'));
  const forUrls = passwords.map(encodeURIComponent);
  const forJson = passwords.map((text) => JSON.stringify(text).slice(1, -1));
  return [...new Set([...encoded, ...forUrls, ...forJson, ...passwords])].sort((a, b) => b.length - a.length);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % in a URL stands for itself.
    return text;
  }
}

function withoutCredentials(text: string): string {
  const address = text.replace(/[?#].*$/s, '');
  const plain = address.replace(/\/\/[^/]*@/, '//');
  // Where an @ is left, the password may hold a slash.
  return plain.includes('@') ? address.replace(/\/\/.*:.*@/s, '//***@') : plain;
}
