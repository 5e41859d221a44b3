import { createServer, type Socket } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { client, failureOf, listen, serve } from './http-harness.js';

describe('the idle timeout', () => {
  it('fails a request without an answer, after all tries', async () => {
    let requests = 0;
    const url = await serve(() => (requests += 1));
    const error = await failureOf(client({ timeoutSeconds: 0.05, retry: { tries: 2 } }).get(url));
    expect(error).toMatchObject({
      name: 'TransientError',
      code: 'SOURCE_UNAVAILABLE',
      message: `GET ${url} was not answered within 0.05 s (after 2 tries)`,
    });
    expect(requests).toBe(2);
  });

  it('fails a body that stands still, and asks again', async () => {
    const url = await serve((_request, response, count) => {
      if (count > 0) response.end('[1,2]');
      else response.writeHead(200, { 'Content-Length': 5 }).write('[1');
    });
    const lines: string[] = [];
    const { data } = await client({ timeoutSeconds: 0.05 }, { lines }).get<number[]>(url, { decode: 'json' });
    expect(data).toEqual([1, 2]);
    expect(lines[0]).toMatch(
      /^GET \S+ broke off in the middle of the answer: no byte for 0\.05 s; try 2 of 5 in 0\.\d+ s$/,
    );
  });

  it('holds while there is no connection yet', async () => {
    const sockets: Socket[] = [];
    // Takes the connection, and never speaks TLS.
    const port = await listen(createServer((socket) => void sockets.push(socket)));
    const url = `https://127.0.0.1:${port}`;
    const error = await failureOf(client({ timeoutSeconds: 0.05, retry: { tries: 1 } }).get(url));
    expect(error.message).toBe(`GET ${url} was not answered within 0.05 s`);
    for (const socket of sockets) socket.destroy();
  });

  it('leaves a body alone that comes slowly, but comes', async () => {
    const url = await serve((_request, response) => {
      let left = 10;
      const timer = setInterval(() => {
        response.write('1');
        left -= 1;
        if (left === 0) {
          clearInterval(timer);
          response.end();
        }
      }, 20);
    });
    expect((await client({ timeoutSeconds: 0.1 }).get(url, { decode: 'json' })).data).toBe(1111111111);
  });

  it('takes the timeout of one request as axios gives it', async () => {
    const url = await serve(() => undefined);
    const error = await failureOf(client({ retry: { tries: 1 } }).get(url, { timeout: 50 }));
    expect(error.message).toBe(`GET ${url} was not answered within 0.05 s`);
  });
});

describe('the deadline', () => {
  it('ends a body that trickles, without another try', async () => {
    let requests = 0;
    const url = await serve((_request, response) => {
      requests += 1;
      const timer = setInterval(() => response.write(' '), 10);
      response.on('close', () => clearInterval(timer));
    });
    const begun = performance.now();
    const error = await failureOf(client({ timeoutSeconds: 0.1, deadlineSeconds: 0.2 }).get(url));
    expect(error).toMatchObject({
      name: 'TransientError',
      code: 'SOURCE_UNAVAILABLE',
      message: `GET ${url} took longer than 0.2 s`,
    });
    expect(performance.now() - begun).toBeLessThan(600);
    expect(requests).toBe(1);
  });

  it('is ten times the timeout by default', async () => {
    const url = await serve((_request, response) => {
      const timer = setInterval(() => response.write(' '), 5);
      response.on('close', () => clearInterval(timer));
    });
    const error = await failureOf(client({ timeoutSeconds: 0.02 }).get(url));
    expect(error.message).toBe(`GET ${url} took longer than 0.2 s`);
  });
});
