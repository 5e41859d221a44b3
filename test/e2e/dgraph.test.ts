import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { catalogue, expectedContent } from '../connectors/dgraph/catalogue.js';
import { tempFolders } from '../fixtures/temp-folder.js';
import type { GraphNode, GraphNodes } from '../helpers/dgraph-graph.js';
import { DGRAPH_TOKEN, startDgraphServer, type DgraphServer } from '../helpers/dgraph-server.js';
import { spawnDgraphServer } from '../helpers/spawn-dgraph-server.js';
import { kill, rowsOf, Warehouse, type StoredTable } from './warehouse.js';

const ID = 'my-plugin-dgraph';
const LATER = '2027-03-01T00:00:00Z';
const TIMES = ['synced_at', 'extracted_at'];
const tempFolder = tempFolders();

const warehouseOf = (folder: string, url: string, ...more: readonly string[]): Warehouse =>
  new Warehouse(folder, ID, '--set', `dgraph_url=${url}`, '--set', `api_key=${DGRAPH_TOKEN}`, ...more);

/** A time as the API gives it, in the form and with the digits that DuckDB has. */
function stored(value: unknown): unknown {
  const found = typeof value === 'string' ? /^(\d{4}-\d\d-\d\d)T([\d:]+)(?:\.(\d+))?Z$/.exec(value) : null;
  if (!found) return value;
  const [, day, time, fraction = ''] = found;
  const micros = fraction.slice(0, 6).replace(/0+$/, '');
  return `${day} ${time}${micros === '' ? '' : `.${micros}`}+00`;
}

/** What the tables must have, without the columns that say when a row was read. */
function contentFor(nodes: GraphNodes): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(expectedContent(nodes) as Record<string, Record<string, unknown>[]>).map(
      ([table, rows]) => [
        table,
        rows.map((row) =>
          Object.fromEntries(Object.entries(row).map(([name, value]) => [name, stored(value)])),
        ),
      ],
    ),
  );
}

function contentOf(tables: Readonly<Record<string, StoredTable>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(rowsOf(tables)).map(([table, rows]) => [
      table,
      rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !TIMES.includes(name)))),
    ]),
  );
}

/** The nodes with some of them replaced or added. */
function withNodes(nodes: Required<GraphNodes>, changed: GraphNodes): Required<GraphNodes> {
  const merged = (before: readonly GraphNode[], after: readonly GraphNode[] = []): GraphNode[] => [
    ...before.filter(({ id }) => !after.some((node) => node.id === id)),
    ...after,
  ];
  return {
    Category: merged(nodes.Category, changed.Category),
    Attribute: merged(nodes.Attribute, changed.Attribute),
    Product: merged(nodes.Product, changed.Product),
    Review: merged(nodes.Review, changed.Review),
    User: merged(nodes.User, changed.User),
  };
}

const text = (...names: readonly string[]): [string, string][] => names.map((name) => [name, 'VARCHAR']);
const times = (...names: readonly string[]): [string, string][] =>
  names.map((name) => [name, 'TIMESTAMP WITH TIME ZONE']);

const COLUMNS = {
  attribute: [
    ...text('attribute_id', 'name', 'value', 'unit'),
    ...times('created_at', 'updated_at', 'synced_at'),
  ],
  category: [
    ...text('category_id', 'name', 'description', 'parent_category_id'),
    ...times('created_at', 'updated_at', 'synced_at'),
  ],
  product: [
    ...text('product_id', 'sku', 'name', 'description'),
    ['price', 'DOUBLE'],
    ['in_stock', 'BOOLEAN'],
    ...text('category_id'),
    ['attributes_count', 'BIGINT'],
    ['related_products_count', 'BIGINT'],
    ...times('created_at', 'updated_at', 'synced_at'),
  ],
  relationship: [
    ...text('edge_id', 'source_id', 'source_type', 'target_id', 'target_type', 'relationship_type'),
    ...times('created_at'),
  ],
  review: [
    ...text('review_id'),
    ['rating', 'DOUBLE'],
    ...text('comment', 'product_id', 'author_id', 'author_username'),
    ...times('created_at', 'synced_at'),
  ],
  schema_metadata: [...text('type_name'), ['field_count', 'BIGINT'], ...times('extracted_at')],
};

