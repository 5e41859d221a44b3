import { ConfigError, problemText } from 'connector-host';

/** The config as connector.json declares it. */
export interface DgraphConfig {
  readonly dgraph_url?: string;
  readonly api_key?: string;
  readonly timeout_seconds?: number;
  readonly page_size?: number;
  readonly checkpoint_interval?: number;
}

/** A config that has been checked. */
export interface DgraphSettings {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly timeoutSeconds: number;
  readonly pageSize: number;
  readonly checkpointInterval: number;
}

const DEFAULTS = { timeout_seconds: 30, page_size: 100, checkpoint_interval: 500 };

/** @throws ConfigError that lists everything that is wrong */
export function readSettings(config: DgraphConfig): DgraphSettings {
  const problems: string[] = [];
  const apiKey = (config.api_key ?? '').trim();
  if (apiKey === '') problems.push('param "api_key" is missing');
  const count = (name: keyof typeof DEFAULTS): number => {
    const value = config[name] ?? DEFAULTS[name];
    if (!Number.isSafeInteger(value) || value < 1) {
      problems.push(`param "${name}" must be an integer of at least 1`);
    }
    return value;
  };
  const settings = {
    baseUrl: readUrl(config.dgraph_url ?? '', problems),
    apiKey,
    timeoutSeconds: count('timeout_seconds'),
    pageSize: count('page_size'),
    checkpointInterval: count('checkpoint_interval'),
  };
  if (problems.length > 0) throw new ConfigError(problemText(problems), { details: { problems } });
  return settings;
}

/** The text itself is never shown: it may hold a password. */
function readUrl(given: string, problems: string[]): string {
  // Dgraph's own pages show the address with /graphql at its end.
  const text = given
    .trim()
    .replace(/\/+$/, '')
    .replace(/\/graphql$/, '');
  if (text === '') problems.push('param "dgraph_url" is missing');
  else if (!/^https?:\/\//i.test(text)) {
    problems.push('param "dgraph_url" must begin with http:// or https://');
  } else if (!URL.canParse(text)) problems.push('param "dgraph_url" must be a URL');
  else {
    const { search, hash, username, password } = new URL(text);
    if (search !== '' || hash !== '' || username !== '' || password !== '') {
      problems.push('param "dgraph_url" must not have a query, a fragment or credentials');
    }
  }
  return text;
}
