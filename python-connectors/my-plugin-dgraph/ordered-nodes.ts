import { TransientError } from 'connector-host';
import type { Node } from './edges.js';
import { instantOf } from './instant.js';
import type { NodePage, NodePages } from './node-pages.js';
import { orderedRequest } from './queries.js';

/** So often a page may double where the nodes of one instant move while they are read. */
const MOST_DOUBLINGS = 6;

/**
 * Yields the nodes that have a time in the cursor field, in its order, from `since` on (inclusive).
 *
 * Offsets alone would leave nodes out: one that is updated between two pages moves to the end, and all behind it move
 * up. So each page begins anew at the time of the last node, and nodes that came before are dropped by their id. Only
 * where one time fills a whole page an offset is needed. Such a page overlaps the one before by a node: where that is
 * another one, the nodes of this time have moved, and they are read again in a page twice as large.
 *
 * A short page does not end the read: the API may give fewer than it is asked for. It ends where nothing new follows.
 *
 * @throws ConfigError PAGING_FAILED where the API does not keep to the order; TransientError where nodes keep moving
 */
export async function* orderedNodes(pages: NodePages, since: string | undefined): AsyncGenerator<NodePage> {
  const { table } = pages;
  // One node of a page may be the overlap.
  const size = Math.max(pages.size, 2);
  let from = since;
  /** Ids of the nodes at `from` that were yielded. */
  let seen = new Set<unknown>();
  let offset = 0;
  /** Where there is an offset: the id of the node that lies there. */
  let overlap: unknown;
  let doublings = 0;
  let longest = 0;
  for (;;) {
    const page = await pages.ask(orderedRequest(table, { first: size * 2 ** doublings, offset }, from));
    if (offset > 0 && page.firstId !== overlap) {
      if (doublings === MOST_DOUBLINGS) throw moving(pages);
      doublings += 1;
      offset = 0;
      continue;
    }
    const nodes = pages.inOrder(page, from);
    const start = instantOf(from);
    const fresh = nodes.filter((node) => pages.instant(node) !== start || !seen.has(node.id));
    if (fresh.length > 0) yield { nodes: fresh, isWhole: page.isWhole };
    const last = nodes.at(-1);
    if (last === undefined) {
      if (page.isWhole) return;
      throw nothingButErrors(pages);
    }
    const end = pages.instant(last);
    if (end === start) {
      // Only what came before: nothing lies behind it, unless a page of this length is all that the API gives.
      const isShort = page.length === 1 || (offset === 0 && page.length < longest);
      if (fresh.length === 0 && isShort) return;
      for (const { id } of fresh) seen.add(id);
      offset += page.length - 1;
      overlap = page.lastId;
    } else {
      from = last[table.cursorField] as string;
      seen = idsAt(nodes, end, pages);
      offset = 0;
      doublings = 0;
    }
    longest = Math.max(longest, page.length);
  }
}

function idsAt(nodes: readonly Node[], instant: bigint, pages: NodePages): Set<unknown> {
  return new Set(nodes.filter((node) => pages.instant(node) === instant).map(({ id }) => id));
}

function moving({ what, table }: NodePages): TransientError {
  return new TransientError(`${what}: nodes with the same ${table.cursorField} move while they are read`, {
    code: 'SOURCE_UNAVAILABLE',
  });
}

function nothingButErrors({ what }: NodePages): TransientError {
  return new TransientError(`${what} brought a page with nothing but errors`, { code: 'SOURCE_UNAVAILABLE' });
}
