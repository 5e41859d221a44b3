import { TransientError, type HostError } from '../../../sdk/errors.js';
import { bodyExcerpt } from '../body-excerpt.js';
import type { HttpAnswer } from '../http-request.js';
import type { AuthEnvironment } from './authenticator.js';
import { eachSecret } from '../../secret-names.js';
import { addressOf, refusedBy, unusableAnswer, type Endpoint } from './credentials-endpoint.js';

/** The credentials, or what they may be used for, are wrong. */
const REFUSALS = new Set([
  'invalid_client',
  'unauthorized_client',
  'invalid_grant',
  'invalid_scope',
  'access_denied',
]);
const CODE_LENGTH = 100;
const PASSING = new Set(['temporarily_unavailable', 'server_error']);

/** The token endpoint refused, with the code of RFC 6749 section 5.2 where it gave one. */
export class TokenRefusal extends Error {
  constructor(
    readonly code: string,
    readonly error: HostError,
  ) {
    super(error.message);
  }
}

/**
 * Reads the answer of a token endpoint as real ones write it, and makes it what the standard says: an object with
 * access_token, token_type, expires_in as a number and refresh_token alone.
 *
 * @throws TokenRefusal for every answer without a token
 */
export function readTokenAnswer(
  endpoint: Endpoint,
  answer: HttpAnswer,
  environment: AuthEnvironment,
): Record<string, unknown> {
  const fields = parseFields(answer);
  const isSuccess = answer.status >= 200 && answer.status < 300;
  // Some answer an error with 200.
  if (isSuccess && fields && isText(fields['access_token'])) return conforming(fields);
  throw refusal(endpoint, answer, fields ?? {}, environment, fields ? 'no access_token' : 'no JSON object');
}

function refusal(
  endpoint: Endpoint,
  answer: HttpAnswer,
  fields: Record<string, unknown>,
  environment: AuthEnvironment,
  problem: string,
): TokenRefusal {
  const { error, error_description: description } = fields;
  const code = isText(error) ? error : '';
  // A server may repeat what it was sent, or hand out more than it says.
  eachSecret(fields, environment.addSecret);
  const details = isText(description) ? ` ${bodyExcerpt(description, environment.redact)}` : '';
  // A code is a word; what is longer is something else, which the excerpt of the answer shows.
  const isCode = /^\S*$/.test(code);
  const said = `${environment.redact(code).slice(0, CODE_LENGTH)}${details}`.trim();
  if (REFUSALS.has(code) || answer.status === 401 || answer.status === 403) {
    return new TokenRefusal(code, refusedBy(endpoint, answer, environment, said));
  }
  if (PASSING.has(code)) {
    const message = `${addressOf(endpoint, environment)} is not available: ${said}`;
    return new TokenRefusal(code, new TransientError(message, { code: 'SOURCE_UNAVAILABLE' }));
  }
  return new TokenRefusal(
    code,
    unusableAnswer(
      endpoint,
      answer,
      environment,
      said === '' ? problem : `with ${isCode ? said : 'an error'}`,
    ),
  );
}

/** JSON whatever its content type is, or a form, as GitHub writes it; undefined for anything else. */
function parseFields({ body }: HttpAnswer): Record<string, unknown> | undefined {
  const text = new TextDecoder().decode(body).trim();
  if (/^[\w.~-]+=/.test(text) && /(?:^|&)(?:access_token|error)=/.test(text)) {
    return Object.fromEntries(new URLSearchParams(text));
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : undefined;
}

/** Other fields, as an id_token, are nobody's here and would only be checked. */
function conforming(fields: Record<string, unknown>): Record<string, unknown> {
  const { access_token, token_type, expires_in, refresh_token } = fields;
  // Apigee says "BearerToken", and some say nothing.
  const isBearer = !isText(token_type) || /^bearer/i.test(token_type);
  const seconds = typeof expires_in === 'string' ? Number.parseFloat(expires_in) : expires_in;
  return {
    access_token,
    token_type: isBearer ? 'bearer' : token_type,
    // None, or 0: it does not expire, or nobody knows when.
    ...(typeof seconds === 'number' && seconds > 0 ? { expires_in: seconds } : {}),
    ...(isText(refresh_token) ? { refresh_token } : {}),
  };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
