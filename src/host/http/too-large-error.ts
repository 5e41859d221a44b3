import { ConfigError } from '../../sdk/errors.js';

const UNITS = ['bytes', 'KiB', 'MiB', 'GiB'];

/** The error for an answer beyond `maxResponseBytes`. */
export function tooLargeError(request: string, maxBytes: number): ConfigError {
  return new ConfigError(`${request} answered with more than ${sizeText(maxBytes)}`, {
    code: 'HTTP_REFUSED',
    action:
      'Ask for smaller pages; a connector of your own can raise maxResponseBytes, or read it with responseType "stream".',
  });
}

function sizeText(bytes: number): string {
  let unit = 0;
  let size = bytes;
  while (size >= 1024 && size % 1024 === 0 && unit < UNITS.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${size} ${UNITS[unit]}`;
}
