import type { ApiKeyAuth, AuthRequest } from '../../../sdk/auth.js';
import { ConfigError } from '../../../sdk/errors.js';
import type { AuthEnvironment, Authenticator } from './authenticator.js';
import { addCookies, checkHeaderName, checkHeaderValue, setHeader } from './request-headers.js';

/** @throws ConfigError for a name or a value that cannot stand where it is to be sent */
export function createApiKeyAuth(auth: ApiKeyAuth, { addSecret }: AuthEnvironment): Authenticator {
  addSecret(auth.value);
  return { authorize: writer(auth) };
}

function writer({ in: place, name, value }: ApiKeyAuth): (request: AuthRequest) => void {
  if (place === 'query') return ({ url }) => setQuery(url, name, value);
  checkHeaderName('auth.name', name);
  checkHeaderValue('auth.value', value);
  if (place === 'header') return ({ headers }) => setHeader(headers, name, value);
  if (value.includes(';')) {
    throw new ConfigError('auth.value holds a semicolon, which ends a cookie', {
      action: 'Correct auth.value.',
    });
  }
  return ({ headers }) => addCookies(headers, `${name}=${value}`);
}

/** Leaves the rest of the query as it is written; a next link may have the key already. */
function setQuery(url: URL, name: string, value: string): void {
  const others = url.search
    .slice(1)
    .split('&')
    .filter((part) => part !== '' && !new URLSearchParams(part).has(name));
  url.search = [...others, `${encodeURIComponent(name)}=${encodeURIComponent(value)}`].join('&');
}
