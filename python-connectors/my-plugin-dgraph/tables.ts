import type { Column, Row, TableSchema } from 'connector-host';
import { idAt, idOf, nodesAt, type EdgeKind, type Node } from './edges.js';

/** A table whose rows are the nodes of one type. */
export interface NodeTable {
  readonly name: string;
  /** The type in the database's schema. */
  readonly type: string;
  /** The time by which nodes are read in order, and only those that are new. */
  readonly cursorField: 'updatedAt' | 'createdAt';
  /** What is asked for of each node, besides `id`, `createdAt` and the cursor. */
  readonly selection: string;
  readonly edges: readonly EdgeKind[];
  /** @param syncedAt the time of this run */
  toRow(node: Node, syncedAt: string): Row;
}

export const RELATIONSHIP = 'relationship';
export const SCHEMA_METADATA = 'schema_metadata';

/** @param parentField the field of a category that leads to its parent */
export function nodeTables(parentField: string): readonly NodeTable[] {
  return [category(parentField), ATTRIBUTE, PRODUCT, REVIEW];
}

function category(parentField: string): NodeTable {
  return {
    name: 'category',
    type: 'Category',
    cursorField: 'updatedAt',
    selection: `name description ${parentField} { id }`,
    edges: [{ type: 'HAS_PARENT', field: parentField, targetType: 'Category' }],
    toRow: (node, syncedAt) => ({
      category_id: idOf(node),
      name: node.name,
      description: node.description,
      parent_category_id: idAt(node, parentField),
      created_at: node.createdAt,
      updated_at: node.updatedAt,
      synced_at: syncedAt,
    }),
  };
}

const ATTRIBUTE: NodeTable = {
  name: 'attribute',
  type: 'Attribute',
  cursorField: 'updatedAt',
  selection: 'name value unit',
  edges: [],
  toRow: (node, syncedAt) => ({
    attribute_id: idOf(node),
    name: node.name,
    value: node.value,
    unit: node.unit,
    created_at: node.createdAt,
    updated_at: node.updatedAt,
    synced_at: syncedAt,
  }),
};

const PRODUCT: NodeTable = {
  name: 'product',
  type: 'Product',
  cursorField: 'updatedAt',
  selection: 'sku name description price inStock category { id } attributes { id } relatedProducts { id }',
  edges: [
    { type: 'BELONGS_TO_CATEGORY', field: 'category', targetType: 'Category' },
    { type: 'HAS_ATTRIBUTE', field: 'attributes', targetType: 'Attribute' },
    { type: 'RELATED_TO', field: 'relatedProducts', targetType: 'Product' },
  ],
  toRow: (node, syncedAt) => ({
    product_id: idOf(node),
    sku: node.sku,
    name: node.name,
    description: node.description,
    price: node.price,
    in_stock: node.inStock,
    category_id: idAt(node, 'category'),
    attributes_count: nodesAt(node, 'attributes').length,
    related_products_count: nodesAt(node, 'relatedProducts').length,
    created_at: node.createdAt,
    updated_at: node.updatedAt,
    synced_at: syncedAt,
  }),
};

const REVIEW: NodeTable = {
  name: 'review',
  type: 'Review',
  cursorField: 'createdAt',
  selection: 'rating comment product { id } author { id username }',
  edges: [
    { type: 'REVIEWS_PRODUCT', field: 'product', targetType: 'Product' },
    { type: 'WRITTEN_BY_USER', field: 'author', targetType: 'User' },
  ],
  toRow: (node, syncedAt) => ({
    review_id: idOf(node),
    rating: node.rating,
    comment: node.comment,
    product_id: idAt(node, 'product'),
    author_id: idAt(node, 'author'),
    author_username: nodesAt(node, 'author')[0]?.username ?? null,
    created_at: node.createdAt,
    synced_at: syncedAt,
  }),
};

const text = (...names: readonly string[]): Column[] => names.map((name) => ({ name, type: 'string' }));
const times = (...names: readonly string[]): Column[] => names.map((name) => ({ name, type: 'timestamptz' }));

/** Every table of the sync, with its key and its columns. */
export const TABLE_SCHEMAS: readonly TableSchema[] = [
  {
    name: 'category',
    primaryKey: ['category_id'],
    columns: [
      ...text('category_id', 'name', 'description', 'parent_category_id'),
      ...times('created_at', 'updated_at', 'synced_at'),
    ],
  },
  {
    name: 'attribute',
    primaryKey: ['attribute_id'],
    columns: [
      ...text('attribute_id', 'name', 'value', 'unit'),
      ...times('created_at', 'updated_at', 'synced_at'),
    ],
  },
  {
    name: 'product',
    primaryKey: ['product_id'],
    columns: [
      ...text('product_id', 'sku', 'name', 'description'),
      { name: 'price', type: 'double' },
      { name: 'in_stock', type: 'boolean' },
      ...text('category_id'),
      { name: 'attributes_count', type: 'bigint' },
      { name: 'related_products_count', type: 'bigint' },
      ...times('created_at', 'updated_at', 'synced_at'),
    ],
  },
  {
    name: 'review',
    primaryKey: ['review_id'],
    columns: [
      ...text('review_id'),
      { name: 'rating', type: 'double' },
      ...text('comment', 'product_id', 'author_id', 'author_username'),
      ...times('created_at', 'synced_at'),
    ],
  },
  {
    name: RELATIONSHIP,
    primaryKey: ['edge_id'],
    columns: [
      ...text('edge_id', 'source_id', 'source_type', 'target_id', 'target_type', 'relationship_type'),
      ...times('created_at'),
    ],
  },
  {
    name: SCHEMA_METADATA,
    primaryKey: ['type_name'],
    columns: [...text('type_name'), { name: 'field_count', type: 'bigint' }, ...times('extracted_at')],
  },
];
