import type { GraphNode, GraphNodes } from '../../helpers/dgraph-graph.js';
import { INPUT_SCHEMA, NODE_TYPES } from '../../helpers/dgraph-schema.js';

const START = Date.parse('2026-01-01T00:00:00Z');

/** How large a catalogue is, and how its times lie. */
export interface CatalogueSize {
  readonly products: number;
  readonly reviews?: number;
  /** So many nodes of a type share each time. Default 1. */
  readonly sharing?: number;
}

/** A time, so many minutes after the catalogue began; some with fractions of a second, as Dgraph writes them. */
export function minute(number: number): string {
  const time = new Date(START + number * 60_000).toISOString().slice(0, 19);
  return `${time}${['', '.5', '.123456789'][number % 3] ?? ''}Z`;
}

/** A catalogue in which all kinds of edges are there, and nodes are not in the order of their times. */
export function catalogue({
  products,
  reviews = products,
  sharing = 1,
}: CatalogueSize): Required<GraphNodes> {
  const times = (index: number): { createdAt: string; updatedAt: string } => ({
    createdAt: minute(Math.floor(index / sharing)),
    updatedAt: minute(Math.floor(index / sharing) + 1),
  });
  const list = (count: number, node: (index: number) => GraphNode): GraphNode[] =>
    // The uids of every third come first.
    [0, 1, 2].flatMap((rest) =>
      Array.from({ length: count }, (_, index) => index)
        .filter((index) => index % 3 === rest)
        .map(node),
    );
  const few = Math.ceil(products / 5);
  return {
    Category: list(few, (i) => ({
      id: `c${i}`,
      name: `Category ${i}`,
      description: i % 2 === 0 ? null : 'Things',
      parent: i === 0 ? null : `c${Math.floor(i / 2)}`,
      ...times(i),
    })),
    Attribute: list(few, (i) => ({
      id: `a${i}`,
      name: 'size',
      value: String(i),
      unit: i % 2 === 0 ? 'cm' : null,
      ...times(i),
    })),
    Product: list(products, (i) => ({
      id: `p${i}`,
      sku: `SKU-${i}`,
      name: `Product "${i}"`,
      description: null,
      price: i + 0.25,
      inStock: i % 2 === 0,
      category: i % 7 === 0 ? null : `c${i % few}`,
      attributes: [...new Set([`a${i % few}`, `a${(i + 1) % few}`])],
      relatedProducts: i % 4 === 0 ? [] : [`p${(i + 1) % products}`],
      ...times(i),
    })),
    User: list(3, (i) => ({ id: `u${i}`, username: `user ${i}` })),
    Review: list(reviews, (i) => ({
      id: `r${i}`,
      rating: (i % 5) + 1,
      comment: i % 3 === 0 ? null : 'Fine',
      product: `p${i % products}`,
      author: i % 6 === 5 ? null : `u${i % 3}`,
      createdAt: minute(Math.floor(i / sharing)),
    })),
  };
}

/** What the tables must have, written apart from the connector: without the columns that say when a row was read. */
export function expectedContent(nodes: GraphNodes): Record<string, unknown> {
  const { Category = [], Attribute = [], Product = [], Review = [], User = [] } = nodes;
  const there = (list: readonly GraphNode[], id: unknown): unknown =>
    list.some((node) => node.id === id) ? id : null;
  const thereOf = (list: readonly GraphNode[], ids: unknown): unknown[] =>
    (ids as unknown[]).filter((id) => there(list, id) !== null);
  const edges = [
    ...Category.map((c) => edge(c, 'Category', 'HAS_PARENT', 'Category', there(Category, c.parent))),
    ...Product.flatMap((p) => [
      edge(p, 'Product', 'BELONGS_TO_CATEGORY', 'Category', there(Category, p.category)),
      ...thereOf(Attribute, p.attributes).map((id) => edge(p, 'Product', 'HAS_ATTRIBUTE', 'Attribute', id)),
      ...thereOf(Product, p.relatedProducts).map((id) => edge(p, 'Product', 'RELATED_TO', 'Product', id)),
    ]),
    ...Review.flatMap((r) => [
      edge(r, 'Review', 'REVIEWS_PRODUCT', 'Product', there(Product, r.product)),
      edge(r, 'Review', 'WRITTEN_BY_USER', 'User', there(User, r.author)),
    ]),
  ].filter(({ target_id: target }) => target !== null);
  return {
    category: byKey(
      'category_id',
      Category.map((c) => ({
        category_id: c.id,
        name: c.name,
        description: c.description,
        parent_category_id: there(Category, c.parent),
        created_at: c.createdAt,
        updated_at: c.updatedAt,
      })),
    ),
    attribute: byKey(
      'attribute_id',
      Attribute.map((a) => ({
        attribute_id: a.id,
        name: a.name,
        value: a.value,
        unit: a.unit,
        created_at: a.createdAt,
        updated_at: a.updatedAt,
      })),
    ),
    product: byKey(
      'product_id',
      Product.map((p) => ({
        product_id: p.id,
        sku: p.sku,
        name: p.name,
        description: p.description,
        price: p.price,
        in_stock: p.inStock,
        category_id: there(Category, p.category),
        attributes_count: thereOf(Attribute, p.attributes).length,
        related_products_count: thereOf(Product, p.relatedProducts).length,
        created_at: p.createdAt,
        updated_at: p.updatedAt,
      })),
    ),
    review: byKey(
      'review_id',
      Review.map((r) => ({
        review_id: r.id,
        rating: r.rating,
        comment: r.comment,
        product_id: there(Product, r.product),
        author_id: there(User, r.author),
        author_username: User.find(({ id }) => id === r.author)?.username ?? null,
        created_at: r.createdAt,
      })),
    ),
    relationship: byKey('edge_id', edges),
    schema_metadata: byKey(
      'type_name',
      NODE_TYPES.map((type) => ({ type_name: type, field_count: fieldsIn(type) })),
    ),
  };
}

function edge(
  source: GraphNode,
  sourceType: string,
  type: string,
  targetType: string,
  target: unknown,
): Record<string, unknown> {
  return {
    edge_id: `${source.id}_${type}_${String(target)}`,
    source_id: source.id,
    source_type: sourceType,
    target_id: target,
    target_type: targetType,
    relationship_type: type,
    created_at: source.createdAt,
  };
}

/** Each field of the test's schema has a line of its own. */
function fieldsIn(type: string): number {
  const body = INPUT_SCHEMA.split(`\ntype ${type} `)[1]?.split('\n}')[0] ?? '';
  return body.split('\n').length - 1;
}

function byKey<T extends Record<string, unknown>>(key: string, rows: readonly T[]): T[] {
  const text = (row: T): string => JSON.stringify([row[key]]);
  return [...rows].sort((a, b) => (text(a) < text(b) ? -1 : 1));
}
