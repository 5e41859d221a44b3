import { ConfigError, parseJson } from 'connector-host';

/** What came back, as text. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

const SHOWN_CHARACTERS = 200;

/**
 * @param request what was asked, as the start of a sentence
 * @param secrets texts to hide where the body is shown
 * @throws ConfigError for a body that is not JSON: a login page, an error page, an address that is no API
 */
export function parseAnswer(
  { status, contentType, body }: Answer,
  request: string,
  secrets: readonly string[],
): unknown {
  try {
    return parseJson(body);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    // What the parser says quotes the body, secrets too; the message below shows the body itself.
    const what = contentType === '' ? 'no content type' : contentType;
    const shown =
      body.trim() === '' ? 'an empty body' : `${what} that is not JSON: ${excerpt(body, secrets)}`;
    throw new ConfigError(`${request} answered ${status} with ${shown}`, {
      action: 'Check base_url, endpoint and the credentials: this address does not answer with JSON.',
    });
  }
}

/** The first characters of a body on one line; secrets are hidden first, so that none is cut in the middle and shows. */
function excerpt(body: string, secrets: readonly string[]): string {
  let text = body.slice(0, 100 * SHOWN_CHARACTERS);
  for (const secret of secrets) text = text.replaceAll(secret, '***');
  text = text.replace(/\s+/g, ' ').trim();
  return JSON.stringify(text.length > SHOWN_CHARACTERS ? `${text.slice(0, SHOWN_CHARACTERS)}…` : text);
}
