import type { BasicAuth } from '../../../sdk/auth.js';
import { ConfigError } from '../../../sdk/errors.js';
import type { AuthEnvironment, Authenticator } from './authenticator.js';
import { basicCredentials, setHeader } from './request-headers.js';

/** @throws ConfigError for a user name with a colon, which would move a part of it into the password */
export function createBasicAuth(
  { username, password }: BasicAuth,
  { addSecret }: AuthEnvironment,
): Authenticator {
  // Without a password, the user name is a key.
  addSecret(password === '' ? username : password);
  if (username.includes(':')) {
    throw new ConfigError('auth.username holds a colon, which basic authentication cannot send', {
      action: 'Correct auth.username.',
    });
  }
  const credentials = basicCredentials(username, password);
  return { authorize: ({ headers }) => setHeader(headers, 'Authorization', credentials) };
}
