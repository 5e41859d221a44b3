import { ConfigError } from '../../../sdk/errors.js';

/** What Node sends as a value: neither line breaks and other control characters nor anything beyond Latin-1. */
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** Sets a header, whatever the case of its name on the request. */
export function setHeader(headers: Record<string, string>, name: string, value: string): void {
  for (const other of sameNames(headers, name)) Reflect.deleteProperty(headers, other);
  headers[name] = value;
}

/** The value of Authorization for HTTP basic authentication, the text as UTF-8 (RFC 7617). */
export function basicCredentials(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

/** Adds cookies (`name=value`, joined by `; `) to those that the request has; one of the same name is replaced. */
export function addCookies(headers: Record<string, string>, cookies: string): void {
  const added = new Set(cookies.split('; ').map(cookieName));
  const kept = sameNames(headers, 'cookie')
    .flatMap((name) => (headers[name] ?? '').split(/;\s*/))
    .filter((cookie) => cookie !== '' && !added.has(cookieName(cookie)));
  setHeader(headers, 'Cookie', [...kept, cookies].join('; '));
}

/** @throws ConfigError that names the option, never the value */
export function checkHeaderValue(option: string, value: string): void {
  if (value.trim() === '') throw new ConfigError(`${option} is empty`, { action: `Set ${option}.` });
  if (HEADER_VALUE.test(value)) return;
  throw new ConfigError(
    `${option} cannot be sent in a header: it holds a line break or a character outside Latin-1`,
    { action: `Correct ${option}; a line break often comes from copying it.` },
  );
}

/** @throws ConfigError that names the option */
export function checkHeaderName(option: string, name: string): void {
  if (HEADER_NAME.test(name)) return;
  throw new ConfigError(`${option} is no name of a header or a cookie`, {
    action: `Use letters, digits and hyphens in ${option}.`,
  });
}

function sameNames(headers: Record<string, string>, name: string): string[] {
  return Object.keys(headers).filter((other) => other.toLowerCase() === name.toLowerCase());
}

function cookieName(cookie: string): string {
  return cookie.replace(/=.*$/s, '').trim();
}
