import { ConfigError } from '../errors.js';

/** @param what is wrong with the answer, as the end of a sentence */
export function unreadableResults(what: string): ConfigError {
  return new ConfigError(`the answer to a batch ${what}`, {
    code: 'HTTP_REFUSED',
    action: 'Check the address, and where the parameters look for the results of rows.',
  });
}
