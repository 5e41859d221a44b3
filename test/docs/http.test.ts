import { describe, expect, it } from '@jest/globals';
import type {
  ApiKeyAuth,
  BodyFormat,
  CustomAuth,
  HttpAuth,
  HttpOptions,
  HttpRequestOptions,
  HttpResponseFacts,
  RateLimit,
  RetryOptions,
  SessionAuth,
  TlsOptions,
} from 'connector-host';
import { codeSpans, firstSpans, readDoc, section, tableRows } from './markdown.js';

const PAGE = readDoc('docs/reference/http.md');

/** As objects, so that the compiler holds them against the types. */
type Names<T> = Record<keyof T, true>;
const CLIENT_OPTIONS: Names<HttpOptions> = {
  baseURL: true,
  headers: true,
  auth: true,
  timeoutSeconds: true,
  deadlineSeconds: true,
  maxResponseBytes: true,
  allowedOrigins: true,
  retrySafe: true,
  retry: true,
  rateLimit: true,
  tls: true,
  arrayFormat: true,
};
const ARRAY_FORMATS: Record<NonNullable<HttpOptions['arrayFormat']>, true> = {
  brackets: true,
  repeat: true,
  indices: true,
  comma: true,
};
const REQUEST_OPTIONS: Names<HttpRequestOptions> = { retrySafe: true, decode: true, linkedFrom: true };
const ANSWER_FIELDS: Names<HttpResponseFacts> = { url: true, parseAgain: true };
const RETRY_OPTIONS: Names<RetryOptions> = { tries: true, seconds: true, baseSeconds: true };
const RATE_LIMIT: Names<RateLimit> = { requests: true, perSeconds: true };
const TLS_OPTIONS: Names<TlsOptions> = { ca: true, cert: true, key: true, passphrase: true };
const FORMATS: Record<BodyFormat, true> = { json: true, ndjson: true, csv: true };

/** Options of each kind of credentials, besides its type. */
type AuthOptions = {
  [T in HttpAuth['type']]: Record<
    Exclude<Extract<HttpAuth, { type: T }> extends infer A ? (A extends A ? keyof A : never) : never, 'type'>,
    true
  >;
};
const OAUTH2: AuthOptions['oauth2'] = {
  grant: true,
  tokenUrl: true,
  clientId: true,
  clientSecret: true,
  refreshToken: true,
  clientAuthentication: true,
  scope: true,
  params: true,
};
const SESSION: Names<Omit<SessionAuth, 'type'>> = {
  loginUrl: true,
  method: true,
  body: true,
  form: true,
  headers: true,
  tokenPath: true,
  header: true,
  prefix: true,
};
const API_KEY_PLACES: Record<ApiKeyAuth['in'], true> = { header: true, query: true, cookie: true };
const CUSTOM: Names<Omit<CustomAuth, 'type'>> = { authorize: true, refresh: true };
const AUTH_OPTIONS: AuthOptions = {
  none: {},
  bearer: { token: true },
  basic: { username: true, password: true },
  apiKey: { in: true, name: true, value: true },
  oauth2: OAUTH2,
  session: SESSION,
  custom: CUSTOM,
};

describe('docs/reference/http.md', () => {
  it.each([
    ['Client options', CLIENT_OPTIONS],
    ['Request options', REQUEST_OPTIONS],
    ['Limits of retries', RETRY_OPTIONS],
    ['Authentication', AUTH_OPTIONS],
    ['OAuth 2.0', OAUTH2],
    ['Sessions', SESSION],
    ['Rate limits', RATE_LIMIT],
    ['Decoding', FORMATS],
    ['TLS and proxies', TLS_OPTIONS],
  ])('%s has every name in its order, and no other', (heading, names) => {
    expect(firstSpans(section(PAGE, heading))).toEqual(Object.keys(names));
  });

  it('has every field that an answer has besides those of axios, and no other', () => {
    const fields = firstSpans(section(PAGE, 'Answers')).map((field) => field.replace('()', ''));
    expect(fields).toEqual(Object.keys(ANSWER_FIELDS));
  });

  it('has the options of every kind of credentials', () => {
    for (const [type = '', options = ''] of tableRows(section(PAGE, 'Authentication'))) {
      const kind = codeSpans(type)[0] as HttpAuth['type'];
      const names = codeSpans(options.replaceAll(/\([^)`]*`[^)]*\)/g, '')).map((name) =>
        name.replace(/\(.*/, ''),
      );
      expect([kind, names]).toEqual([kind, Object.keys(AUTH_OPTIONS[kind])]);
    }
  });

  it('has every place of an API key and every way to write a list', () => {
    expect(codeSpans(rowOf('Authentication', 'apiKey'))).toEqual(
      expect.arrayContaining(Object.keys(API_KEY_PLACES)),
    );
    expect(codeSpans(rowOf('Client options', 'arrayFormat'))).toEqual(
      expect.arrayContaining(Object.keys(ARRAY_FORMATS)),
    );
  });
});

/** The row of a section's table that begins with a name. */
function rowOf(heading: string, name: string): string {
  return (tableRows(section(PAGE, heading)).find(([first]) => first === `\`${name}\``) ?? []).join(' ');
}
