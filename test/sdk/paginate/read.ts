import { paginate, type PaginateOptions, type Row } from 'connector-host';
import { fakeContext, type FakeContext } from '../../connectors/fake-context.js';
import { serveJson, type JsonAnswer, type JsonRequest } from '../../helpers/serve-json.js';

/** Options of a read whose URL the server gives. */
export type Options = Omit<PaginateOptions, 'url'>;

/** What a read brought, and what was asked for it. */
export interface Read {
  readonly ids: unknown[];
  readonly pages: number[];
  /** Query of each request, and its body where it has one. */
  readonly asked: string[];
  readonly context: FakeContext;
}

/** Rows with these ids. */
export const rowsOf = (first: number, last: number): Row[] =>
  Array.from({ length: last - first + 1 }, (_, index) => ({ id: first + index, name: 'row' }));
export const ALL = rowsOf(1, 7);

/** Reads a server that answers so, to the end. */
export async function read(answer: (request: JsonRequest) => JsonAnswer, options: Options): Promise<Read> {
  const api = await serveJson(answer);
  const context = fakeContext();
  const pages: Row[][] = [];
  try {
    for await (const page of paginate(context, { ...options, url: `${api.url}/rows` })) pages.push([...page]);
  } catch (error) {
    if (error instanceof Error) error.message = error.message.replaceAll(api.url, '');
    throw error;
  }
  return {
    ids: pages.flat().map(({ id }) => id),
    pages: pages.map(({ length }) => length),
    asked: api.requests.map(
      ({ query, body }) => `${String(query)}${body === undefined ? '' : JSON.stringify(body)}`,
    ),
    context,
  };
}