describe('host run my-plugin-dgraph', () => {
  it('fills six tables from a server in another process, and takes over what changes there', async () => {
    const server = await spawnDgraphServer();
    try {
      const nodes = catalogue({ products: 130 });
      await server.control({ put: nodes });
      const warehouse = warehouseOf(await tempFolder(), server.url);
      expect((await warehouse.run()).exitCode).toBe(0);
      const first = await warehouse.tables();
      expect(Object.fromEntries(Object.entries(first).map(([name, { columns }]) => [name, columns]))).toEqual(
        COLUMNS,
      );
      expect(Object.values(first).map(({ key }) => key)).toEqual([
        ['attribute_id'],
        ['category_id'],
        ['product_id'],
        ['edge_id'],
        ['review_id'],
        ['type_name'],
      ]);
      expect(contentOf(first)).toEqual(contentFor(nodes));
      const state = await warehouse.states();

      expect((await warehouse.run()).exitCode).toBe(0);
      const second = await warehouse.tables();
      expect(contentOf(second)).toEqual(contentOf(first));
      expect(second.schema_metadata?.rows[0]?.extracted_at).not.toBe(
        first.schema_metadata?.rows[0]?.extracted_at,
      );
      expect(await warehouse.states()).toEqual(state);

      const five = nodes.Product.find(({ id }) => id === 'p5') as GraphNode;
      const changed = {
        Product: [
          { ...five, category: null, attributes: ['a0'], relatedProducts: [], updatedAt: LATER },
          { ...five, id: 'new', relatedProducts: ['p7'], updatedAt: LATER },
        ],
        Category: [{ ...(nodes.Category[1] as GraphNode), parent: null, updatedAt: LATER }],
      };
      await server.control({ put: changed });
      expect((await warehouse.run()).exitCode).toBe(0);
      expect(contentOf(await warehouse.tables())).toEqual(contentFor(withNodes(nodes, changed)));
      expect(await warehouse.states()).toEqual({
        [ID]: { ...(state[ID] as object), product: LATER, category: LATER },
      });
    } finally {
      await server.stop();
    }
  });

  describe('with kills', () => {
    let server: DgraphServer;
    beforeEach(async () => {
      server = await startDgraphServer();
    });
    afterEach(() => server.close());

    /** Starts a run and kills it when the server has answered so many requests. */
    const killAfter = async (
      warehouse: Warehouse,
      answers: number,
      ...more: readonly string[]
    ): Promise<void> => {
      let count = 0;
      const reached = new Promise<void>((resolve) => {
        server.onAnswer = () => {
          count += 1;
          if (count === answers) resolve();
        };
      });
      const run = warehouse.start(...more);
      await reached;
      await kill(run);
      server.onAnswer = () => undefined;
    };

    it.each([1, 3, 9])('leaves nothing to see of a kill after answer %d', async (answers) => {
      const nodes = catalogue({ products: 60 });
      server.graph.put(nodes);
      const warehouse = warehouseOf(await tempFolder(), server.url, '--set', 'page_size=10');
      await killAfter(warehouse, answers);
      expect((await warehouse.run()).exitCode).toBe(0);
      expect(contentOf(await warehouse.tables())).toEqual(contentFor(nodes));
    });

    it('goes on after what was committed before a kill, also with nodes that changed meanwhile', async () => {
      const nodes = catalogue({ products: 90 });
      server.graph.put(nodes);
      const given = ['--set', 'page_size=10', '--set', 'checkpoint_interval=10'];
      const warehouse = warehouseOf(await tempFolder(), server.url, ...given);
      // A commit is due with each checkpoint.
      await killAfter(warehouse, 16, '--commit-every', '10');
      expect(await warehouse.commits()).toBeGreaterThan(0);
      const committed = await warehouse.tables();
      expect(contentOf(committed).category).toEqual(contentFor(nodes).category);
      const products = committed.product?.rows.length ?? 0;
      expect(products).toBeGreaterThan(0);
      expect(products).toBeLessThan(90);
      const order = [...nodes.Product].sort((a, b) =>
        String(a.updatedAt) < String(b.updatedAt) ? -1 : 1,
      ) as readonly GraphNode[];
      const changed = {
        Product: [{ ...(order[0] as GraphNode), name: 'moved', attributes: [], updatedAt: LATER }],
      };
      server.graph.put(changed);
      expect((await warehouse.run()).exitCode).toBe(0);
      expect(contentOf(await warehouse.tables())).toEqual(contentFor(withNodes(nodes, changed)));
      expect(await warehouse.runs()).toEqual(['lost', 'succeeded']);
    });
  });
});
