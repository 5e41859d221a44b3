import { describe, expect, it } from '@jest/globals';
import type { HostError, Row } from 'connector-host';
import { client } from '../../host/http/http-harness.js';
import { EndpointWriter } from './endpoint-writer.js';
import { ENDPOINT_SCRIPTS, type EndpointScript } from './endpoint-scripts.js';
import { scriptedEndpoint } from './scripted-endpoint.js';
import { rowsInfo, testHost } from './test-host.js';

describe('a writer at an endpoint that', () => {
  it.each(ENDPOINT_SCRIPTS)('$what', async (script) => {
    const { expects } = script;
    const endpoint = await scriptedEndpoint(script);
    const { error, host } = await play(script, endpoint.url);
    if (expects.error) {
      expect([error?.name, error?.code]).toEqual([expects.error.name, expects.error.code]);
      if (expects.error.message) expect(error?.message).toMatch(expects.error.message);
    } else {
      expect(error).toBeUndefined();
    }
    expect(endpoint.stored.toSorted((a, b) => a - b)).toEqual(expects.stored);
    expect(host.rejected.map(({ number, code }) => [number, code])).toEqual(expects.rejected ?? []);
    if (typeof expects.requests === 'number') expect(endpoint.sizes).toHaveLength(expects.requests);
    else if (Array.isArray(expects.requests)) expect(endpoint.sizes).toEqual(expects.requests);
    else {
      const { from, to } = expects.requests as { from: number; to: number };
      expect(endpoint.sizes.length).toBeGreaterThanOrEqual(from);
      expect(endpoint.sizes.length).toBeLessThanOrEqual(to);
    }
    if (expects.waits) expect(host.waits).toEqual(expects.waits);
    if (expects.versions) {
      expect(Object.fromEntries(endpoint.versions)).toEqual(expects.versions);
    }
  });
});

async function play(
  { rows = 4, options, results, primaryKey = [], mostRejected }: EndpointScript,
  url: string,
): Promise<{ readonly error: HostError | undefined; readonly host: ReturnType<typeof testHost> }> {
  const host = testHost({ primaryKey, ...(mostRejected === undefined ? {} : { mostRejected }) });
  // The writer tries again by itself.
  const http = client({ retry: { tries: 1 } }, { signal: host.signal });
  const quick = { rows: 4, tries: 3, backoffSeconds: 0.002, maxBackoffSeconds: 0.01 };
  const writer = new EndpointWriter(http, url, { ...quick, ...options }, results);
  const all: readonly Row[] =
    typeof rows === 'number' ? Array.from({ length: rows }, (_, i) => ({ id: i + 1 })) : rows;
  try {
    await writer.attach(host);
    await writer.writeRows(all, rowsInfo(1, all.length));
    await writer.close();
    return { error: undefined, host };
  } catch (error) {
    await writer.abort();
    return { error: error as HostError, host };
  }
}
