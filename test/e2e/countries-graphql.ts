import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { GraphQLError, GraphQLScalarType } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import { countries } from './countries.js';

/** Countries of a page at most, however many are asked for. */
export const MOST_ROWS = 30;
/** What a country has. */
export const FIELDS = [...new Set(countries.flatMap((country) => Object.keys(country)))];

const typeDefs = `
  scalar JSON
  type Country { ${FIELDS.map((name) => `${name}: JSON`).join(' ')} }
  type CountryEdge { cursor: String! node: Country! }
  type PageInfo { hasNextPage: Boolean! endCursor: String }
  type CountryConnection { edges: [CountryEdge!]! pageInfo: PageInfo! }
  type Query { countries(first: Int!, after: String, failAt: Int): CountryConnection! }
`;

interface Args {
  readonly first: number;
  readonly after?: string | null;
  /** Number of a country; the page that it is on fails. */
  readonly failAt?: number | null;
}

const resolvers = {
  JSON: new GraphQLScalarType({ name: 'JSON' }),
  Query: {
    countries(_parent: unknown, { first, after, failAt }: Args): unknown {
      const start = after === undefined || after === null ? 0 : indexOf(after);
      const end = Math.min(start + Math.min(first, MOST_ROWS), countries.length);
      if (typeof failAt === 'number' && start <= failAt && failAt < end) {
        throw new GraphQLError('the atlas is torn');
      }
      const edges = countries
        .slice(start, end)
        .map((node, at) => ({ node, cursor: cursorAt(start + at + 1) }));
      return {
        edges,
        pageInfo: { hasNextPage: end < countries.length, endCursor: edges.at(-1)?.cursor ?? null },
      };
    },
  },
};

/** A GraphQL server with the countries as a connection of pages. */
export async function serveCountries(): Promise<{ readonly url: string; readonly server: Server }> {
  const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers }), logging: false, graphiql: false });
  // eslint-disable-next-line @typescript-eslint/no-misused-promises -- as its own documentation has it
  const server = createServer(yoga);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

function cursorAt(index: number): string {
  return Buffer.from(`country/${index}`).toString('base64');
}

function indexOf(cursor: string): number {
  const text = /^country\/(\d+)$/.exec(Buffer.from(cursor, 'base64').toString())?.[1];
  if (text === undefined)
    throw new GraphQLError('this is no cursor', { extensions: { http: { status: 400 } } });
  return Number(text);
}
