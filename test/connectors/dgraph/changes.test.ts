import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startDgraphServer, type DgraphServer } from '../../helpers/dgraph-server.js';
import type { GraphNode } from '../../helpers/dgraph-graph.js';
import { serveJson } from '../../helpers/serve-json.js';
import { rowsOf } from './apply-emissions.js';
import { catalogue, expectedContent, minute } from './catalogue.js';
import { contentOf, syncDgraph } from './sync-dgraph.js';

let server: DgraphServer;

beforeEach(async () => {
  server = await startDgraphServer();
});
afterEach(() => server.close());

const LATER = '2027-03-01T00:00:00Z';

describe('my-plugin-dgraph: relations', () => {
  it('that a node no longer has go, and those of others stay', async () => {
    const nodes = catalogue({ products: 20 });
    server.graph.put(nodes);
    const first = await syncDgraph(server.url);
    const changed = { ...(nodes.Product.find(({ id }) => id === 'p5') as GraphNode) };
    const product = { ...changed, category: null, attributes: ['a0'], relatedProducts: [], updatedAt: LATER };
    const category = {
      ...(nodes.Category.find(({ id }) => id === 'c3') as GraphNode),
      parent: null,
      updatedAt: LATER,
    };
    server.graph.put({ Product: [product], Category: [category] });
    const second = await syncDgraph(server.url, { from: first });
    const replaced = (list: readonly GraphNode[], node: GraphNode): GraphNode[] => [
      ...list.filter(({ id }) => id !== node.id),
      node,
    ];
    expect(contentOf(second)).toEqual(
      expectedContent({
        ...nodes,
        Product: replaced(nodes.Product, product),
        Category: replaced(nodes.Category, category),
      }),
    );
    const gone = rowsOf(first, 'relationship').length - rowsOf(second, 'relationship').length;
    // Of p5: its category, two attributes of which one is new, and a related product; of c3 its parent.
    expect(gone).toBe(1 + 1 + 1 + 1);
  });

  it('of a product and a category with one id are kept apart', async () => {
    const times = { createdAt: minute(1), updatedAt: minute(1) };
    server.graph.put({
      Category: [
        { id: '1', parent: '2', ...times },
        { id: '2', ...times },
      ],
      Product: [{ id: '1', category: '2', ...times }],
    });
    const applied = await syncDgraph(server.url);
    expect(rowsOf(applied, 'relationship').map(({ edge_id: id }) => id)).toEqual([
      '1_BELONGS_TO_CATEGORY_2',
      '1_HAS_PARENT_2',
    ]);
  });
});

