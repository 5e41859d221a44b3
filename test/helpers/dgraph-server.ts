import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSchema, createYoga } from 'graphql-yoga';
import { DgraphGraph, type GraphNode, type GraphNodes, type NodeQuery } from './dgraph-graph.js';
import {
  ADMIN_SCHEMA,
  GRAPHQL_SCHEMA,
  INPUT_SCHEMA,
  NODE_TYPES,
  RELATIONS,
  type NodeType,
} from './dgraph-schema.js';

/** What goes wrong with a request, instead of or besides its answer. */
export type DgraphFault = FaultPlace &
  (
    | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> }
    /** The connection is cut before the answer, or in the middle of it. */
    | { readonly cut: 'before' | 'within' }
    | { readonly delayMs: number }
    /** GraphQL errors: beside the data, without it, or with some nodes null. */
    | {
        readonly errors: readonly string[];
        readonly data: 'kept' | 'none' | { readonly nullAt: readonly number[] };
      }
  );

/** Which requests a fault is for. */
interface FaultPlace {
  /** A part of the query, for example `queryProduct`. Absent: any request. */
  readonly query?: string;
  /** So many of these requests are answered before. */
  readonly skip?: number;
  /** So many are met by the fault. Default 1. */
  readonly times?: number;
}

/** What a test may do with a server in another process, by `POST /control`. */
export interface DgraphCommand {
  readonly put?: GraphNodes;
  readonly remove?: Partial<Readonly<Record<NodeType, readonly string[]>>>;
  /** Added to those that are there. */
  readonly faults?: readonly DgraphFault[];
  readonly shufflesTies?: boolean;
  /** The schema that /admin tells of; null: none. */
  readonly schema?: string | null;
}

