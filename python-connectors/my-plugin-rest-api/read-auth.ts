import type { HttpAuth } from 'connector-host';
import { isHeaderName, isHeaderValue } from './checks.js';
import { pairText } from './pair-text.js';
import type { RestApiConfig } from './rest-api-config.js';

const DEFAULT_KEY_HEADER = 'X-API-Key';
const KEY_PLACES = { header: 'header', query: 'parameter of the query', cookie: 'cookie' };

/** The credentials that a config names; what is wrong is added to `problems`. */
export function readAuth(config: RestApiConfig, problems: string[]): HttpAuth {
  const type = config.auth_type ?? 'none';
  const need = (
    name: 'auth_token' | 'auth_user' | 'token_url' | 'client_id' | 'client_secret' | 'refresh_token',
  ): string => {
    const value = config[name] ?? '';
    if (value.trim() === '') problems.push(`param "${name}" is missing; auth_type ${type} needs it`);
    return value;
  };
  switch (type) {
    case 'none':
      return { type };
    case 'basic':
      return { type, username: need('auth_user'), password: need('auth_token') };
    case 'bearer':
      return { type, token: inHeader(need('auth_token'), problems) };
    case 'api_key': {
      const place = config.api_key_in ?? 'header';
      const name = config.api_key_header ?? DEFAULT_KEY_HEADER;
      const value = need('auth_token');
      if (place !== 'query') inHeader(value, problems);
      if (name.trim() === '') {
        problems.push(`param "api_key_header" is empty; the key needs the name of a ${KEY_PLACES[place]}`);
      } else if (place !== 'query' && !isHeaderName(name)) {
        problems.push(`param "api_key_header" is not the name of a ${KEY_PLACES[place]}`);
      }
      return { type: 'apiKey', in: place, name, value };
    }
    case 'oauth2_client_credentials':
      return {
        ...oauth2Client(config, need, problems),
        grant: 'client_credentials',
        clientSecret: need('client_secret'),
      };
    case 'oauth2_refresh_token': {
      const { client_secret: clientSecret } = config;
      return {
        ...oauth2Client(config, need, problems),
        grant: 'refresh_token',
        refreshToken: need('refresh_token'),
        ...(clientSecret ? { clientSecret } : {}),
      };
    }
  }
}

function oauth2Client(
  config: RestApiConfig,
  need: (name: 'token_url' | 'client_id') => string,
  problems: string[],
): { type: 'oauth2'; tokenUrl: string; clientId: string; clientAuthentication: 'basic' | 'body' } {
  const tokenUrl = need('token_url').trim();
  if (tokenUrl !== '' && !/^https?:\/\/[^/]/i.test(tokenUrl)) {
    problems.push('param "token_url" must be a URL that begins with http:// or https://');
  }
  const pairs = (config.token_params ?? []).map(({ key, value }) => [key, pairText(value)]);
  return {
    type: 'oauth2',
    tokenUrl,
    clientId: need('client_id'),
    clientAuthentication: config.client_authentication ?? 'basic',
    ...(config.scope ? { scope: config.scope } : {}),
    ...(pairs.length === 0 ? {} : { params: Object.fromEntries(pairs) as Record<string, string> }),
  };
}

function inHeader(token: string, problems: string[]): string {
  if (!isHeaderValue(token)) {
    problems.push('param "auth_token" has a line break or another character that cannot stand in a header');
  }
  return token;
}
