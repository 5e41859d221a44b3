import type { BearerAuth } from '../../../sdk/auth.js';
import type { AuthEnvironment, Authenticator } from './authenticator.js';
import { checkHeaderValue, setHeader } from './request-headers.js';

/** @throws ConfigError for a token that no header can carry */
export function createBearerAuth({ token }: BearerAuth, { addSecret }: AuthEnvironment): Authenticator {
  addSecret(token);
  checkHeaderValue('auth.token', token);
  return { authorize: ({ headers }) => setHeader(headers, 'Authorization', `Bearer ${token}`) };
}
