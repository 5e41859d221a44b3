/** A secret of which one encoder or another writes every character differently. A header can carry it. */
export const SECRET = 'Kx9/+q"Zt=7 w\u00e9&%41?';
/** Whom it belongs to. */
export const USER = 'ada';
/** The beginning of the secret, up to a character at which a text may be split. */
export const SECRET_PART = SECRET.slice(0, SECRET.indexOf('='));

/** What may not be found in any output: the secret as it is, and in all the ways in which it is sent. */
export const SECRET_FORMS: readonly string[] = [
  SECRET_PART,
  JSON.stringify(SECRET_PART).slice(1, -1),
  encodeURIComponent(SECRET),
  encodeURI(SECRET),
  new URLSearchParams({ a: SECRET }).toString().slice(2),
  base64(SECRET),
  base64url(SECRET),
  base64(`${USER}:${SECRET}`),
  base64url(`${USER}:${SECRET}`),
];

function base64(text: string): string {
  return Buffer.from(text).toString('base64').replace(/=+$/, '');
}

function base64url(text: string): string {
  return Buffer.from(text).toString('base64url');
}
