import { ConfigError } from 'connector-host';
import { isNode, type Node } from './edges.js';
import type { GraphqlClient, GraphqlRequest } from './graphql-client.js';
import { instantOf, inUtc } from './instant.js';
import type { NodeTable } from './tables.js';

/** Nodes that came in one answer. */
export interface NodePage {
  readonly nodes: readonly Node[];
  /** False: the API named errors besides, so nodes or what they lead to may be missing. */
  readonly isWhole: boolean;
}

/** A page as it lies at the API. */
export interface RawPage extends NodePage {
  /** As many as came, those included that are null. */
  readonly length: number;
  readonly firstId: unknown;
  readonly lastId: unknown;
}

/** Asks for pages of the nodes of one type, and holds them against what was asked for. */
export class NodePages {
  readonly table: NodeTable;
  /** Nodes asked for in one page. */
  readonly size: number;
  readonly #client: GraphqlClient;

  constructor(client: GraphqlClient, table: NodeTable, size: number) {
    this.#client = client;
    this.table = table;
    this.size = size;
  }

  /** How messages name what is read. */
  get what(): string {
    return `query${this.table.type} of the API`;
  }

  /** @throws HostError as the client does; ConfigError where the answer is no list */
  async ask(request: GraphqlRequest): Promise<RawPage> {
    const { value, isWhole } = await this.#client.ask(request);
    if (!Array.isArray(value)) throw this.failed('is no list', 'Check dgraph_url.');
    const all: readonly unknown[] = value;
    const nodes = all.filter(isNode);
    if (isWhole && nodes.length < all.length) {
      throw this.failed(
        'has a node without an id',
        'Check that the type has `id: ID!`, or an id of its own.',
      );
    }
    return {
      nodes: nodes.map(withTimesInUtc),
      isWhole,
      length: all.length,
      firstId: (all[0] as Node | null | undefined)?.id,
      lastId: (all.at(-1) as Node | null | undefined)?.id,
    };
  }

  /**
   * The nodes of a page that have a time in the cursor field; the others are read apart.
   * @throws ConfigError where they are not in its order, or before `from`
   */
  inOrder({ nodes }: NodePage, from: string | undefined): Node[] {
    const { cursorField } = this.table;
    const dated = nodes.filter((node) => (node[cursorField] ?? null) !== null);
    let last = instantOf(from);
    for (const node of dated) {
      const instant = this.instant(node);
      if (last !== undefined && instant < last) {
        throw this.failed(
          `does not keep to the order and the filter by ${cursorField}`,
          `Check that ${cursorField} has @search in the schema of the database.`,
        );
      }
      last = instant;
    }
    return dated;
  }

  /** @throws ConfigError for a node whose cursor field has no time */
  instant(node: Node): bigint {
    const { cursorField } = this.table;
    const instant = instantOf(node[cursorField]);
    if (instant !== undefined) return instant;
    throw this.failed(
      `has a ${cursorField} that is no RFC 3339 time`,
      `Declare ${cursorField} as DateTime in the schema of the database.`,
    );
  }

  failed(what: string, action: string): ConfigError {
    return new ConfigError(`${this.what} ${what}`, { code: 'PAGING_FAILED', action });
  }
}

function withTimesInUtc(node: Node): Node {
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => [name, name.endsWith('edAt') ? inUtc(value) : value]),
  );
}
