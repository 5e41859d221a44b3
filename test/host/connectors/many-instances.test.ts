import { getEventListeners } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import type { ConnectorEntry } from '../../../src/host/connectors/connector-entry.js';
import type { ConnectorClass } from '../../../src/host/connectors/connector-loader.js';
import { OpenedConnector } from '../../../src/host/connectors/opened-connector.js';
import { Redactor } from '../../../src/host/redactor.js';
import { Connector, type ConnectorContext } from '../../../src/sdk/connector.js';
import { AbortError } from '../../../src/sdk/errors.js';
import type { HttpClient } from '../../../src/sdk/http.js';
import { serve } from '../http/http-harness.js';

const silent = (): void => undefined;
const entry: ConnectorEntry = {
  id: 'many-instances',
  folder: '/plugin/python-connectors/many-instances',
  plugin: { root: '/plugin', manifest: { id: 'many' }, connectorFolders: [] },
  manifest: {},
  file: '/plugin/python-connectors/many-instances/connector.ts',
  language: 'typescript',
  warnings: [],
};

/** Makes a client as most connectors do: in the constructor, with credentials that the config has. */
class Client extends Connector<{ readonly origin: string }> {
  readonly http: HttpClient;

  constructor(config: { readonly origin: string }, context: ConnectorContext) {
    super(config, context);
    const { origin } = config;
    this.http = context.createHttp({
      baseURL: origin,
      auth: {
        type: 'session',
        loginUrl: `${origin}/login`,
        tokenPath: 'token',
        body: { password: 'p4ssw0rd' },
      },
      rateLimit: { requests: 1000, perSeconds: 0.01 },
    });
  }

  generateRows(): [] {
    return [];
  }
}

const ok = (response: ServerResponse, body: unknown): void =>
  void response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(body));

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

describe('instances of one opened connector', () => {
  it('leave nothing behind, however many there were', async () => {
    let logins = 0;
    const origin = await serve((request, response) => {
      if (request.url !== '/login') {
        ok(response, request.headers.authorization);
        return;
      }
      logins += 1;
      // Most ask while it is under way.
      setTimeout(() => ok(response, { token: `token-${logins}` }), 30);
    });
    const redactor = new Redactor();
    let secrets = 0;
    const opened = new OpenedConnector({
      entry,
      stateFolder: '/plugin/.host',
      connectorClass: Client as unknown as ConnectorClass,
      config: { origin },
      pluginConfig: {},
      logger: { debug: silent, info: silent, warn: silent, error: silent },
      redact: (text) => redactor.redact(text),
      addSecret: (secret) => {
        secrets += 1;
        redactor.addSecret(secret);
      },
    });
    const made: WeakRef<Client>[] = [];
    const signals: WeakRef<AbortSignal>[] = [];
    let listeners = 0;
    /** An instance that asks, is stopped while it asks, or does not ask. */
    const useInstance = async (n: number): Promise<void> => {
      const source = new AbortController();
      const instance = opened.create(source.signal) as unknown as Client;
      made.push(new WeakRef(instance));
      signals.push(new WeakRef(source.signal));
      if (n % 40 > 1) return;
      const answer = instance.http.get('/items');
      if (n % 40 === 1) source.abort(new AbortError('partition-failed'));
      await answer.catch(silent);
      listeners += getEventListeners(source.signal, 'abort').length;
    };
    for (let page = 0; page < 100; page += 1) {
      await Promise.all(Array.from({ length: 200 }, (_, n) => useInstance(page * 200 + n)));
    }
    // What weak references had in this turn is kept until the next.
    await new Promise((resolve) => setTimeout(resolve, 10));
    collectGarbage();
    const alive = (references: readonly WeakRef<object>[]): number =>
      references.filter((reference) => reference.deref() !== undefined).length;
    expect(made).toHaveLength(20_000);
    // The first one's may be held by what all share, and the last ones' by the code that ran them.
    expect(alive(made)).toBeLessThan(20);
    expect(alive(signals)).toBeLessThan(20);
    expect(listeners).toBe(0);
    expect(logins).toBe(1);
    expect(secrets).toBe(2);
  }, 60_000);
});
