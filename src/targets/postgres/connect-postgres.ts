import type { ClientConfig } from 'pg';
import { ConfigError } from '../../sdk/errors.js';
import { MASK, maskCredentials } from '../../sdk/mask-credentials.js';

/** A database that a URL names. */
export interface PostgresAddress {
  /** For people, without credentials: `postgres://db.example.com/sales`. */
  readonly label: string;
  readonly config: ClientConfig;
}

/** Longest time that a server may take to accept a connection, in milliseconds. */
const CONNECT_MS = 15_000;
/** Milliseconds of silence after which the network is asked whether the server is still there. */
const KEEP_ALIVE_MS = 10_000;
/** Modes of TLS that the library takes for `verify-full`, with a warning on stderr. */
const CHECKED_MODES = ['prefer', 'require', 'verify-ca'];

/** Whether a text names a PostgreSQL database. */
export function isPostgresUrl(text: string): boolean {
  return /^postgres(?:ql)?:\/\//.test(text);
}

/**
 * Reads `postgres://user:password@host:port/database?sslmode=verify-full`. What is left out comes from the environment,
 * as PGUSER, PGPASSWORD, PGHOST, PGPORT and PGDATABASE, which the library reads when it connects.
 *
 * @throws ConfigError CLI_USAGE for a text that is no URL
 */
export function readAddress(text: string): PostgresAddress {
  const url = parseUrl(text);
  if (url.username === MASK) {
    throw new ConfigError(`the password of ${url.host}${url.pathname} is not kept, and so not known`, {
      code: 'CLI_USAGE',
      action: 'Name the database with --to, with its password in the environment.',
    });
  }
  const mode = url.searchParams.get('sslmode');
  if (mode !== null && CHECKED_MODES.includes(mode) && !url.searchParams.has('uselibpqcompat')) {
    url.searchParams.set('sslmode', 'verify-full');
  }
  return {
    label: `postgres://${url.host}${url.pathname}`,
    config: {
      connectionString: url.href,
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    },
  };
}

function parseUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  // A slash in a password ends what the parser takes for user, password and host.
  if (url && !url.pathname.includes('@')) return url;
  throw new ConfigError(`"${maskCredentials(text)}" is not the URL of a PostgreSQL database`, {
    code: 'CLI_USAGE',
    action:
      'Write postgres://user@host/database, with characters such as @ and / in a password as %40 and %2F.',
  });
}
