import type { FakeApiOptions, FakeRateLimit, FakeRoute } from './fake-api-options.js';
import type { FakeAuth } from './fake-auth.js';
import { checkFaults } from './check-faults.js';
import { checkPaging } from './check-paging.js';
import { saysMoreThanRows } from './checked-route.js';
import { unknownKeys, type Keys, type Report } from './option-keys.js';

/** Every option of the server. */
export const API_KEYS: Keys<FakeApiOptions> = {
  routes: true,
  auth: true,
  authFaults: true,
  rateLimit: true,
  latencyMs: true,
  tls: true,
  port: true,
};
/** Every option of a route. */
export const ROUTE_KEYS: Keys<FakeRoute> = {
  rows: true,
  paging: true,
  envelope: true,
  record: true,
  emptyRows: true,
  fields: true,
  total: true,
  hasMore: true,
  format: true,
  contentType: true,
  gzip: true,
  method: true,
  headers: true,
  auth: true,
  latencyMs: true,
  faults: true,
};
const ANY_AUTH = { type: true, refusal: true, echoes: true } as const;
/** Every option of each auth style. */
export const AUTH_KEYS: { [T in FakeAuth['type']]: Keys<Extract<FakeAuth, { type: T }>> } = {
  none: { type: true },
  bearer: { ...ANY_AUTH, token: true },
  basic: { ...ANY_AUTH, username: true, password: true },
  apiKey: { ...ANY_AUTH, in: true, name: true, value: true },
  oauth2: {
    ...ANY_AUTH,
    grant: true,
    tokenPath: true,
    clientId: true,
    clientSecret: true,
    clientAuthentication: true,
    refreshToken: true,
    rotates: true,
    params: true,
    expires: true,
    tellsExpiry: true,
  },
  session: {
    ...ANY_AUTH,
    loginPath: true,
    loginMethod: true,
    login: true,
    tokenPath: true,
    cookie: true,
    header: true,
    prefix: true,
    expires: true,
  },
};

/** @throws TypeError that names everything that is unknown or does not go together */
export function checkOptions(options: FakeApiOptions): void {
  const problems: string[] = [];
  const report: Report = (problem) => problems.push(problem);
  unknownKeys(options, API_KEYS, '', report);
  if (Object.keys(options.routes).length === 0) report('routes has no path');
  const paths = Object.keys(options.routes);
  for (const [path, route] of Object.entries(options.routes)) {
    const at = `routes["${path}"]`;
    if (!path.startsWith('/') || /[?#]/.test(path)) report(`${at} must begin with "/" and have no query`);
    checkRoute(route, at, report);
    if (route.auth) checkAuth(route.auth, `${at}.auth`, paths, report);
  }
  if (options.auth) checkAuth(options.auth, 'auth', paths, report);
  if (options.authFaults && endpoints(options).length === 0) report('authFaults needs oauth2 or session');
  if (new Set(endpoints(options)).size < endpoints(options).length)
    report('two endpoints of auth have one path');
  checkFaults(options.authFaults, 'authFaults', report);
  if (options.rateLimit) checkRateLimit(options.rateLimit, report);
  const { port = 0 } = options;
  if (!Number.isInteger(port) || port < 0 || port > 65_535) report('port must be from 0 to 65535');
  if (problems.length > 0) throw new TypeError(`startFakeApi: ${problems.join('; ')}`);
}

function checkRoute(route: FakeRoute, at: string, report: Report): void {
  unknownKeys(route, ROUTE_KEYS, `${at}.`, report);
  const { rows, envelope, format = 'json', paging } = route;
  if (!areRows(rows)) report(`${at}.rows must be a list, a whole number or a function`);
  const isGraphql = paging?.type === 'graphql';
  if (isGraphql && envelope !== undefined) report(`${at}.envelope is paging.connection for graphql`);
  if (!isGraphql && envelope === '' && saysMoreThanRows(route)) {
    report(
      `${at}.envelope "" makes a list, which has no place for cursor, next URL, total, hasMore or fields`,
    );
  }
  if (route.emptyRows !== undefined && (isGraphql || (!envelope && !saysMoreThanRows(route)))) {
    report(`${at}.emptyRows needs an envelope`);
  }
  if (format !== 'json' && (envelope || route.record !== undefined || saysMoreThanRows(route))) {
    report(
      `${at}.format ${format} has rows only: no envelope, record, total, hasMore, fields, cursor or next URL`,
    );
  }
  checkFaults(route.faults, `${at}.faults`, report);
  if (paging) checkPaging(paging, route, `${at}.paging`, report);
}

function areRows(rows: unknown): boolean {
  if (typeof rows === 'number') return Number.isSafeInteger(rows) && rows >= 0;
  return Array.isArray(rows) || typeof rows === 'function';
}

function checkAuth(auth: FakeAuth, at: string, paths: readonly string[], report: Report): void {
  if (!Object.hasOwn(AUTH_KEYS, auth.type)) {
    report(`${at}.type "${auth.type}" is unknown`);
    return;
  }
  unknownKeys(auth, AUTH_KEYS[auth.type], `${at}.`, report);
  if (auth.type === 'oauth2') {
    const isRefresh = auth.grant === 'refresh_token';
    if (isRefresh && auth.refreshToken === undefined) report(`${at}.grant refresh_token needs refreshToken`);
    if (!isRefresh && (auth.refreshToken ?? auth.rotates) !== undefined) {
      report(`${at}.refreshToken and rotates need the grant refresh_token`);
    }
    if (!isRefresh && auth.clientSecret === undefined)
      report(`${at}.grant client_credentials needs clientSecret`);
  }
  if (auth.type === 'session' && auth.cookie !== undefined) {
    if ((auth.tokenPath ?? auth.header ?? auth.prefix) !== undefined) {
      report(`${at}.cookie goes without tokenPath, header and prefix`);
    }
  }
  const endpoint = endpointOf(auth);
  if (endpoint !== undefined && paths.includes(endpoint))
    report(`${at} has its endpoint at a route, ${endpoint}`);
}

function endpointOf(auth: FakeAuth): string | undefined {
  if (auth.type === 'oauth2') return auth.tokenPath ?? '/token';
  return auth.type === 'session' ? (auth.loginPath ?? '/login') : undefined;
}

function endpoints({ auth, routes }: FakeApiOptions): string[] {
  const all = [auth, ...Object.values(routes).map((route) => route.auth)];
  return all.flatMap((each) => (each ? (endpointOf(each) ?? []) : []));
}

function checkRateLimit({ requests, perSeconds }: FakeRateLimit, report: Report): void {
  if (!Number.isSafeInteger(requests) || requests < 1) report('rateLimit.requests must be at least 1');
  if (!(perSeconds > 0)) report('rateLimit.perSeconds must be more than 0');
}
