import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import DgraphConnector from '../../../python-connectors/my-plugin-dgraph/connector.js';
import { API_KEY, startApi } from '../../../python-connectors/my-plugin-dgraph/fixtures/api.js';
import { DGRAPH_TOKEN, startDgraphServer, type DgraphServer } from '../../helpers/dgraph-server.js';
import { serveJson } from '../../helpers/serve-json.js';
import { fakeContext } from '../fake-context.js';
import { rowsOf } from './apply-emissions.js';
import { catalogue, expectedContent, minute } from './catalogue.js';
import { contentOf, KEYS, statesOf, syncDgraph } from './sync-dgraph.js';

let server: DgraphServer;

beforeEach(async () => {
  server = await startDgraphServer();
});
afterEach(() => server.close());

describe('my-plugin-dgraph reads', () => {
  it('declares six tables with their keys and columns', () => {
    const connector = new DgraphConnector({ dgraph_url: server.url, api_key: 'k' }, fakeContext());
    const { tables } = connector.getReadSchema();
    expect(Object.fromEntries(tables.map(({ name, primaryKey }) => [name, primaryKey]))).toEqual(KEYS);
    expect(
      Object.fromEntries(tables.map(({ name, columns }) => [name, columns?.map((c) => c.name)])),
    ).toEqual({
      category: [
        'category_id',
        'name',
        'description',
        'parent_category_id',
        'created_at',
        'updated_at',
        'synced_at',
      ],
      attribute: ['attribute_id', 'name', 'value', 'unit', 'created_at', 'updated_at', 'synced_at'],
      product: [
        'product_id',
        'sku',
        'name',
        'description',
        'price',
        'in_stock',
        'category_id',
        'attributes_count',
        'related_products_count',
        'created_at',
        'updated_at',
        'synced_at',
      ],
      review: [
        'review_id',
        'rating',
        'comment',
        'product_id',
        'author_id',
        'author_username',
        'created_at',
        'synced_at',
      ],
      relationship: [
        'edge_id',
        'source_id',
        'source_type',
        'target_id',
        'target_type',
        'relationship_type',
        'created_at',
      ],
      schema_metadata: ['type_name', 'field_count', 'extracted_at'],
    });
  });

  it('every node and every edge of all six kinds', async () => {
    const nodes = catalogue({ products: 260 });
    server.graph.put(nodes);
    const before = new Date().toISOString();
    const applied = await syncDgraph(server.url);
    expect(contentOf(applied)).toEqual(expectedContent(nodes));
    const edges = rowsOf(applied, 'relationship');
    expect(new Set(edges.map(({ relationship_type: type }) => type))).toEqual(
      new Set([
        'BELONGS_TO_CATEGORY',
        'RELATED_TO',
        'HAS_ATTRIBUTE',
        'REVIEWS_PRODUCT',
        'WRITTEN_BY_USER',
        'HAS_PARENT',
      ]),
    );
    const read = ['category', 'attribute', 'product', 'review'].flatMap((table) => rowsOf(applied, table));
    const times = new Set(read.map(({ synced_at: time }) => time as string));
    expect(times.size).toBe(1);
    const [time = ''] = times;
    expect(time >= before && time <= new Date().toISOString()).toBe(true);
    expect(new Set(rowsOf(applied, 'schema_metadata').map((row) => row.extracted_at))).toEqual(times);
  });

  it('one row exactly', async () => {
    server.graph.put({
      Category: [{ id: '0x2', name: 'Pens' }],
      Attribute: [{ id: '0x3' }],
      Product: [
        {
          id: '0x1',
          sku: 'S',
          name: 'Pen',
          description: 'blue',
          price: 1.5,
          inStock: true,
          category: '0x2',
          attributes: ['0x3', '0x3'],
          relatedProducts: ['0x1'],
          createdAt: '2026-05-01T02:00:00+02:00',
          updatedAt: '2026-05-02T00:00:00.123456789Z',
        },
      ],
    });
    const applied = await syncDgraph(server.url);
    const [product] = rowsOf(applied, 'product');
    expect(product).toEqual({
      product_id: '0x1',
      sku: 'S',
      name: 'Pen',
      description: 'blue',
      price: 1.5,
      in_stock: true,
      category_id: '0x2',
      attributes_count: 1,
      related_products_count: 1,
      created_at: '2026-05-01T00:00:00Z',
      updated_at: '2026-05-02T00:00:00.123456789Z',
      synced_at: product?.synced_at,
    });
    expect(rowsOf(applied, 'relationship').map(({ edge_id: id }) => id)).toEqual([
      '0x1_BELONGS_TO_CATEGORY_0x2',
      '0x1_HAS_ATTRIBUTE_0x3',
      '0x1_RELATED_TO_0x1',
    ]);
    expect(rowsOf(applied, 'relationship')[0]).toEqual({
      edge_id: '0x1_BELONGS_TO_CATEGORY_0x2',
      source_id: '0x1',
      source_type: 'Product',
      target_id: '0x2',
      target_type: 'Category',
      relationship_type: 'BELONGS_TO_CATEGORY',
      created_at: '2026-05-01T00:00:00Z',
    });
    expect(applied.state).toEqual({ product: '2026-05-02T00:00:00.123456789Z' });
  });

  it('pages of 100 in the order of the cursor, with the token, from both endpoints', async () => {
    server.graph.put(catalogue({ products: 230, reviews: 0 }));
    await syncDgraph(`${server.url}/`);
    expect(new Set(server.requests.map(({ token }) => token))).toEqual(new Set([DGRAPH_TOKEN]));
    expect(server.requests[0]?.path).toBe('/admin');
    const products = server.requests.filter(({ query }) => query.includes('queryProduct(filter: $filter'));
    expect(products.every(({ query }) => query.includes('order: { asc: updatedAt }'))).toBe(true);
    expect(products.map(({ variables }) => variables)).toEqual([
      { first: 100, offset: 0 },
      { first: 100, offset: 0, filter: { updatedAt: { ge: minute(100) } } },
      { first: 100, offset: 0, filter: { updatedAt: { ge: minute(199) } } },
      { first: 100, offset: 0, filter: { updatedAt: { ge: minute(230) } } },
    ]);
    const reviews = server.requests.filter(({ query }) => query.includes('queryReview'));
    expect(reviews.some(({ query }) => query.includes('order: { asc: createdAt }'))).toBe(true);
    expect(reviews.some(({ query }) => query.includes('updatedAt'))).toBe(false);
  });

  it('with an address that ends in /graphql', async () => {
    server.graph.put(catalogue({ products: 3 }));
    expect(rowsOf(await syncDgraph(`${server.url}/graphql`), 'product')).toHaveLength(3);
  });

  it('offers a checkpoint after every 500 rows and at the end of each table', async () => {
    server.graph.put(catalogue({ products: 1200, reviews: 30 }));
    const applied = await syncDgraph(server.url, { config: { page_size: 170 } });
    // 240 categories and 240 attributes, each with the checkpoint of its end.
    expect(statesOf(applied)).toEqual([
      { category: minute(240) },
      { category: minute(240), attribute: minute(240) },
      { category: minute(240), attribute: minute(240), product: minute(500) },
      { category: minute(240), attribute: minute(240), product: minute(1000) },
      { category: minute(240), attribute: minute(240), product: minute(1200) },
      { category: minute(240), attribute: minute(240), product: minute(1200), review: minute(29) },
    ]);
  });

  it('nothing of an empty database but its schema', async () => {
    const context = fakeContext();
    const applied = await syncDgraph(server.url, { context });
    expect(contentOf(applied)).toEqual(expectedContent({}));
    expect(applied.state).toEqual({});
    expect(context.lines).toContain('info read 0 rows of product');
  });

  it('a database without a schema: a warning, and what /graphql says', async () => {
    server.control({ schema: null });
    const context = fakeContext();
    const applied = await syncDgraph(server.url, { context });
    expect(rowsOf(applied, 'schema_metadata')).toEqual([]);
    expect(context.lines.filter((line) => line.startsWith('warn'))).toEqual([
      'warn the database has no GraphQL schema, so schema_metadata is left as it is',
    ]);
  });

  it.each(['parent', 'parentCategory'])('the parent of a category under the name %s', async (name) => {
    const schema = `type Category { id: ID! ${name}: Category }`;
    const category = { id: 'c1', [name]: { id: 'c0' }, createdAt: minute(0), updatedAt: minute(1) };
    const { url, requests } = await serveJson(({ body }) => {
      const { query } = body as { query: string };
      const field = /query[A-Z]\w+|getGQLSchema/.exec(query)?.[0] ?? '';
      const isFirst = field === 'queryCategory' && requests.length === 2;
      return {
        json: { data: { [field]: field === 'getGQLSchema' ? { schema } : isFirst ? [category] : [] } },
      };
    });
    const applied = await syncDgraph(url);
    expect((requests[1]?.body as { query: string }).query).toContain(`${name} { id }`);
    expect(rowsOf(applied, 'category')[0]).toMatchObject({ parent_category_id: 'c0' });
    expect(rowsOf(applied, 'relationship')[0]).toMatchObject({ edge_id: 'c1_HAS_PARENT_c0' });
  });

  it('types that are gone from the schema no longer', async () => {
    const first = await syncDgraph(server.url);
    server.control({ schema: 'type Product { id: ID! } interface Thing { a: Int b(c: Int): [Int] }' });
    const second = await syncDgraph(server.url, { from: first });
    expect(contentOf(second).schema_metadata).toEqual([
      { type_name: 'Product', field_count: 1 },
      { type_name: 'Thing', field_count: 2 },
    ]);
  });

  it.each([1, 3, 1000])(
    'everything where the API gives 4 nodes at most, %d of each time',
    async (sharing) => {
      const nodes = catalogue({ products: 30, sharing });
      server.graph.put(nodes);
      server.graph.mostNodes = 4;
      expect(contentOf(await syncDgraph(server.url, { config: { page_size: 10 } }))).toEqual(
        expectedContent(nodes),
      );
    },
  );

  it('the catalogue of its fixture', async () => {
    const api = await startApi();
    try {
      const config = { api_key: API_KEY, page_size: 2, checkpoint_interval: 3 };
      const applied = await syncDgraph(api.url, { config });
      const counts = Object.keys(KEYS).map((table) => rowsOf(applied, table).length);
      expect(counts).toEqual([2, 3, 3, 2, 12, 5]);
      expect(contentOf(await syncDgraph(api.url, { config, from: applied }))).toEqual(contentOf(applied));
    } finally {
      await api.close();
    }
  });

  it('no more nodes in a page than the host wants', async () => {
    server.graph.put(catalogue({ products: 40 }));
    await syncDgraph(server.url, { limit: 5 });
    expect(new Set(server.requests.slice(1).map(({ variables }) => variables.first))).toEqual(new Set([5]));
  });
});
