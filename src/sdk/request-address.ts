import { maskCredentials } from './mask-credentials.js';

/** The address of a request without credentials, query and fragment, for messages and the log. */
export function requestAddress(url = '', baseURL = ''): string {
  const isAbsolute = /^(?:[a-z][a-z\d+.-]*:)?\/\//i.test(url);
  const address =
    isAbsolute || baseURL === '' ? url : `${baseURL.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`;
  // In what is no URL, a ? may belong to the password, so credentials go first.
  const known = URL.canParse(address) ? withoutQuery(address) : address;
  const plain = known.replace(/\/\/[^/?#]*@/, '//');
  // Where an @ is left, the password may hold a slash.
  const shown = plain.includes('@') ? maskCredentials(known).replace(/^\/\/.*@/s, '//***@') : plain;
  return withoutQuery(shown) || '(no address)';
}

function withoutQuery(address: string): string {
  return address.replace(/[?#].*$/s, '');
}
