import type {
  ApiKeyAuth,
  BasicAuth,
  BearerAuth,
  CustomAuth,
  HttpAuth,
  NoAuth,
  OAuth2ClientCredentials,
  OAuth2RefreshToken,
  SessionAuth,
} from '../../../sdk/auth.js';
import { didYouMean } from '../../suggest.js';
import { checkFields } from '../check-fields.js';
import {
  callable,
  choice,
  flag,
  given,
  givenOrEmpty,
  optional,
  record,
  text,
  type Field,
  type Problems,
} from '../option-fields.js';

type Fields<A extends HttpAuth> = Record<keyof A, Field>;

/** Its value chose the fields. */
const chosen: Field = () => undefined;

const NONE: Fields<NoAuth> = { type: chosen };
const BEARER: Fields<BearerAuth> = { type: chosen, token: given };
const BASIC: Fields<BasicAuth> = { type: chosen, username: givenOrEmpty, password: givenOrEmpty };
const API_KEY: Fields<ApiKeyAuth> = {
  type: chosen,
  in: choice('header', 'query', 'cookie'),
  name: given,
  value: given,
};
const OAUTH2 = {
  type: chosen,
  grant: chosen,
  tokenUrl: given,
  clientId: given,
  clientAuthentication: optional(choice('basic', 'body')),
  scope: optional(text),
  params: optional(record),
};
const GRANTS: {
  readonly client_credentials: Fields<OAuth2ClientCredentials>;
  readonly refresh_token: Fields<OAuth2RefreshToken>;
} = {
  client_credentials: { ...OAUTH2, clientSecret: given },
  refresh_token: { ...OAUTH2, refreshToken: given, clientSecret: optional(text) },
};
const SESSION: Fields<SessionAuth> = {
  type: chosen,
  loginUrl: given,
  method: optional(text),
  body: optional(record),
  form: optional(flag),
  headers: optional(record),
  tokenPath: optional(text),
  header: optional(text),
  prefix: optional(text),
};

const KINDS: Readonly<Record<HttpAuth['type'], Field>> = {
  none: fields(NONE),
  bearer: fields(BEARER),
  basic: fields(BASIC),
  apiKey: fields(API_KEY),
  oauth2: checkOAuth2,
  session: fields(SESSION),
  custom: checkCustom,
};

/** The option `auth` of a client. */
export const checkAuth: Field = (path, value, problems) => {
  checkChoice(path, 'type', value, KINDS, problems)?.(path, value, problems);
};

function checkOAuth2(path: string, value: unknown, problems: Problems): void {
  const found = checkChoice(path, 'grant', value, GRANTS, problems);
  if (found) checkFields(path, value, found, problems);
}

/** May be an object of the author's own, with whatever it needs besides. */
function checkCustom(path: string, value: unknown, problems: Problems): void {
  const { authorize, refresh } = value as Partial<CustomAuth>;
  callable(`${path}.authorize`, authorize, problems);
  optional(callable)(`${path}.refresh`, refresh, problems);
}

/** What the field that tells kinds apart stands for; undefined for a value that stands for nothing. */
function checkChoice<T>(
  path: string,
  name: string,
  value: unknown,
  kinds: Readonly<Record<string, T>>,
  { author }: Problems,
): T | undefined {
  if (typeof value !== 'object' || value === null) {
    author.push(`${path} must be an object`);
    return undefined;
  }
  const kind = (value as Record<string, unknown>)[name];
  if (typeof kind === 'string' && Object.hasOwn(kinds, kind)) return kinds[kind];
  const names = Object.keys(kinds);
  const meant = typeof kind === 'string' ? didYouMean(kind, names) : '';
  author.push(`${path}.${name} must be one of ${names.join(', ')}${meant}`);
  return undefined;
}

function fields(table: Readonly<Record<string, Field>>): Field {
  return (path, value, problems) => checkFields(path, value, table, problems);
}