describe('my-plugin-dgraph: nodes that change while they are read', () => {
  it.each([
    ['page by page', 1],
    ['where several share a time', 7],
    ['where one time fills pages', 1000],
  ])('are read to the end, and no other is left out: %s', async (_what, sharing) => {
    const nodes = catalogue({ products: 60, sharing });
    server.graph.put(nodes);
    const current = new Map(nodes.Product.map((node) => [node.id, node]));
    const order = [...nodes.Product].sort((a, b) =>
      (a.updatedAt as string) < (b.updatedAt as string) ? -1 : 1,
    );
    let changes = 0;
    server.onAnswer = ({ query }) => {
      // After each page of products, some that have been read move to the end.
      if (!query.includes('queryProduct')) return;
      for (const last = Math.min(changes + 3, 12); changes < last; changes += 1) {
        const node = { ...(order[changes] as GraphNode), name: 'moved', updatedAt: minute(5000 + changes) };
        current.set(node.id, node);
        server.graph.put({ Product: [node] });
      }
    };
    const applied = await syncDgraph(server.url, { config: { page_size: 10 } });
    expect(changes).toBe(12);
    expect(contentOf(applied)).toEqual(expectedContent({ ...nodes, Product: [...current.values()] }));
    expect(applied.state.product).toBe(minute(5011));
  });

  it('are all there after the next run, whatever happens between the pages and where it crashes', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          products: fc.integer({ min: 1, max: 40 }),
          sharing: fc.integer({ min: 1, max: 50 }),
          pageSize: fc.integer({ min: 1, max: 15 }),
          // With an order that changes and pages that are cut, nothing could be known.
          oddity: fc.constantFrom<'none' | 'shuffles' | 'cuts'>('none', 'shuffles', 'cuts'),
          crashAfter: fc.integer({ min: 1, max: 300 }),
          // What happens after each answer: nodes move to the end, or new ones come.
          events: fc.array(fc.array(fc.nat(60), { maxLength: 4 }), { maxLength: 30 }),
        }),
        async ({ products, sharing, pageSize, oddity, crashAfter, events }) => {
          const one = await startDgraphServer();
          try {
            const nodes = catalogue({ products, reviews: 3, sharing });
            one.graph.put(nodes);
            one.graph.shufflesTies = oddity === 'shuffles';
            if (oddity === 'cuts') one.graph.mostNodes = 4;
            const current = new Map(nodes.Product.map((node) => [node.id, node]));
            let clock = 5000;
            one.onAnswer = ({ query }) => {
              for (const event of (query.includes('queryProduct') && events.shift()) || []) {
                clock += 1;
                const old = [...current.values()][event];
                const id = old?.id ?? `new${clock}`;
                const node = { ...(old ?? nodes.Product[0]), id, updatedAt: minute(clock) };
                current.set(id, node);
                one.graph.put({ Product: [node] });
              }
            };
            const config = { page_size: pageSize, checkpoint_interval: 7 };
            const crashed = await syncDgraph(one.url, { config, crashAfter });
            const resumed = await syncDgraph(one.url, { config, from: crashed });
            events.length = 0;
            const last = await syncDgraph(one.url, { config, from: resumed });
            expect(contentOf(last)).toEqual(expectedContent({ ...nodes, Product: [...current.values()] }));
          } finally {
            await one.close();
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('are found where nodes of one time come in another order in each answer', async () => {
    server.graph.shufflesTies = true;
    const nodes = catalogue({ products: 45, sharing: 1000 });
    server.graph.put(nodes);
    const config = { page_size: 10 };
    expect(contentOf(await syncDgraph(server.url, { config }))).toEqual(expectedContent(nodes));
    // The page grew until all of them were in one.
    const sizes = server.requests.map(({ variables }) => Number(variables.first ?? 0));
    expect(Math.max(...sizes)).toBe(80);
  });

  it('are read again where one comes twice, so that another must be missing', async () => {
    const answers = [
      { first: 3, offset: 0, ids: ['a', 'b', 'c'] },
      { first: 3, offset: 0, ids: ['a', 'b', 'c'] },
      // The overlap is right, and yet the order has changed.
      { first: 3, offset: 2, ids: ['c', 'a', 'd'] },
      { first: 6, offset: 0, ids: ['a', 'b', 'c', 'd', 'e'] },
    ];
    const asked: unknown[] = [];
    const { url } = await serveJson(({ body }) => {
      const { query, variables } = body as { query: string; variables: object };
      const field = /query[A-Z]\w+|getGQLSchema/.exec(query)?.[0] ?? '';
      if (field !== 'queryCategory' || query.includes('not:')) {
        return { json: { data: { [field]: field === 'getGQLSchema' ? null : [] } } };
      }
      asked.push(variables);
      const ids = answers[asked.length - 1]?.ids ?? [];
      return { json: { data: { [field]: ids.map((id) => ({ id, updatedAt: minute(1) })) } } };
    });
    const applied = await syncDgraph(url, { config: { page_size: 3 } });
    expect(rowsOf(applied, 'category').map((row) => row.category_id)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect(asked).toEqual(
      answers.map(({ first, offset }, index) =>
        index === 0 ? { first, offset } : { first, offset, filter: { updatedAt: { ge: minute(1) } } },
      ),
    );
  });

  it('are an error that passes where they never rest', async () => {
    server.graph.put(catalogue({ products: 3000, reviews: 0, sharing: 100_000 }));
    server.graph.shufflesTies = true;
    await expect(syncDgraph(server.url, { config: { page_size: 2 } })).rejects.toMatchObject({
      name: 'TransientError',
      code: 'SOURCE_UNAVAILABLE',
      message: expect.stringContaining('move while they are read'),
    });
  });
});

describe('my-plugin-dgraph: nodes without a time', () => {
  const times = { createdAt: minute(1), updatedAt: minute(1) };
  const undated = Array.from({ length: 25 }, (_, i) => ({ id: `u${i}`, name: 'old', createdAt: minute(i) }));

  it('are read in each run, also after a crash', async () => {
    server.graph.put({ Attribute: [...undated, { id: 'dated', name: 'x', ...times }] });
    const config = { page_size: 10, checkpoint_interval: 4 };
    const whole = await syncDgraph(server.url, { config });
    expect(rowsOf(whole, 'attribute')).toHaveLength(26);
    for (const from of whole.commits) {
      expect(rowsOf(await syncDgraph(server.url, { config, from }), 'attribute')).toHaveLength(26);
    }
    server.graph.put({ Attribute: [{ id: 'u3', name: 'new', createdAt: minute(3) }] });
    const second = await syncDgraph(server.url, { config, from: whole });
    expect(rowsOf(second, 'attribute').find((row) => row.attribute_id === 'u3')?.name).toBe('new');
    expect(second.state).toEqual({ attribute: minute(1) });
  });

  it('alone leave no cursor', async () => {
    server.graph.put({ Attribute: undated });
    const applied = await syncDgraph(server.url);
    expect(rowsOf(applied, 'attribute')).toHaveLength(25);
    expect(applied.state).toEqual({});
  });
});
