import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { createRequire } from 'node:module';
import { ConfigError } from '../../sdk/errors.js';
import type { TlsOptions } from '../../sdk/http.js';

/** How requests reach one origin. */
export interface Transport {
  readonly agent: HttpAgent;
  /** Given with each request where the agent cannot hold it. */
  readonly tls?: TlsOptions;
  /** The proxy on the way, without its credentials. */
  readonly proxy?: string;
}

// The package comes without types.
const { getProxyForUrl } = createRequire(import.meta.url)('proxy-from-env') as {
  readonly getProxyForUrl: (url: URL) => string;
};

const KEEP_ALIVE = { keepAlive: true } as const;

/** The connections of one run, kept open between requests and shared by all its clients. */
export class Agents {
  readonly #http = new HttpAgent(KEEP_ALIVE);
  readonly #https = new HttpsAgent(KEEP_ALIVE);
  /** By what the agents differ in: certificates, proxy. */
  readonly #others = new Map<string, HttpAgent>();

  /** A function that knows how each origin is reached with these certificates. */
  forClient(tls: TlsOptions | undefined): (url: URL) => Transport | Promise<Transport> {
    const known = new Map<string, Transport | Promise<Transport>>();
    return (url) => {
      let transport = known.get(url.origin);
      if (!transport) known.set(url.origin, (transport = this.#find(url, tls)));
      return transport;
    };
  }

  #find(url: URL, tls: TlsOptions | undefined): Transport | Promise<Transport> {
    const proxy = getProxyForUrl(url);
    if (proxy !== '') return this.#findProxied(url, tls, proxy);
    if (url.protocol === 'http:') return { agent: this.#http };
    if (!tls) return { agent: this.#https };
    return { agent: this.#other(JSON.stringify(tls), () => new HttpsAgent({ ...KEEP_ALIVE, ...tls })) };
  }

  async #findProxied(url: URL, tls: TlsOptions | undefined, proxy: string): Promise<Transport> {
    const proxyUrl = URL.canParse(proxy) ? new URL(proxy) : undefined;
    if (!proxyUrl || !/^https?:$/.test(proxyUrl.protocol)) {
      throw new ConfigError('the proxy that the environment names is not an http or https address', {
        action: 'Correct HTTPS_PROXY or HTTP_PROXY, or name the host in NO_PROXY.',
      });
    }
    const shown = proxyUrl.origin;
    if (url.protocol === 'http:') {
      const { HttpProxyAgent } = await import('http-proxy-agent');
      const agent = this.#other(`http ${proxy}`, () => new HttpProxyAgent(proxyUrl, KEEP_ALIVE));
      return { agent, proxy: shown };
    }
    const { HttpsProxyAgent } = await import('https-proxy-agent');
    const agent = this.#other(JSON.stringify([proxy, tls]), () => new HttpsProxyAgent(proxyUrl, KEEP_ALIVE));
    return { agent, proxy: shown, ...(tls ? { tls } : {}) };
  }

  #other(key: string, make: () => HttpAgent): HttpAgent {
    let agent = this.#others.get(key);
    if (!agent) this.#others.set(key, (agent = make()));
    return agent;
  }
}
