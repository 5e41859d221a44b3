import { ConfigError } from '../../sdk/errors.js';

/** Faults of the network that pass by themselves, or once the other side is up again. */
export const NETWORK_FAULTS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens at that address',
  ECONNRESET: 'the connection was closed by the other side',
  EPIPE: 'the connection was closed by the other side',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up at the moment',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ENETDOWN: 'the network is down',
  ETIMEDOUT: 'the connection timed out',
};

/** Said where the other side closed the connection without an answer; it has no code, for it has several. */
export const CLOSED = `failed: ${NETWORK_FAULTS.ECONNRESET}`;

export const CHECK_ADDRESS = 'Check the address; if it is right, run again later.';

const TLS_FAULT = /CERT|^ERR_TLS_|^ERR_SSL_|^ERR_OSSL_|^UNABLE_TO_|^EPROTO$/;

/** What OpenSSL's codes mean, and what to do. */
const TLS_REASONS: readonly (readonly [code: RegExp, what: string, action: string])[] = [
  [
    /ALTNAME/,
    'its certificate is for another host name',
    'Use the host name that the certificate is made for.',
  ],
  [/HAS_EXPIRED/, 'its certificate has expired', 'Have the certificate renewed.'],
  [
    /^EPROTO$|WRONG_VERSION|PACKET_LENGTH/,
    'it does not speak TLS as expected',
    'Check the port, and whether the address begins with http: or https:.',
  ],
  [
    /^ERR_OSSL_/,
    'the certificate or key of this client cannot be used',
    'Check `cert`, `key` and `passphrase` of `tls`: PEM text that belongs together.',
  ],
  [
    /ALERT_.*(?:CERTIFICATE|UNKNOWN_CA)/,
    'it refuses the certificate of this client',
    'A connector of your own can give it the client certificate that it expects, with `tls`.',
  ],
  [
    /^ERR_SSL_/,
    'the two sides agree on no way to speak TLS',
    'Check the port and the TLS settings of the server.',
  ],
];

/** The error for a code that says that there is no trusted TLS connection; undefined for any other code. */
export function tlsError(request: string, host: string, code: string, cause: Error): ConfigError | undefined {
  if (!TLS_FAULT.test(code)) return undefined;
  const [, what, action] = TLS_REASONS.find(([pattern]) => pattern.test(code)) ?? [
    undefined,
    'its certificate is not signed by an authority that is trusted here',
    'Check the address and the certificate; NODE_EXTRA_CA_CERTS adds an authority, and a connector of your own can with `ca` of `tls`.',
  ];
  return new ConfigError(`${request} failed: no trusted TLS connection to ${host}: ${what} (${code})`, {
    code: 'HTTP_REFUSED',
    action,
    cause,
  });
}

/** Message and stack alone: errors of clients hold requests, with their headers. */
export function plainError(error: Pick<Error, 'message' | 'stack'>, redact: (text: string) => string): Error {
  const plain = new Error(redact(error.message));
  plain.stack = redact(error.stack ?? plain.message);
  return plain;
}
