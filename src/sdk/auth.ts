/** No credentials. */
export interface NoAuth {
  readonly type: 'none';
}

/** `Authorization: Bearer <token>`. */
export interface BearerAuth {
  readonly type: 'bearer';
  readonly token: string;
}

/** HTTP basic authentication, the text as UTF-8. */
export interface BasicAuth {
  readonly type: 'basic';
  readonly username: string;
  readonly password: string;
}

/** A key under a name of the API's choice. */
export interface ApiKeyAuth {
  readonly type: 'apiKey';
  readonly in: 'header' | 'query' | 'cookie';
  readonly name: string;
  readonly value: string;
}

interface OAuth2Client {
  readonly type: 'oauth2';
  readonly tokenUrl: string;
  readonly clientId: string;
  /** How the client shows who it is: in the Authorization header (the default) or in the body. */
  readonly clientAuthentication?: 'basic' | 'body';
  /** Names joined by spaces. */
  readonly scope?: string;
  /** Sent to the token endpoint besides what the standard says, for example `audience`. */
  readonly params?: Readonly<Record<string, string>>;
}

/** OAuth 2.0, RFC 6749 section 4.4: a token for the client itself. */
export interface OAuth2ClientCredentials extends OAuth2Client {
  readonly grant: 'client_credentials';
  readonly clientSecret: string;
}

/**
 * OAuth 2.0, RFC 6749 section 6. A refresh token that the server replaces is stored in `.host/` before the new one is
 * used, and the stored one is used by later runs that are given the same first token.
 */
export interface OAuth2RefreshToken extends OAuth2Client {
  readonly grant: 'refresh_token';
  readonly refreshToken: string;
  /** Absent: a public client. */
  readonly clientSecret?: string;
}

/** A login request whose answer has a token, which every other request carries. Logged in again when it is refused. */
export interface SessionAuth {
  readonly type: 'session';
  readonly loginUrl: string;
  /** Default POST. */
  readonly method?: string;
  /** Sent as JSON, or as a form where `form` is true. */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly form?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
  /** Where the token is in the answer, a path as `paginate` takes it. Absent: the cookies that the answer sets. */
  readonly tokenPath?: string;
  /** Header that carries the token. Default Authorization. */
  readonly header?: string;
  /** Put before the token. Default `Bearer `. */
  readonly prefix?: string;
}

/** A request as an author's own authentication sees it: change its headers and the query of its URL. */
export interface AuthRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Record<string, string>;
}

/** An author's own authentication. */
export interface CustomAuth {
  readonly type: 'custom';
  /** Called before each try. */
  authorize(request: AuthRequest): void | Promise<void>;
  /** Called once after an answer of 401 or 403. Return true when the next `authorize` has other credentials. */
  refresh?(): boolean | Promise<boolean>;
}

/** How a client shows who it is. */
export type HttpAuth =
  | NoAuth
  | BearerAuth
  | BasicAuth
  | ApiKeyAuth
  | OAuth2ClientCredentials
  | OAuth2RefreshToken
  | SessionAuth
  | CustomAuth;
