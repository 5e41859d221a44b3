import { NODE_TYPES, type NodeType } from './dgraph-schema.js';

/** A node as the graph keeps it: fields that lead to others hold ids. */
export type GraphNode = { readonly id: string } & Readonly<Record<string, unknown>>;

/** Nodes by type. */
export type GraphNodes = Partial<Readonly<Record<NodeType, readonly GraphNode[]>>>;

/** A filter as Dgraph generates it. */
export interface NodeFilter {
  readonly id?: readonly string[] | null;
  readonly has?: readonly string[] | null;
  readonly and?: readonly NodeFilter[] | null;
  readonly or?: readonly NodeFilter[] | null;
  readonly not?: NodeFilter | null;
  readonly createdAt?: TimeFilter | null;
  readonly updatedAt?: TimeFilter | null;
}

interface TimeFilter {
  readonly eq?: string | null;
  readonly le?: string | null;
  readonly lt?: string | null;
  readonly ge?: string | null;
  readonly gt?: string | null;
}

/** An order as Dgraph generates it. */
export interface NodeOrder {
  readonly asc?: string | null;
  readonly desc?: string | null;
  readonly then?: NodeOrder | null;
}

/** What a query of one type is given. */
export interface NodeQuery {
  readonly filter?: NodeFilter | null;
  readonly order?: NodeOrder | null;
  readonly first?: number | null;
  readonly offset?: number | null;
}

/** Nodes in the order in which they were first put, as Dgraph's uids are. */
export class DgraphGraph {
  readonly #nodes = new Map(NODE_TYPES.map((type) => [type, new Map<string, GraphNode>()]));
  /** True: nodes with equal values come in another order in each answer, as they may where no index decides. */
  shufflesTies = false;
  /** Nodes of an answer at most, however many are asked for. */
  mostNodes = Infinity;
  #answers = 0;

  put(nodes: GraphNodes): void {
    for (const type of NODE_TYPES) for (const node of nodes[type] ?? []) this.#of(type).set(node.id, node);
  }

  remove(ids: Partial<Readonly<Record<NodeType, readonly string[]>>>): void {
    for (const type of NODE_TYPES) for (const id of ids[type] ?? []) this.#of(type).delete(id);
  }

  get(type: NodeType, id: unknown): GraphNode | undefined {
    return this.#of(type).get(String(id));
  }

  query(type: NodeType, query: NodeQuery): GraphNode[] {
    return this.select([...this.#of(type).values()], query);
  }

  /** What is left of some nodes, in its order. */
  select(nodes: readonly GraphNode[], { filter, order, first, offset }: NodeQuery): GraphNode[] {
    const found = nodes.filter((node) => !filter || matches(node, filter));
    if (order) {
      this.#answers += 1;
      if (this.shufflesTies) shuffle(found, this.#answers);
      found.sort((a, b) => compare(a, b, order));
    }
    const begin = offset ?? 0;
    return found.slice(begin, begin + Math.min(first ?? Infinity, this.mostNodes));
  }

  #of(type: NodeType): Map<string, GraphNode> {
    return this.#nodes.get(type) as Map<string, GraphNode>;
  }
}

/** Fisher and Yates, with the same result for the same seed. */
function shuffle(nodes: GraphNode[], seed: number): void {
  let random = seed;
  for (let i = nodes.length - 1; i > 0; i -= 1) {
    random = (random * 1_103_515_245 + 12_345) % 2_147_483_648;
    const j = Math.floor((random / 2_147_483_648) * (i + 1));
    [nodes[i], nodes[j]] = [nodes[j] as GraphNode, nodes[i] as GraphNode];
  }
}

function matches(node: GraphNode, filter: NodeFilter): boolean {
  const { id, has, and, or, not, createdAt, updatedAt } = filter;
  const own =
    (!id || id.includes(node.id)) &&
    (!has || has.every((name) => (node[name] ?? null) !== null)) &&
    (!createdAt || isIn(node.createdAt, createdAt)) &&
    (!updatedAt || isIn(node.updatedAt, updatedAt)) &&
    (!and || and.every((each) => matches(node, each))) &&
    (!not || !matches(node, not));
  return or && or.length > 0 ? own && or.some((each) => matches(node, each)) : own;
}

function isIn(value: unknown, { eq, le, lt, ge, gt }: TimeFilter): boolean {
  if (typeof value !== 'string') return false;
  return (
    (!eq || nanoseconds(value) === nanoseconds(eq)) &&
    (!le || nanoseconds(value) <= nanoseconds(le)) &&
    (!lt || nanoseconds(value) < nanoseconds(lt)) &&
    (!ge || nanoseconds(value) >= nanoseconds(ge)) &&
    (!gt || nanoseconds(value) > nanoseconds(gt))
  );
}

/** Nodes without a value come last, whatever the direction. */
function compare(a: GraphNode, b: GraphNode, { asc, desc, then }: NodeOrder): number {
  const name = asc ?? desc ?? '';
  const [left, right] = [sortable(a[name]), sortable(b[name])];
  if (left === right) return then ? compare(a, b, then) : 0;
  if (left === undefined) return 1;
  if (right === undefined) return -1;
  return left < right === (asc !== undefined && asc !== null) ? -1 : 1;
}

function sortable(value: unknown): bigint | string | number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value !== 'string') return undefined;
  return /^\d{4}-\d\d-\d\dT/.test(value) ? nanoseconds(value) : value;
}

/** Nanoseconds since 1970 of a time with or without a fraction of a second. */
function nanoseconds(time: string): bigint {
  const fraction = /\.(\d+)/.exec(time)?.[1] ?? '';
  return BigInt(Date.parse(time.replace(/\.\d+/, ''))) * 1_000_000n + BigInt(fraction.padEnd(9, '0'));
}
