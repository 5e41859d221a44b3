import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import { createServer as createNetServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { client, failureOf, listen, serve } from './http-harness.js';

const folder = mkdtempSync(join(tmpdir(), 'connector-host-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A certificate that is signed by itself, as PEM. */
function certificate(
  name: string,
  extra: readonly string[] = [],
): { readonly cert: string; readonly key: string } {
  const [cert, key] = [join(folder, `${name}.crt`), join(folder, `${name}.key`)];
  execFileSync(
    'openssl',
    [
      ...[
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
      ],
      ...['-subj', `/CN=${name}`, '-addext', `subjectAltName=${extra[0] ?? `DNS:${name}`}`],
      ...['-out', cert, '-keyout', key],
    ],
    { stdio: 'ignore' },
  );
  return { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
}

const server = certificate('localhost', ['DNS:localhost,IP:127.0.0.1']);
const other = certificate('other.example');
const person = certificate('person');

async function serveTls(
  given: { readonly cert: string; readonly key: string },
  clientCa?: string,
): Promise<string> {
  const port = await listen(
    createServer(
      { ...given, ...(clientCa ? { ca: clientCa, requestCert: true } : {}) },
      (request, response) => {
        const { socket } = request;
        const client = 'authorized' in socket && socket.authorized;
        response.end(JSON.stringify({ client, port: socket.remotePort }));
      },
    ),
  );
  return `https://127.0.0.1:${port}`;
}

const host = (url: string): string => new URL(url).host;

describe('TLS', () => {
  it('trusts the authority that it is given, and keeps the connection', async () => {
    const url = await serveTls(server);
    const http = client({ tls: { ca: server.cert } });
    const { data } = await http.get<{ port: number }>(url);
    expect(data).toEqual({ client: false, port: data.port });
    expect((await http.get(url)).data).toEqual(data);
  });

  it('names the host whose certificate is signed by nobody it trusts', async () => {
    const url = await serveTls(server);
    expect(await failureOf(client().get(url))).toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      message: `GET ${url} failed: no trusted TLS connection to ${host(url)}: its certificate is not signed by an authority that is trusted here (DEPTH_ZERO_SELF_SIGNED_CERT)`,
      action:
        'Check the address and the certificate; NODE_EXTRA_CA_CERTS adds an authority, and a connector of your own can with `ca` of `tls`.',
    });
  });

  it('names the host whose certificate is for another', async () => {
    const url = await serveTls(other);
    expect(await failureOf(client({ tls: { ca: other.cert } }).get(url))).toMatchObject({
      name: 'ConfigError',
      message: `GET ${url} failed: no trusted TLS connection to ${host(url)}: its certificate is for another host name (ERR_TLS_CERT_ALTNAME_INVALID)`,
      action: 'Use the host name that the certificate is made for.',
    });
  });

  it('shows its own certificate', async () => {
    const url = await serveTls(server, person.cert);
    const tls = { ca: server.cert, ...person };
    expect((await client({ tls }).get(url)).data).toMatchObject({ client: true });
  });

  it('names a server that asks for the certificate that it does not have', async () => {
    const url = await serveTls(server, person.cert);
    expect(await failureOf(client({ tls: { ca: server.cert } }).get(url))).toMatchObject({
      name: 'ConfigError',
      message: `GET ${url} failed: no trusted TLS connection to ${host(url)}: it refuses the certificate of this client (ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED)`,
      action: 'A connector of your own can give it the client certificate that it expects, with `tls`.',
    });
  });

  it('names a certificate and a key that do not belong together', async () => {
    const url = await serveTls(server);
    const error = await failureOf(client({ tls: { cert: person.cert, key: other.key } }).get(url));
    expect(error).toMatchObject({
      name: 'ConfigError',
      action: 'Check `cert`, `key` and `passphrase` of `tls`: PEM text that belongs together.',
    });
    expect((await failureOf(client({ tls: { cert: 'no PEM', key: 'no PEM' } }).get(url))).name).toBe(
      'ConfigError',
    );
  });

  it('names a server that speaks none', async () => {
    const url = (await serve((_request, response) => response.end())).replace('http:', 'https:');
    expect(await failureOf(client().get(url))).toMatchObject({
      name: 'ConfigError',
      action: 'Check the port, and whether the address begins with http: or https:.',
    });
  });

  it('is named where an http address leads to it', async () => {
    const url = (await serveTls(server)).replace('https:', 'http:');
    expect(await failureOf(client({ retry: { tries: 2 } }).get(url))).toMatchObject({
      name: 'TransientError',
      message: `GET ${url} failed: the connection was closed by the other side (after 2 tries)`,
      action:
        'Check the address: nothing was answered, so it may need https://; if it is right, run again later.',
    });
  });

  it('is named where it answers http with an alert', async () => {
    let requests = 0;
    const port = await listen(
      createNetServer((socket) => {
        requests += 1;
        socket.resume();
        // Fatal: unexpected message.
        socket.end(Buffer.from([0x15, 3, 1, 0, 2, 2, 10]));
      }),
    );
    const url = `http://127.0.0.1:${port}`;
    expect(await failureOf(client().get(url))).toMatchObject({
      name: 'ConfigError',
      code: 'HTTP_REFUSED',
      message: `GET ${url} was answered with TLS, which an http address does not speak`,
      action: 'Begin the address with https://.',
    });
    expect(requests).toBe(1);
  });

  it('is not what a server lacks that breaks off later', async () => {
    const url = await serve((request, response, count) => {
      if (count === 0) response.writeHead(200, { 'Content-Length': 10 }).write('x');
      setTimeout(() => request.socket.destroy(), 20);
    });
    const http = client({ retry: { tries: 1 } });
    expect((await failureOf(http.get(url))).action).toBe('Run again later.');
  });
});
