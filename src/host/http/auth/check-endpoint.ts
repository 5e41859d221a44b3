import { ConfigError } from '../../../sdk/errors.js';

/** @throws ConfigError that names the option, for text that is no address of a web server */
export function checkEndpoint(option: string, url: string): void {
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return;
  throw new ConfigError(`${option} is not a URL that begins with https:// or http://`, {
    action: `Correct ${option}.`,
  });
}
