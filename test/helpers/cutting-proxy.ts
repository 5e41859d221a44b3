import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { once } from 'node:events';

/** What becomes of a connection when the client sends what was looked for. */
export type Cut = 'before-request' | 'before-answer';

/** A way to a database that breaks where a test says so. */
export class CuttingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #looksFor: { readonly text: string; readonly cut: Cut; left: number } | undefined;
  /** How often it broke. */
  cuts = 0;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @param url of the server behind it */
  static async to(url: string): Promise<CuttingProxy> {
    const server = createServer();
    const proxy = new CuttingProxy(server);
    const { hostname, port } = new URL(url);
    server.on('connection', (client) => proxy.#join(client, connect(Number(port), hostname)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return proxy;
  }

  /** The URL of the server, by way of the proxy. */
  urlOf(url: string): string {
    const changed = new URL(url);
    changed.port = String((this.#server.address() as AddressInfo).port);
    return changed.href;
  }

  /** Cuts the connection on which the client sends a text. @param times the n-th time that it does */
  cutAt(text: string, cut: Cut, times = 1): void {
    this.#looksFor = { text, cut, left: times };
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #join(client: Socket, server: Socket): void {
    let isCut = false;
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      // The other side hears of it by its end.
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    }
    client.on('data', (data) => {
      const wanted = this.#looksFor;
      if (wanted && data.includes(wanted.text)) {
        wanted.left -= 1;
        if (wanted.left === 0) {
          this.#looksFor = undefined;
          this.cuts += 1;
          isCut = true;
          if (wanted.cut === 'before-answer') server.write(data);
          else server.destroy();
          // The server has the request, and nobody hears the answer.
          setTimeout(() => [client, server].forEach((socket) => socket.destroy()), 100);
          return;
        }
      }
      if (!isCut) server.write(data);
    });
    server.on('data', (data) => {
      if (!isCut) client.write(data);
    });
    client.on('close', () => server.destroy());
    server.on('close', () => client.destroy());
  }
}
