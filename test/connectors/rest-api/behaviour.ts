import { describe, expect, it } from '@jest/globals';
import { startFakeApi, type FakeApiOptions, type FakeRoute } from 'connector-host/testing';
import RestApiConnector from '../../../python-connectors/my-plugin-rest-api/connector.js';
import type { RestApiConfig } from '../../../python-connectors/my-plugin-rest-api/rest-api-config.js';
import type { ErrorCode, HostError, Row } from '../../../src/index.js';
import { fakeContext, readRows } from '../fake-context.js';

/** One path of an API, `/items`, and what belongs to its whole server. */
export type Api = FakeRoute & Pick<FakeApiOptions, 'authFaults' | 'rateLimit'>;

/** How a read ends that must not succeed. */
export interface Failure {
  readonly name: HostError['name'];
  readonly code: ErrorCode;
  readonly message: RegExp;
  readonly action: RegExp;
}

/**
 * What an API does, how the connector is set, and what comes of it: so many rows, numbered from 1 as the fake API makes
 * them; these rows; or this failure.
 */
export type Behaviour = readonly [
  what: string,
  api: Api,
  config: RestApiConfig,
  expected: number | readonly Row[] | Failure,
];

/** A read that needs more requests than this is taken for a loop. */
const MOST_REQUESTS = 50;

/** Runs each behaviour through the connector, against a server of its own. */
export function describeBehaviours(
  title: string,
  base: RestApiConfig,
  behaviours: readonly Behaviour[],
  mostRequests = MOST_REQUESTS,
): void {
  describe(`my-plugin-rest-api: ${title}`, () => {
    it.each(behaviours)('%s', async (_what, { authFaults, rateLimit, auth, ...route }, config, expected) => {
      const api = await startFakeApi({
        routes: { '/items': route },
        ...(auth && { auth }),
        ...(authFaults && { authFaults }),
        ...(rateLimit && { rateLimit }),
      });
      try {
        const ending = await read({ ...configAt(api.url), ...base, ...resolved(config, api.url) });
        if (typeof expected === 'number') expect(ending).toEqual(rowsTo(expected));
        else if (isFailure(expected)) expectFailure(ending, expected);
        else expect(ending).toEqual(expected);
        expect(api.requests.length).toBeLessThanOrEqual(mostRequests);
      } finally {
        await api.close();
      }
    });
  });
}

/** What every behaviour is read with. */
export function configAt(url: string): RestApiConfig {
  return { base_url: url, endpoint: 'items', page_size: 10 };
}

/** The first rows that the fake API makes. */
export function rowsTo(last: number, first = 1): Row[] {
  return Array.from({ length: last - first + 1 }, (_, i) => ({ id: first + i, name: `Café ${first + i}` }));
}

/** The paging would lose or double rows. */
export function paging(message: RegExp, action = /./): Failure {
  return { name: 'ConfigError', code: 'PAGING_FAILED', message, action };
}

/** The API does not take the request as it is. */
export function refused(message: RegExp, action = /./): Failure {
  return { name: 'ConfigError', code: 'HTTP_REFUSED', message, action };
}

/** The credentials are wrong. */
export function unauthorized(message: RegExp, action = /./): Failure {
  return { name: 'AuthError', code: 'AUTH_FAILED', message, action };
}

/** The API is down for now. */
export function unavailable(message: RegExp, action = /./): Failure {
  return { name: 'TransientError', code: 'SOURCE_UNAVAILABLE', message, action };
}

/** All rows, or the error that ended the read. */
async function read(config: RestApiConfig): Promise<Row[] | HostError> {
  try {
    return await readRows(new RestApiConnector(config, fakeContext()));
  } catch (error) {
    return error as HostError;
  }
}

function expectFailure(ending: Row[] | HostError, { message, action, ...rest }: Failure): void {
  if (Array.isArray(ending)) throw new Error(`the read brought ${ending.length} rows and no error`);
  expect(ending).toMatchObject(rest);
  expect(ending.message).toMatch(message);
  expect(ending.action).toMatch(action);
}

function isFailure(expected: Exclude<Behaviour[3], number>): expected is Failure {
  return !Array.isArray(expected);
}

/** `token_url` may be a path of the server, whose port nobody knows before. */
function resolved(config: RestApiConfig, url: string): RestApiConfig {
  const { token_url: tokenUrl } = config;
  return tokenUrl?.startsWith('/') ? { ...config, token_url: url + tokenUrl } : config;
}
