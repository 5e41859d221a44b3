import { eachSecret } from '../secret-names.js';
import type { Authenticator } from './auth/authenticator.js';
import type { HttpRequest } from './http-request.js';

/** Whether a request says who sends it: by `auth`, or by a header or a parameter that has the name of a secret. */
export function hasCredentials(
  { headers, url }: HttpRequest,
  authenticator: Authenticator | undefined,
): boolean {
  let isFound = authenticator !== undefined;
  eachSecret([headers, Object.fromEntries(url.searchParams)], () => (isFound = true));
  return isFound;
}
