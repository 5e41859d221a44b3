import { TransientError } from 'connector-host';
import type { Node } from './edges.js';
import { instantOf } from './instant.js';
import type { NodePage, NodePages, RawPage } from './node-pages.js';
import { orderedRequest } from './queries.js';

/** So often a page may double where the nodes of one instant move while they are read. */
const MOST_DOUBLINGS = 6;

/**
 * Yields the nodes that have a time in the cursor field, in its order, from `since` on (inclusive).
 *
 * Offsets alone would leave nodes out: one that is updated between two pages moves to the end, and all behind it move
 * up. So each page begins anew at the time of the last node, and nodes that came before are dropped by their id. Only
 * where one time fills a whole page an offset is needed. Such a page overlaps the one before by a node. Where that is
 * another one, or a node comes twice, the nodes of this time have moved: they are read again, in pages twice as large.
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
  /** Where the next page begins among the nodes at `from`, and those before it as this pass found them. */
  let offset = 0;
  let pass: Pass = { ids: new Set(), isWhole: true };
  let doublings = 0;
  let longest = 0;
  for (;;) {
    const first = size * 2 ** doublings;
    const page = await pages.ask(orderedRequest(table, { first, offset }, from));
    const nodes = pages.inOrder(page, from);
    const start = instantOf(from);
    const here = idsAt(nodes, start, pages);
    const before = offset === 0 ? undefined : pass;
    pass = passOf(before, here, page);
    if (
      before &&
      (page.firstId !== before.lastId || (pass.isWhole && pass.ids.size < offset + here.length))
    ) {
      if (doublings === MOST_DOUBLINGS) throw moving(pages);
      doublings += 1;
      offset = 0;
      continue;
    }
    const fresh = nodes.filter((node) => pages.instant(node) !== start || !seen.has(node.id));
    if (fresh.length > 0) yield { nodes: fresh, isWhole: page.isWhole };
    const last = nodes.at(-1);
    if (last === undefined) {
      if (page.isWhole) return;
      throw nothingButErrors(pages);
    }
    const end = pages.instant(last);
    if (end === start) {
      // Nothing lies behind a page that brought only what came before, unless its length is the most that the API gives.
      const isShort = page.length === 1 || (offset === 0 && page.length < Math.min(longest, first));
      if (fresh.length === 0 && isShort) return;
      // Where an offset means nothing, because the order changes, only a page that has all of them can tell.
      if (doublings > 0 && offset === 0 && page.length < first) return;
      for (const { id } of fresh) seen.add(id);
      offset += page.length - 1;
    } else {
      from = last[table.cursorField] as string;
      seen = new Set(idsAt(nodes, end, pages));
      offset = 0;
      doublings = 0;
    }
    longest = Math.max(longest, page.length);
  }
}

/** The nodes of one time, as far as pages without a gap have shown them. */
interface Pass {
  readonly ids: ReadonlySet<unknown>;
  /** False: nodes may be missing because of errors. */
  readonly isWhole: boolean;
  /** Of the last node, with which the next page must begin. */
  readonly lastId?: unknown;
}

function passOf(before: Pass | undefined, here: readonly unknown[], { isWhole, lastId }: RawPage): Pass {
  const ids = new Set([...(before?.ids ?? []), ...here]);
  return { ids, isWhole: isWhole && (before?.isWhole ?? true), lastId };
}

function idsAt(nodes: readonly Node[], instant: bigint | undefined, pages: NodePages): unknown[] {
  return nodes.filter((node) => pages.instant(node) === instant).map(({ id }) => id);
}

function moving({ what, table }: NodePages): TransientError {
  return new TransientError(`${what}: nodes with the same ${table.cursorField} move while they are read`, {
    code: 'SOURCE_UNAVAILABLE',
  });
}

function nothingButErrors({ what }: NodePages): TransientError {
  return new TransientError(`${what} brought a page with nothing but errors`, { code: 'SOURCE_UNAVAILABLE' });
}
