import { afterEach } from '@jest/globals';
import { startFakeApi, type FakeApi, type FakeApiOptions, type FakeRoute } from 'connector-host/testing';

/** Starts fake APIs that are closed after each test. */
export function useApi(): {
  readonly start: (options: FakeApiOptions) => Promise<FakeApi>;
  readonly serve: (route: FakeRoute) => Promise<FakeApi>;
} {
  const open: FakeApi[] = [];
  afterEach(async () => {
    for (const api of open.splice(0)) await api.close();
  });
  const start = async (options: FakeApiOptions): Promise<FakeApi> => {
    const api = await startFakeApi(options);
    open.push(api);
    return api;
  };
  return { start, serve: (route) => start({ routes: { '/items': route } }) };
}

/** The answer's JSON; its type is the test's business. */
export async function json<T>(response: Response): Promise<T> {
  return (await response.json()) as T;
}

/** The ids of rows. */
export function ids(rows: unknown): unknown[] {
  return (rows as { id: unknown }[]).map((row) => row.id);
}
