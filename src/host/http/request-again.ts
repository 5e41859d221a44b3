import type { AxiosInstance, InternalAxiosRequestConfig } from 'axios';
import type { RequestAgain } from '../../sdk/request-again.js';
import type { Adapter } from './http-adapter.js';
import { SignalLinks } from './linked-signal.js';
import { Snapshot } from './snapshot.js';

/** The client's adapter, and the way to it that leaves axios out. */
export interface RepeatingAdapter {
  readonly adapter: Adapter;
  /** Called once, when the client is as its author gets it. */
  readonly requestAgainFor: (client: AxiosInstance) => RequestAgain;
}

/**
 * Lets requests be sent again past axios. What axios makes of the client's defaults is in the config of the first
 * request, and stays right for as long as nothing of the client is changed.
 */
export function repeatingAdapter(adapter: Adapter, runSignal: AbortSignal): RepeatingAdapter {
  const links = new SignalLinks(runSignal);
  let isUnchanged = (): boolean => false;
  const repeatable = new WeakSet<InternalAxiosRequestConfig>();
  return {
    adapter: (config) => {
      if (config.data === undefined && isUnchanged()) repeatable.add(config);
      return adapter(config);
    },
    requestAgainFor: (client) => {
      const parts = (): object => ({
        request: (client as { readonly request: unknown }).request,
        defaults: client.defaults,
        interceptors: client.interceptors,
      });
      const made = new Snapshot(parts());
      isUnchanged = () => made.matches(parts());
      return (answered, next) =>
        repeatable.has(answered) && isUnchanged()
          ? adapter({ ...answered, ...next }, links.with(next.signal))
          : undefined;
    },
  };
}
