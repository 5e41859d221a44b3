import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, jest } from '@jest/globals';

/** The package's own types are in none of ours. */
interface JsonServer {
  create(): {
    use(...handlers: readonly unknown[]): void;
    listen(port: number, host: string, done: () => void): Server;
  };
  defaults(options: { readonly logger: boolean }): unknown;
  router(data: object): { readonly db: { getState(): unknown } };
}

/** A REST API as json-server makes it. */
export interface RestApi {
  readonly url: string;
  /** The resource's rows as they are now. */
  rows(resource: string): readonly Readonly<Record<string, unknown>>[];
  /** Every request that was no GET, as in `PUT /users/1`. */
  readonly writes: string[];
}

const servers: Server[] = [];
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Starts json-server with these resources on a free port; it ends with the tests of the file. */
export async function serveRest(
  resources: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>,
): Promise<RestApi> {
  const jsonServer = jest.requireActual<JsonServer>('json-server');
  const data = structuredClone(resources);
  const app = jsonServer.create();
  const writes: string[] = [];
  app.use(jsonServer.defaults({ logger: false }));
  app.use((request: { method: string; url: string }, _response: unknown, next: () => void) => {
    if (request.method !== 'GET') writes.push(`${request.method} ${request.url}`);
    next();
  });
  const routes = jsonServer.router(data);
  app.use(routes);
  const server = await new Promise<Server>((resolve) => {
    const started = app.listen(0, '127.0.0.1', () => resolve(started));
  });
  servers.push(server);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    rows: (resource) => (routes.db.getState() as typeof data)[resource] ?? [],
    writes,
  };
}
