import { STATUS_CODES } from 'node:http';

/** `404 Not Found`: the standard's words, never the server's, which may hold anything. */
export function statusPhrase(status: number): string {
  const reason = STATUS_CODES[status];
  return reason === undefined ? String(status) : `${status} ${reason}`;
}
