const SHOWN_CHARACTERS = 200;
const KEPT_CHARACTERS = 500;
/** More is not looked at: blanks are joined and secrets hidden before the rest is cut. */
const READ_CHARACTERS = 100 * SHOWN_CHARACTERS;

/** The first characters of a body on one line; secrets are hidden first, so that none is cut in the middle and shows. */
export function bodyExcerpt(body: string, redact: (text: string) => string): string {
  const text = oneLine(body, redact);
  return JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);
}

/** The same, longer and without quotes, as it is kept with rows that an endpoint refused. */
export function keptExcerpt(body: string, redact: (text: string) => string): string {
  return oneLine(body, redact).slice(0, KEPT_CHARACTERS);
}

function oneLine(body: string, redact: (text: string) => string): string {
  return redact(body.slice(0, READ_CHARACTERS)).replace(/\s+/g, ' ').trim();
}
