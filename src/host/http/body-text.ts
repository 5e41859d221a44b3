import { isAscii, isUtf8 } from 'node:buffer';
import { TextDecoder } from 'node:util';
import { ConfigError } from '../../sdk/errors.js';

const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf];

/**
 * The text of a body, in the charset that its content type names, UTF-8 where it names none. A byte order mark is
 * dropped.
 *
 * @param name the request, as the start of a sentence
 * @throws ConfigError for a charset that is not known, and for bytes that are no text in it
 */
export function bodyText(body: Buffer, contentType: string | undefined, name: () => string): string {
  const charset = charsetOf(contentType);
  if (charset === 'utf-8' || charset === 'utf8') {
    // Most pages are ASCII, which becomes a string several times faster.
    if (isAscii(body)) return body.toString('latin1');
    if (isUtf8(body))
      return body.toString('utf8', BYTE_ORDER_MARK.every((byte, i) => body[i] === byte) ? 3 : 0);
    throw notText(name(), charset);
  }
  let decoder: TextDecoder;
  try {
    decoder = new TextDecoder(charset, { fatal: true });
  } catch {
    throw new ConfigError(`${name()} answered with a charset that is not known: ${JSON.stringify(charset)}`, {
      code: 'HTTP_REFUSED',
      action:
        'Have the Content-Type corrected; a connector of your own can read bytes with responseType "arraybuffer".',
    });
  }
  try {
    // In one call, Node 20 takes windows-1252 for latin-1 (nodejs/node#56542).
    return decoder.decode(body, { stream: true }) + decoder.decode();
  } catch {
    throw notText(name(), charset);
  }
}

function charsetOf(contentType = ''): string {
  return /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(contentType)?.[1]?.toLowerCase() ?? 'utf-8';
}

function notText(request: string, charset: string): ConfigError {
  return new ConfigError(`${request} answered with bytes that are not valid ${charset}`, {
    code: 'HTTP_REFUSED',
    action:
      'Check the address, and have the Content-Type corrected if this is text; a connector of your own can read bytes with responseType "arraybuffer".',
  });
}
