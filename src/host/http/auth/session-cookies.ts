/**
 * The cookies that an answer sets, as a Cookie header carries them; those that it takes back are left out. All go to
 * the client's own origins, so path and domain are not looked at.
 */
export function sessionCookies(setCookie: readonly string[] | undefined, now = Date.now()): string {
  const cookies = new Map<string, string>();
  for (const line of setCookie ?? []) {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const separator = pair.indexOf('=');
    if (separator < 1) continue;
    const name = pair.slice(0, separator).trim();
    if (isExpired(attributes, now)) cookies.delete(name);
    else cookies.set(name, pair.slice(separator + 1).trim());
  }
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}

/** Max-Age goes before Expires, RFC 6265 section 5.3. */
function isExpired(attributes: readonly string[], now: number): boolean {
  const fields = new Map<string, string>();
  for (const attribute of attributes) {
    const [name = '', value = ''] = attribute.split('=');
    fields.set(name.trim().toLowerCase(), value.trim());
  }
  const maxAge = fields.get('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  // A date that cannot be read is not before now.
  return Date.parse(fields.get('expires') ?? '') <= now;
}
