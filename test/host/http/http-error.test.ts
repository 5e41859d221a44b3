import { describe, expect, it } from '@jest/globals';
import { toHostError } from '../../../src/host/http/http-error.js';
import { requestAddress } from '../../../src/sdk/request-address.js';
import { retryAfterSeconds } from '../../../src/host/http/retry-after.js';

describe('toHostError', () => {
  it.each([
    ['text', 'boom'],
    ['null', null],
    ['an error', new Error('boom')],
    ['an object', { isAxiosError: 1 }],
  ])('does not know %s', (_what, error) => expect(toHostError(error)).toBeUndefined());

  it.each([
    ['CERT_HAS_EXPIRED', 'its certificate has expired'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'its certificate is not signed by an authority that is trusted here'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'its certificate is for another host name'],
    ['EPROTO', 'it does not speak TLS as expected'],
    ['ERR_OSSL_PEM_NO_START_LINE', 'the certificate or key of this client cannot be used'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'it refuses the certificate of this client'],
  ])('takes %s for the configuration', (code, what) => {
    const config = { url: 'https://api.example/x' };
    expect(toHostError({ isAxiosError: true, message: 'no', code, config })).toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      message: `GET https://api.example/x failed: no trusted TLS connection to api.example: ${what} (${code})`,
    });
  });

  it('takes an error of the options for one of the connector', () => {
    const error = { isAxiosError: true, message: 'Unsupported protocol ftp:', code: 'ERR_BAD_REQUEST' };
    expect(toHostError(error)).toMatchObject({
      name: 'ConnectorError',
      message: 'GET (no address) failed: Unsupported protocol ftp:',
    });
  });

  it('takes a cancellation by the connector itself for one', () => {
    const config = { url: 'http://api.example', signal: AbortSignal.abort() };
    expect(
      toHostError({ isAxiosError: true, message: 'canceled', code: 'ERR_CANCELED', config }),
    ).toMatchObject({
      name: 'ConnectorError',
      message: 'GET http://api.example was cancelled by the connector',
    });
  });
});

describe('requestAddress', () => {
  it.each([
    ['https://ann:pw@api.example/a?b=c#d', undefined, 'https://api.example/a'],
    ['https://ann:p@w@api.example/a', undefined, 'https://api.example/a'],
    ['http://u:se/cret@127.0.0.1:1/x?y', undefined, 'http://***@127.0.0.1:1/x'],
    ['http://u:se?cret@127.0.0.1:1/x?y', undefined, 'http://***@127.0.0.1:1/x'],
    ['x', 'http://u:1/cret@h', 'http://***@h/x'],
    ['http://u:a@b/cret@h', undefined, 'http://***@h'],
    ['//u:se/cret@h/x', undefined, '//***@h/x'],
    ['http://h:80/x?mail=a@b', undefined, 'http://h:80/x'],
    ['/a/b', 'http://api.example/v1/', 'http://api.example/v1/a/b'],
    ['http://other.example', 'http://api.example', 'http://other.example'],
    ['/a?b=http://x@y', '', '/a'],
    [undefined, 'http://api.example', 'http://api.example/'],
    ['', '', '(no address)'],
  ])('shows %s on %s', (url, base, shown) => expect(requestAddress(url, base)).toBe(shown));
});

describe('retryAfterSeconds', () => {
  const now = Date.parse('2026-11-21T07:00:00Z');
  it.each([
    ['0', 0],
    [' 120 ', 120],
    [30, 30],
    ['Sat, 21 Nov 2026 07:01:30 GMT', 90],
    ['Saturday, 21-Nov-26 07:00:05 GMT', 5],
    ['Sat, 21 Nov 2026 06:00:00 GMT', 0],
    ['-5', undefined],
    ['1.5', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('reads %p', (header, seconds) => expect(retryAfterSeconds(header, now)).toBe(seconds));
});
