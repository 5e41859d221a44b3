import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { listen } from '../../host/http/http-harness.js';

/** Which requests a rule is for: all of its conditions hold. */
export interface When {
  /** Number of the request, counted from 1: the first and the last. */
  readonly requests?: readonly [first: number, last: number];
  /** One of its rows has this id. */
  readonly has?: number;
  readonly rowsOver?: number;
  readonly bytesOver?: number;
}

/** What becomes of a request. */
export interface Does {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Text, or what becomes JSON; `list` and the others: a result for each row, of `codes`. Default: no body. */
  readonly body?: unknown;
  readonly rows?:
    'list' | 'items' | 'errors' | 'errors from 1' | 'indexes' | 'by id' | 'failures by id' | 'ndjson';
  /** Code of a row, by its id; others are 201. */
  readonly codes?: Readonly<Record<number, number | string>>;
  /** True: none of its rows is stored, whatever the answer says. */
  readonly drops?: boolean;
  /** The connection is cut: before the rows are stored, after that, or in the middle of the answer. */
  readonly cut?: 'before' | 'after' | 'within';
  /** Milliseconds until it is answered. */
  readonly delay?: number;
}

/** How an endpoint answers. The first rule that fits is followed; where none does, all rows are taken. */
export interface EndpointRules {
  readonly rules?: readonly { readonly when?: When; readonly does: Does }[];
  /** What it knows again: a second one is answered as well, and not stored. */
  readonly deduplicates?: 'row' | 'request';
}

interface StoredRow {
  readonly id: number;
  readonly version?: number;
}

interface Body {
  readonly keys: readonly string[];
  readonly rows: readonly StoredRow[];
}

/** What an endpoint was sent. */
export interface Endpoint {
  readonly url: string;
  /** Ids of the rows that were stored, each time that they were. */
  readonly stored: number[];
  /** The last version of each row, by id. */
  readonly versions: Map<number, number | undefined>;
  /** Rows in each request. */
  readonly sizes: number[];
  /** Requests that were under way together at most, since the number of one of them. */
  readonly together: number[];
}

/** Starts an endpoint that plays a script, until the test is over. */
export async function scriptedEndpoint({ rules = [], deduplicates }: EndpointRules): Promise<Endpoint> {
  const stored: number[] = [];
  const versions = new Map<number, number | undefined>();
  const sizes: number[] = [];
  const together: number[] = [];
  const known = new Set<string>();
  let underWay = 0;

  const store = ({ keys, rows }: Body, request: string, { codes = {}, drops }: Does): void => {
    if (drops) return;
    if (deduplicates === 'request' && known.has(request)) return;
    known.add(request);
    rows.forEach((row, index) => {
      const key = keys[index] as string;
      if (codes[row.id] !== undefined && codes[row.id] !== 200) return;
      if (deduplicates === 'row' && known.has(key)) return;
      known.add(key);
      stored.push(row.id);
      versions.set(row.id, row.version);
    });
  };

  const answer = (request: IncomingMessage, response: ServerResponse, text: string): void => {
    const body = JSON.parse(text) as Body;
    sizes.push(body.rows.length);
    const number = sizes.length;
    const { does = {} } = rules.find(({ when = {} }) => fits(when, number, body, text)) ?? {};
    const { status = 200, headers = {}, cut, delay = 0 } = does;
    const finish = (): void => {
      if (cut === 'before') return void request.socket.destroy();
      if (status < 300) store(body, String(request.headers['idempotency-key']), does);
      if (cut === 'after') return void request.socket.destroy();
      const content = contentOf(does, body);
      if (cut === 'within') {
        response.writeHead(status, { ...headers, 'content-length': content.length + 10 });
        response.write(content, () => request.socket.destroy());
        return;
      }
      response.writeHead(status, headers).end(content);
    };
    if (delay === 0) finish();
    else {
      const timer = setTimeout(finish, delay);
      response.on('close', () => clearTimeout(timer));
    }
  };

  const server = createServer((request, response) => {
    underWay += 1;
    together.push(underWay);
    response.on('close', () => (underWay -= 1));
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => answer(request, response, Buffer.concat(parts).toString()));
  });
  return { url: `http://127.0.0.1:${await listen(server)}`, stored, versions, sizes, together };
}

function fits(
  { requests, has, rowsOver, bytesOver }: When,
  number: number,
  body: Body,
  text: string,
): boolean {
  const [first, last] = requests ?? [1, Infinity];
  return (
    number >= first &&
    number <= last &&
    (has === undefined || body.rows.some(({ id }) => id === has)) &&
    (rowsOver === undefined || body.rows.length > rowsOver) &&
    (bytesOver === undefined || text.length > bytesOver)
  );
}

function contentOf({ rows: shape, codes = {}, body }: Does, { rows }: Body): string {
  if (shape === undefined)
    return body === undefined || typeof body === 'string' ? (body ?? '') : JSON.stringify(body);
  const items = rows.map(({ id }, index) => ({ id, index, status: codes[id] ?? 201, message: `row ${id}` }));
  const failed = items.filter(({ id }) => codes[id] !== undefined);
  switch (shape) {
    case 'list':
      return JSON.stringify(items.map(({ status }) => status));
    case 'items':
      return JSON.stringify({ results: items });
    case 'errors':
      return JSON.stringify({ errors: failed });
    case 'errors from 1':
      return JSON.stringify({ errors: failed.map((item) => ({ ...item, index: item.index + 1 })) });
    case 'indexes':
      return JSON.stringify({ failed: failed.map(({ index }) => index) });
    case 'by id':
      return JSON.stringify(Object.fromEntries(items.map(({ id, status }) => [id, status])));
    case 'failures by id':
      return JSON.stringify(failed);
    case 'ndjson':
      return items.map((item) => JSON.stringify(item)).join('\n');
  }
}
