import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DGRAPH_TOKEN } from '../../helpers/dgraph-server.js';
import { spawnDgraphServer, type SpawnedDgraph } from '../../helpers/spawn-dgraph-server.js';
import { catalogue, expectedContent } from './catalogue.js';
import { contentOf, syncDgraph } from './sync-dgraph.js';

describe('my-plugin-dgraph against a server in another process', () => {
  let server: SpawnedDgraph;
  beforeAll(async () => {
    server = await spawnDgraphServer();
  });
  afterAll(() => server.stop());

  it('reads a catalogue, and what changes there', async () => {
    const nodes = catalogue({ products: 130 });
    await server.control({ put: nodes, faults: [{ query: 'queryProduct', status: 503 }] });
    const first = await syncDgraph(server.url);
    expect(contentOf(first)).toEqual(expectedContent(nodes));
    const product = { ...nodes.Product[0], id: 'new', updatedAt: '2027-01-01T00:00:00Z' };
    await server.control({ put: { Product: [product] } });
    const second = await syncDgraph(server.url, { from: first });
    expect(contentOf(second)).toEqual(expectedContent({ ...nodes, Product: [...nodes.Product, product] }));
    const requests = await server.requests();
    expect(requests.length).toBeGreaterThan(20);
    expect(requests.every(({ token }) => token === DGRAPH_TOKEN)).toBe(true);
  });
});
