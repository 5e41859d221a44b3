import type { Fault } from 'connector-host/testing';
import { describeBehaviours, refused, unavailable, type Api } from './behaviour.js';

const PAGES = { pagination_type: 'page', first_page: 1 } as const;
const SHORT = { timeout_seconds: 0.1 };
/** 25 rows on three pages; a fault of the second one, once. */
const once = (fault: Fault, route: Partial<Api> = {}): Api => ({
  rows: 25,
  paging: { type: 'page' },
  faults: { 2: fault },
  ...route,
});
/** The same, from the second page on for ever. */
const ever = (fault: Exclude<Fault, string>): Api => once({ ...fault, times: Infinity });
const status = (code: number, headers = {}): Fault & object => ({ status: code, headers });
const MIB = 2 ** 20;

describeBehaviours('faults that pass', PAGES, [
  ['a connection that is reset', once('reset'), {}, 25],
  ['a body that is cut', once('cut'), {}, 25],
  ['a body that is cut, in chunks', once('cut-chunked'), {}, 25],
  ['a body cut after its first byte', once({ fault: 'cut', bytes: 1 }), {}, 25],
  ['a body cut before its first byte', once({ fault: 'cut', bytes: 0 }), {}, 25],
  ['JSON that breaks off in a whole answer', once('truncate'), {}, 25],
  ['gzip that breaks off', once('gzip-cut'), {}, 25],
  ['gzip that is cut', once('cut', { gzip: true }), {}, 25],
  ['NDJSON that breaks off', once('truncate', { format: 'ndjson' }), { response_format: 'ndjson' }, 25],
  ['no answer', once('hang'), SHORT, 25],
  ['an answer that is late', once({ fault: 'delay', ms: 300 }), SHORT, 25],
  ['500', once(status(500)), {}, 25],
  ['502 with a page of HTML', once({ fault: 'html', status: 502 }), {}, 25],
  ['503', once(status(503)), {}, 25],
  ['503 with Retry-After', once(status(503, { 'Retry-After': '0' })), {}, 25],
  ['504 twice', once({ status: 504, times: 2 }), {}, 25],
  ['408', once(status(408)), {}, 25],
  ['429', once(status(429)), {}, 25],
  ['429 with Retry-After in seconds', once(status(429, { 'Retry-After': '0' })), {}, 25],
  [
    '429 with Retry-After as a date',
    once(status(429, { 'Retry-After': 'Thu, 01 Jan 1970 00:00:00 GMT' })),
    {},
    25,
  ],
  ['403 that is a rate limit', once(status(403, { 'Retry-After': '0' })), {}, 25],
  ['a POST', once(status(500), { paging: { type: 'page', in: 'body' } }), { method: 'POST' }, 25],
  ['a cut POST', once('cut', { paging: { type: 'page', in: 'body' } }), { method: 'POST' }, 25],
  ['every other answer', { ...once('cut'), faults: (_r, n) => (n % 2 === 0 ? 'reset' : undefined) }, {}, 25],
  ['a fault of the first page', { ...once('cut'), faults: { 1: 'cut' } }, {}, 25],
  [
    'a redirect within the origin',
    { ...once('cut'), faults: { 1: { fault: 'redirect', to: '/items?page=1' } } },
    {},
    25,
  ],
]);

describeBehaviours('faults that stay', PAGES, [
  ['reset', ever({ fault: 'reset' }), {}, unavailable(/closed by the other side.* \(after 5 tries\)$/)],
  [
    'cut',
    ever({ fault: 'cut' }),
    {},
    unavailable(/broke off in the middle of the answer \(after 5 tries\)$/),
  ],
  ['broken off', ever({ fault: 'truncate' }), {}, unavailable(/broke off in the middle of the answer/)],
  ['gzip broken off', ever({ fault: 'gzip-cut' }), {}, unavailable(/broke off in the middle of the answer/)],
  [
    'no answer',
    ever({ fault: 'hang' }),
    SHORT,
    unavailable(/was not answered within 0.1 s \(after 5 tries\)$/),
  ],
  ['a trickle', ever({ fault: 'trickle', ms: 20 }), SHORT, unavailable(/took longer than 1 s$/)],
  ['500', ever(status(500)), {}, unavailable(/500 Internal Server Error.* \(after 5 tries\)$/, /later/)],
  [
    '502 with a page of HTML',
    ever({ fault: 'html', status: 502 }),
    {},
    unavailable(/502 Bad Gateway: "<!DOCTYPE/),
  ],
  ['429', ever(status(429)), {}, unavailable(/429 Too Many Requests.* \(after 5 tries\)$/)],
  [
    '429 for an hour',
    ever(status(429, { 'Retry-After': '3600' })),
    {},
    unavailable(/429/, /again in 3600 s/),
  ],
  [
    'a rate limit for an hour',
    { rows: 25, paging: { type: 'page' }, rateLimit: { requests: 2, perSeconds: 3600 } },
    {},
    unavailable(/429/, /Run again in 3\d+ s/),
  ],
  ['501', ever(status(501)), {}, refused(/501 Not Implemented/)],
  ['400', ever(status(400)), {}, refused(/400 Bad Request: .*status 400.*\(page=2, per_page=10\)$/)],
  ['404', ever(status(404)), {}, refused(/404 Not Found.*\(page=2, /, /end_status/)],
  ['409', ever(status(409)), {}, refused(/409 Conflict/)],
  ['304', ever(status(304)), {}, refused(/304 Not Modified/)],
  ['a redirect loop', ever({ fault: 'redirect-loop' }), {}, refused(/too many redirects/)],
  [
    'a redirect to another origin',
    ever({ fault: 'redirect', to: 'http://other.example/items?page=2' }),
    {},
    refused(/to another origin, http:\/\/other\.example$/, /Add http:\/\/other\.example to allowed_origins/),
  ],
  [
    'a redirect to a file',
    ever({ fault: 'redirect', to: 'file:///etc/passwd' }),
    {},
    refused(/redirected to something that is not a URL|another origin/),
  ],
  ['2 GiB', ever({ fault: 'huge' }), {}, refused(/answered with more than 256 MiB$/)],
  [
    'a gzip bomb',
    ever({ fault: 'gzip-bomb', bytes: 300 * MIB }),
    {},
    refused(/answered with more than 256 MiB$/),
  ],
]);

describeBehaviours('places that are none', {}, [
  [
    'nothing listens',
    { rows: 1 },
    { base_url: 'http://127.0.0.1:1' },
    unavailable(/ECONNREFUSED|nothing listens/, /address/),
  ],
  [
    'no such host',
    { rows: 1 },
    { base_url: 'http://no-such-host.invalid' },
    unavailable(/host name/, /address/),
  ],
  [
    'another path',
    { rows: 1 },
    { endpoint: 'other' },
    refused(/\/other answered 404 Not Found: .*no such path/, /endpoint/),
  ],
  ['another method', { rows: 1 }, { method: 'POST' }, refused(/^POST .* answered 405 Method Not Allowed/)],
]);
