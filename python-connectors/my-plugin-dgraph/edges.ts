import type { Row } from 'connector-host';

/** A node of the graph, as a query brings it. */
export type Node = Row;

/** How nodes of one type lead to nodes of another. */
export interface EdgeKind {
  readonly type:
    | 'BELONGS_TO_CATEGORY'
    | 'RELATED_TO'
    | 'HAS_ATTRIBUTE'
    | 'REVIEWS_PRODUCT'
    | 'WRITTEN_BY_USER'
    | 'HAS_PARENT';
  /** The field of the source: a node or a list of nodes. */
  readonly field: string;
  readonly targetType: 'Category' | 'Product' | 'Attribute' | 'User';
}

/**
 * The rows of `relationship` that begin at a node. Dgraph keeps no time for an edge, so each has the time at which its
 * source was created: it is the same in every run.
 */
export function edgesOf(source: Node, sourceType: string, kinds: readonly EdgeKind[]): Row[] {
  const sourceId = idOf(source);
  return kinds.flatMap(({ type, field, targetType }) =>
    nodesAt(source, field)
      .map(idOf)
      .map((targetId) => ({
        edge_id: `${sourceId}_${type}_${targetId}`,
        source_id: sourceId,
        source_type: sourceType,
        target_id: targetId,
        target_type: targetType,
        relationship_type: type,
        created_at: source.createdAt,
      })),
  );
}

/** The id of a node: text, also where the schema has declared a number as `@id`. */
export function idOf({ id }: Node): string {
  return String(id);
}

/** The nodes that a field leads to, each once. Null, also in a list, is no node. */
export function nodesAt(source: Node, field: string): Node[] {
  const value = source[field];
  const list: readonly unknown[] = Array.isArray(value) ? value : [value];
  return [...new Map(list.filter(isNode).map((node) => [idOf(node), node])).values()];
}

/** The id of the one node that a field leads to; null where it leads to none. */
export function idAt(source: Node, field: string): string | null {
  const [target] = nodesAt(source, field);
  return target ? idOf(target) : null;
}

/** Whether something is a node, of which every query asks for the id. */
export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && ((value as Node).id ?? null) !== null;
}
