import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { client, failureOf, listen, SECRET, serve, serveEcho, type Echo } from './http-harness.js';

const NAMES = ['http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'].flatMap((name) => [
  name,
  name.toUpperCase(),
]);
const before = new Map(NAMES.map((name) => [name, process.env[name]]));

beforeEach(() => {
  for (const name of NAMES) Reflect.deleteProperty(process.env, name);
});
afterEach(() => {
  for (const [name, value] of before) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
});

/** A proxy that passes on, and notes what was asked of it. */
async function serveProxy(status = 200): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const note = ({ method = '', url = '', headers }: IncomingMessage): void =>
    void asked.push(`${method} ${url} ${headers['proxy-authorization'] ?? 'nobody'}`);
  const server = createServer((request, response) => {
    note(request);
    if (status !== 200) response.writeHead(status).end();
    else response.end('"by proxy"');
  });
  server.on('connect', (request: IncomingMessage, socket, head) => {
    note(request);
    if (status !== 200) {
      socket.end(`HTTP/1.1 ${status} No\r\nContent-Length: 0\r\n\r\n`);
      return;
    }
    const [, port] = (request.url ?? '').split(':');
    const target = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      target.write(head);
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
    socket.on('error', () => target.destroy());
  });
  return { url: `127.0.0.1:${await listen(server)}`, asked };
}

const basic = `Basic ${Buffer.from(`ann:${SECRET}`).toString('base64')}`;

describe('a proxy', () => {
  it('is asked for http addresses, with its credentials', async () => {
    const proxy = await serveProxy();
    process.env.HTTP_PROXY = `http://ann:${SECRET}@${proxy.url}`;
    expect((await client().get('http://api.example/x?a=1')).data).toBe('by proxy');
    expect(proxy.asked).toEqual([`GET http://api.example/x?a=1 ${basic}`]);
  });

  it('is asked to connect for https addresses', async () => {
    const proxy = await serveProxy();
    process.env.https_proxy = `http://ann:${SECRET}@${proxy.url}`;
    // A server without TLS is enough to see that the proxy connects.
    const target = new URL(await serveEcho());
    const error = await failureOf(client().get(`https://api.example:${target.port}/x`));
    expect(error.message).toMatch(
      new RegExp(
        `^GET https://api\\.example:${target.port}/x failed: no trusted TLS connection to api\\.example`,
      ),
    );
    expect(proxy.asked).toEqual([`CONNECT api.example:${target.port} ${basic}`]);
  });

  it('is not asked for hosts in NO_PROXY', async () => {
    const proxy = await serveProxy();
    process.env.HTTP_PROXY = `http://${proxy.url}`;
    process.env.NO_PROXY = 'other.example,127.0.0.1';
    const url = await serveEcho();
    expect((await client().get<Echo>(`${url}/x`)).data.url).toBe('/x');
    expect(proxy.asked).toEqual([]);
  });

  it('that refuses is named, without its credentials', async () => {
    const proxy = await serveProxy(407);
    process.env.HTTPS_PROXY = `http://ann:${SECRET}@${proxy.url}`;
    const error = await failureOf(client().get('https://api.example/x'));
    expect(error).toMatchObject({
      name: 'ConfigError',
      message: `GET https://api.example/x failed: the proxy http://${proxy.url} answered 407 Proxy Authentication Required`,
      action: 'Check the address and the credentials in HTTPS_PROXY, or name the host in NO_PROXY.',
    });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  it('that refuses is named for http addresses too', async () => {
    const proxy = await serveProxy(407);
    process.env.HTTP_PROXY = `http://${proxy.url}`;
    expect((await failureOf(client().get('http://api.example/x'))).message).toBe(
      `GET http://api.example/x failed: the proxy http://${proxy.url} answered 407 Proxy Authentication Required`,
    );
  });

  it('that cannot connect is tried again', async () => {
    const proxy = await serveProxy(502);
    process.env.HTTPS_PROXY = `http://${proxy.url}`;
    const error = await failureOf(client({ retry: { tries: 2 } }).post('https://api.example/x', {}));
    expect(error).toMatchObject({
      name: 'TransientError',
      message: `POST https://api.example/x failed: the proxy http://${proxy.url} answered 502 Bad Gateway (after 2 tries)`,
    });
  });

  it.each(['http', 'https'])('that is not there is named for %s addresses', async (scheme) => {
    process.env.ALL_PROXY = `http://ann:${SECRET}@127.0.0.1:1`;
    const error = await failureOf(client({ retry: { tries: 1 } }).get(`${scheme}://api.example/x`));
    expect(error).toMatchObject({
      name: 'TransientError',
      message: `GET ${scheme}://api.example/x failed: the proxy http://127.0.0.1:1: nothing listens at that address (ECONNREFUSED)`,
    });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(SECRET);
  });

  it('that is no address is the fault of the environment', async () => {
    process.env.ALL_PROXY = `socks5://ann:${SECRET}@127.0.0.1:1`;
    const error = await failureOf(client().get('http://api.example/x'));
    expect(error).toMatchObject({
      name: 'ConfigError',
      message: 'the proxy that the environment names is not an http or https address',
    });
  });

  it('that holds an answer back is subject to the timeout', async () => {
    const url = await serve(() => undefined);
    process.env.ALL_PROXY = url;
    const error = await failureOf(
      client({ timeoutSeconds: 0.05, retry: { tries: 1 } }).get('http://api.example/x'),
    );
    expect(error.message).toBe('GET http://api.example/x was not answered within 0.05 s');
  });
});
