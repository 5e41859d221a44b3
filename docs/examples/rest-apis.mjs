// One API for each way of paging and of authentication, all with the same 250 countries, users with nested data,
// the changes of tickets, and events of a month. The guides read them: node docs/examples/rest-apis.mjs [port, default 4252; 0: any free port].
import { readFileSync } from 'node:fs';
import { startFakeApi } from 'connector-host/testing';
import countries from 'world-countries';

const rows = countries.map(({ cca3, name, region, area }) => ({ id: cca3, name: name.common, region, area }));
const sorted = rows.toSorted((a, b) => (a.id < b.id ? -1 : 1));
const users = JSON.parse(readFileSync(new URL('users.json', import.meta.url), 'utf8'));
const saved = (seq, id, status) => ({ seq, kind: 'saved', ticket: { id, title: `Ticket ${id}`, status } });
const changes = [
  saved(1, 'T-1', 'open'),
  saved(2, 'T-2', 'open'),
  saved(3, 'T-3', 'open'),
  saved(4, 'T-1', 'closed'),
  { seq: 5, kind: 'removed', ticket: { id: 'T-2', title: 'Ticket T-2', status: 'open' } },
];
/** 30 events a day in November 2026, one each 48 minutes. */
const events = Array.from({ length: 900 }, (_, index) => {
  const at = new Date(Date.UTC(2026, 10, 1) + index * 48 * 60_000);
  return { id: index + 1, at: at.toISOString(), region: ['Europe', 'Asia', 'Africa'][index % 3] };
});
const isWithin = ({ at }, { from, before }) =>
  !(Date.parse(at) < Date.parse(from)) && !(Date.parse(at) >= Date.parse(before));
/** Rows of a page at most, whatever is asked for. */
const maxSize = 50;

const paging = {
  '/none': { rows, envelope: 'data.items', fields: { updated: '2026-11-21' } },
  '/page': { rows, paging: { type: 'page', maxSize }, envelope: 'results' },
  '/page-404': { rows, paging: { type: 'page', maxSize, pastEnd: 404 }, envelope: 'results' },
  '/page-last': { rows, paging: { type: 'page', maxSize, pastEnd: 'last' }, envelope: 'results' },
  '/page-0-is-1': { rows, paging: { type: 'page', maxSize, zeroIsOne: true }, envelope: 'results' },
  '/offset': { rows, paging: { type: 'offset', maxSize }, envelope: 'data', total: 'meta.total' },
  '/cursor': {
    rows,
    paging: { type: 'cursor', path: 'next_cursor', maxSize },
    envelope: 'items',
    hasMore: 'has_more',
  },
  '/last-row': { rows: sorted, paging: { type: 'keyset', maxSize }, envelope: 'items' },
  '/link': { rows, paging: { type: 'link', form: 'path', maxSize } },
  '/next-url': {
    rows,
    paging: { type: 'nextUrl', path: '"@odata.nextLink"', form: 'path', maxSize },
    envelope: 'value',
  },
  '/search': {
    rows,
    paging: { type: 'offset', in: 'body', param: 'from', sizeParam: 'size', maxSize },
    envelope: 'hits.hits',
    record: '_source',
    method: 'POST',
  },
  '/graphql': { rows, paging: { type: 'graphql', connection: 'data.countries', maxSize } },
};

const oauth2 = { type: 'oauth2', clientId: 'my-client', clientSecret: 'client-secret' };
const auth = {
  '/bearer': { type: 'bearer', token: 'secret-token' },
  '/basic': { type: 'basic', username: 'ada', password: 'secret-password' },
  '/key-in-header': { type: 'apiKey', in: 'header', name: 'X-API-Key', value: 'secret-key' },
  '/key-in-query': { type: 'apiKey', in: 'query', name: 'api_key', value: 'secret-key' },
  '/key-in-cookie': { type: 'apiKey', in: 'cookie', name: 'session', value: 'secret-key' },
  '/oauth2': { ...oauth2, grant: 'client_credentials', tokenPath: '/oauth2/token' },
  '/oauth2-refresh': {
    ...oauth2,
    grant: 'refresh_token',
    tokenPath: '/oauth2-refresh/token',
    refreshToken: 'first-refresh-token',
    rotates: true,
  },
};

const api = await startFakeApi({
  port: Number(process.argv[2] ?? 4252),
  routes: {
    ...paging,
    ...Object.fromEntries(Object.entries(auth).map(([path, each]) => [path, { rows, auth: each }])),
    '/users': { rows: users },
    // Asked for from a moment on and before another.
    '/events': {
      rows: ({ query }) => events.filter((event) => isWithin(event, query)),
      paging: { type: 'page', maxSize },
      total: 'total',
    },
    // What the connector my-plugin-tickets follows.
    '/changes': { rows: changes, paging: { type: 'keyset', param: 'after', field: 'seq', maxSize: 3 } },
    // What the connector my-plugin-atlas reads.
    '/atlas': {
      ...paging['/last-row'],
      auth: { ...oauth2, grant: 'client_credentials', tokenPath: '/atlas/token' },
    },
  },
});

console.log(`listening on ${api.url}`);
