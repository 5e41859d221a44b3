/** When a token or session ends. */
export interface TokenLife {
  /** Requests that one token serves. Default: any number. */
  readonly requests?: number;
  /** Seconds from its issue. Default: for ever. */
  readonly seconds?: number;
}

interface AnyFakeAuth {
  /** Status of an answer to wrong or missing credentials. Default 401. */
  readonly refusal?: 401 | 403;
  /** True: that answer repeats the request, credentials and all, as some APIs do. For tests of what gets printed. */
  readonly echoes?: boolean;
}

/** Everybody is served. */
export interface FakeNoAuth {
  readonly type: 'none';
}

/** `Authorization: Bearer <token>`. */
export interface FakeBearerAuth extends AnyFakeAuth {
  readonly type: 'bearer';
  readonly token: string;
}

/** HTTP basic authentication, UTF-8. */
export interface FakeBasicAuth extends AnyFakeAuth {
  readonly type: 'basic';
  readonly username: string;
  readonly password: string;
}

/** A key under a name. */
export interface FakeApiKeyAuth extends AnyFakeAuth {
  readonly type: 'apiKey';
  readonly in: 'header' | 'query' | 'cookie';
  readonly name: string;
  readonly value: string;
}

/** OAuth 2.0 with a token endpoint of its own. Issued tokens are in `api.tokens`. */
export interface FakeOAuth2 extends AnyFakeAuth {
  readonly type: 'oauth2';
  readonly grant: 'client_credentials' | 'refresh_token';
  /** Path of the token endpoint. Default `/token`. */
  readonly tokenPath?: string;
  readonly clientId: string;
  /** Absent: a public client, which sends its id in the body. */
  readonly clientSecret?: string;
  /** Where the client must show who it is. Default: either. */
  readonly clientAuthentication?: 'basic' | 'body';
  /** The refresh token that is taken first. For the grant refresh_token. */
  readonly refreshToken?: string;
  /** True: each refresh gives a new refresh token, and the old one is refused from then on. */
  readonly rotates?: boolean;
  /** Scope and other parameters that a token request must have, exactly. */
  readonly params?: Readonly<Record<string, string>>;
  readonly expires?: TokenLife;
  /** True: token answers say `expires_in`, where `expires.seconds` is given. Default true. */
  readonly tellsExpiry?: boolean;
}

/** A login whose answer has a token, in the body or as a cookie. */
export interface FakeSessionAuth extends AnyFakeAuth {
  readonly type: 'session';
  /** Default `/login`. */
  readonly loginPath?: string;
  /** Default POST. */
  readonly loginMethod?: string;
  /** What a login must say, as JSON or as a form. */
  readonly login: Readonly<Record<string, unknown>>;
  /** Where the token stands in the answer. Default `token`. */
  readonly tokenPath?: string;
  /** Name of a cookie that is set, and must come back, in the place of a token in the body. */
  readonly cookie?: string;
  /** Header that must carry the token. Default Authorization. */
  readonly header?: string;
  /** What must stand before the token. Default `Bearer `. */
  readonly prefix?: string;
  readonly expires?: TokenLife;
}

/** Who is served. */
export type FakeAuth =
  FakeNoAuth | FakeBearerAuth | FakeBasicAuth | FakeApiKeyAuth | FakeOAuth2 | FakeSessionAuth;
