import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startDgraphServer, type DgraphServer } from '../../helpers/dgraph-server.js';
import { NOTHING, rowsOf } from './apply-emissions.js';
import { catalogue, expectedContent } from './catalogue.js';
import { contentOf, syncDgraph } from './sync-dgraph.js';

let server: DgraphServer;

beforeEach(async () => {
  server = await startDgraphServer();
});
afterEach(() => server.close());

describe('my-plugin-dgraph resumes', () => {
  it.each([
    ['each time once', { products: 24, sharing: 1 }, { page_size: 7, checkpoint_interval: 5 }],
    ['times shared across pages', { products: 24, sharing: 9 }, { page_size: 4, checkpoint_interval: 3 }],
    ['one time for all', { products: 24, sharing: 1000 }, { page_size: 6, checkpoint_interval: 4 }],
    ['pages of one', { products: 8, sharing: 3 }, { page_size: 1, checkpoint_interval: 1 }],
  ])('from every checkpoint to the same end: %s', async (_what, size, config) => {
    const nodes = catalogue(size);
    server.graph.put(nodes);
    const whole = await syncDgraph(server.url, { config });
    const expected = expectedContent(nodes);
    expect(contentOf(whole)).toEqual(expected);
    expect(whole.commits.length).toBeGreaterThan(9);
    for (const from of whole.commits) {
      const resumed = await syncDgraph(server.url, { config, from });
      expect(contentOf(resumed)).toEqual(expected);
      expect(resumed.state).toEqual(whole.state);
    }
  });

  it('after a crash at every emission', async () => {
    const nodes = catalogue({ products: 6, sharing: 3 });
    server.graph.put(nodes);
    const config = { page_size: 4, checkpoint_interval: 6 };
    const { operations } = await syncDgraph(server.url, { config });
    for (let crashAfter = 0; crashAfter < operations.length; crashAfter += 1) {
      const crashed = await syncDgraph(server.url, { config, crashAfter });
      expect(crashed.isComplete).toBe(false);
      const resumed = await syncDgraph(server.url, { config, from: crashed });
      expect(contentOf(resumed)).toEqual(expectedContent(nodes));
    }
  });

  it('whatever the sizes, and where it crashes several times', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({ products: fc.integer({ min: 1, max: 30 }), sharing: fc.integer({ min: 1, max: 40 }) }),
        fc.record({
          page_size: fc.integer({ min: 1, max: 12 }),
          checkpoint_interval: fc.integer({ min: 1, max: 20 }),
        }),
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 3 }),
        async (size, config, crashes) => {
          const one = await startDgraphServer();
          try {
            const nodes = catalogue(size);
            one.graph.put(nodes);
            let from = NOTHING;
            for (const crashAfter of crashes) from = await syncDgraph(one.url, { config, from, crashAfter });
            const last = await syncDgraph(one.url, { config, from });
            expect(contentOf(last)).toEqual(expectedContent(nodes));
          } finally {
            await one.close();
          }
        },
      ),
      { numRuns: 6 },
    );
  });

  it('goes on after a failure in mid-read, from what was committed', async () => {
    const nodes = catalogue({ products: 50 });
    server.graph.put(nodes);
    const config = { page_size: 10, checkpoint_interval: 10 };
    server.control({ faults: [{ query: 'queryProduct', skip: 2, status: 400 }] });
    const commits: (typeof NOTHING)[] = [];
    await expect(syncDgraph(server.url, { config, commits })).rejects.toMatchObject({ code: 'HTTP_REFUSED' });
    const from = commits.at(-1) ?? NOTHING;
    // The second page began with the last node of the first one, and brought nine more.
    expect(rowsOf(from, 'product')).toHaveLength(10);
    expect(contentOf(await syncDgraph(server.url, { config, from }))).toEqual(expectedContent(nodes));
  });
});

describe('my-plugin-dgraph runs again', () => {
  it('and changes nothing where nothing has changed', async () => {
    server.graph.put(catalogue({ products: 230, sharing: 3 }));
    const first = await syncDgraph(server.url);
    const asked = server.requests.length;
    const second = await syncDgraph(server.url, { from: first });
    expect(contentOf(second)).toEqual(contentOf(first));
    expect(second.state).toEqual(first.state);
    // The schema, and for each type: what is new, that there is no more, and what has no time.
    expect(server.requests.length - asked).toBe(1 + 4 * 3);
    const untouched = rowsOf(first, 'product').filter(
      (row) =>
        rowsOf(second, 'product').find((other) => other.product_id === row.product_id)?.synced_at ===
        row.synced_at,
    );
    // Only the nodes at the cursor's own time were read again.
    expect(untouched.length).toBeGreaterThanOrEqual(227);
  });

  it('reads what is new or changed only, and what shares the time of the cursor', async () => {
    const nodes = catalogue({ products: 120, sharing: 5 });
    server.graph.put(nodes);
    const first = await syncDgraph(server.url);
    const last = nodes.Product.find(({ id }) => id === 'p119');
    const added = {
      Product: [
        { ...last, id: 'same-time' },
        { ...last, id: 'p3', name: 'changed', updatedAt: '2027-01-01T00:00:00Z' },
      ],
      Review: [
        {
          id: 'late',
          rating: 1,
          comment: null,
          product: 'p3',
          author: 'u0',
          createdAt: '2027-01-01T00:00:00Z',
        },
      ],
    };
    server.graph.put(added);
    const second = await syncDgraph(server.url, { from: first });
    const merged = {
      ...nodes,
      Product: [...nodes.Product.filter(({ id }) => id !== 'p3'), ...added.Product],
      Review: [...nodes.Review, ...added.Review],
    };
    expect(contentOf(second)).toEqual(expectedContent(merged));
    const upserted = second.operations.flatMap((operation) =>
      operation.kind === 'upsert' && operation.table === 'product' ? operation.rows : [],
    );
    // p115 to p119, same-time, p3.
    expect(upserted).toHaveLength(7);
    expect(second.state.product).toBe('2027-01-01T00:00:00Z');
  });
});
