import { ConfigError, problemText } from 'connector-host';

/** The config as connector.json declares it. */
export interface CdsRecordsConfig {
  readonly api_key?: string;
  readonly base_url?: string;
  readonly page_size?: number;
}

/** A config that has been checked. */
export interface CdsSettings {
  readonly apiKey: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly pageSize: number;
}

const DEFAULT_BASE_URL = 'https://sdk-demo-api-dot-internal-sales.uc.r.appspot.com';
const DEFAULT_PAGE_SIZE = 100;

/** @throws ConfigError that lists everything that is wrong */
export function readSettings(config: CdsRecordsConfig): CdsSettings {
  const apiKey = (config.api_key ?? '').trim();
  const baseUrl = (config.base_url || DEFAULT_BASE_URL).trim().replace(/\/+$/, '');
  const pageSize = config.page_size ?? DEFAULT_PAGE_SIZE;
  const problems = [
    ...(apiKey === '' ? ['param "api_key" is missing'] : []),
    ...(isHttpUrl(baseUrl)
      ? []
      : [
          'param "base_url" must be a URL that begins with http:// or https://, without query or credentials',
        ]),
    ...(Number.isSafeInteger(pageSize) && pageSize >= 1
      ? []
      : ['param "page_size" must be an integer of at least 1']),
  ];
  if (problems.length > 0) throw new ConfigError(problemText(problems), { details: { problems } });
  return { apiKey, baseUrl, pageSize };
}

/** The text itself is never shown: it may hold a password. */
function isHttpUrl(text: string): boolean {
  if (!/^https?:\/\/[^/]/i.test(text) || !URL.canParse(text)) return false;
  const { search, hash, username, password } = new URL(text);
  return search === '' && hash === '' && username === '' && password === '';
}