/** A request as it came. */
export interface DgraphRequest {
  readonly path: string;
  readonly token: string | undefined;
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface DgraphServer {
  readonly url: string;
  readonly graph: DgraphGraph;
  readonly requests: DgraphRequest[];
  /** Called after each answer was made, before it is sent. */
  onAnswer: (request: DgraphRequest) => void;
  control(command: DgraphCommand): void;
  close(): Promise<void>;
}

/** The one key that the server takes. */
export const DGRAPH_TOKEN = 'dgraph-t0ken';

/**
 * Starts a Dgraph in miniature on a free port of 127.0.0.1: `/graphql` with the queries that Dgraph generates for a
 * catalogue, `/admin` with the schema, and `/control` for tests in another process.
 */
export async function startDgraphServer(): Promise<DgraphServer> {
  const graph = new DgraphGraph();
  const faults: { fault: DgraphFault; skip: number; times: number }[] = [];
  let schema: string | null = INPUT_SCHEMA;
  const options = { logging: false, graphiql: false, maskedErrors: false } as const;
  const endpoints: Readonly<Record<string, Pick<ReturnType<typeof createYoga>, 'fetch'>>> = {
    '/graphql': createYoga({
      ...options,
      schema: createSchema({ typeDefs: GRAPHQL_SCHEMA, resolvers: resolvers(graph) }),
    }),
    '/admin': createYoga({
      ...options,
      graphqlEndpoint: '/admin',
      schema: createSchema({
        typeDefs: ADMIN_SCHEMA,
        resolvers: {
          Query: {
            getGQLSchema: () =>
              schema === null ? null : { id: '0x1', schema, generatedSchema: GRAPHQL_SCHEMA },
            health: () => [
              { instance: 'alpha', address: 'localhost:7080', status: 'healthy', version: 'v25' },
            ],
          },
        },
      }),
    }),
  };
  const take = (query: string): DgraphFault | undefined => {
    for (const entry of faults) {
      if (entry.times === 0 || !query.includes(entry.fault.query ?? '')) continue;
      if (entry.skip > 0) {
        entry.skip -= 1;
        continue;
      }
      entry.times -= 1;
      return entry.fault;
    }
    return undefined;
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const path = request.url ?? '/';
    const text = await bodyOf(request);
    if (path === '/control') {
      if (request.method === 'POST') self.control(JSON.parse(text) as DgraphCommand);
      send(response, 200, JSON.stringify({ requests: self.requests }));
      return;
    }
    const endpoint = endpoints[path];
    if (!endpoint) {
      send(response, 404, '404 page not found');
      return;
    }
    const token = request.headers['x-auth-token'];
    const { query = '', variables = {} } = JSON.parse(text) as Partial<DgraphRequest>;
    const seen = { path, token: typeof token === 'string' ? token : undefined, query, variables };
    self.requests.push(seen);
    const fault = take(query);
    if (fault && 'delayMs' in fault) await sleep(fault.delayMs);
    if (fault && 'cut' in fault && fault.cut === 'before') {
      request.socket.destroy();
      return;
    }
    if (fault && 'status' in fault) {
      send(
        response,
        fault.status,
        fault.body ?? `{"errors":[{"message":"status ${fault.status}"}]}`,
        fault.headers,
      );
      return;
    }
    if (token !== DGRAPH_TOKEN) {
      send(response, 401, '{"errors":[{"message":"the token is not valid"}]}');
      return;
    }
    const made = await endpoint.fetch(`http://localhost${path}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: text,
    });
    const answered = await made.text();
    const body = fault && 'errors' in fault ? withErrors(answered, fault) : answered;
    self.onAnswer(seen);
    if (fault && 'cut' in fault) {
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length });
      response.write(body.slice(0, body.length / 2), () => response.destroy());
      return;
    }
    // Dgraph answers 200 also where the query is wrong.
    send(response, 200, body);
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const self: DgraphServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    graph,
    requests: [],
    onAnswer: () => undefined,
    control(command) {
      graph.put(command.put ?? {});
      graph.remove(command.remove ?? {});
      for (const fault of command.faults ?? []) {
        faults.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
      }
      graph.shufflesTies = command.shufflesTies ?? graph.shufflesTies;
      if (command.schema !== undefined) schema = command.schema;
    },
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
  return self;
}

function resolvers(graph: DgraphGraph): Record<string, Record<string, unknown>> {
  const queries = NODE_TYPES.flatMap((type) => [
    [`get${type}`, (_root: unknown, { id }: { id: string }) => graph.get(type, id)],
    [`query${type}`, (_root: unknown, query: NodeQuery) => graph.query(type, query)],
  ]);
  const nodes = NODE_TYPES.filter((type) => Object.keys(RELATIONS[type]).length > 0).map((type) => [
    type,
    Object.fromEntries(
      Object.entries(RELATIONS[type]).map(([name, { type: target, isList }]) => [
        name,
        (node: GraphNode, query: NodeQuery) => {
          const ids = [node[name] ?? []].flat();
          // An edge to a node that was removed is none.
          const found = ids.flatMap((id) => graph.get(target, id) ?? []);
          return isList ? graph.select(found, query) : (found[0] ?? null);
        },
      ]),
    ),
  ]);
  return Object.fromEntries([['Query', Object.fromEntries(queries)], ...nodes]) as ReturnType<
    typeof resolvers
  >;
}

function withErrors(text: string, fault: Extract<DgraphFault, { errors: unknown }>): string {
  const errors = fault.errors.map((message) => ({ message }));
  if (fault.data === 'none') return JSON.stringify({ errors });
  const { data } = JSON.parse(text) as { data: Record<string, unknown[]> };
  if (fault.data === 'kept') return JSON.stringify({ errors, data });
  const { nullAt } = fault.data;
  const holed = Object.entries(data).map(([name, nodes]) => [
    name,
    nodes.map((node, at) => (nullAt.includes(at) ? null : node)),
  ]);
  return JSON.stringify({ errors, data: Object.fromEntries(holed) as unknown });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function send(response: ServerResponse, status: number, body: string, headers = {}): void {
  response.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  response.end(body);
}
