import type { NodePage, NodePages } from './node-pages.js';
import { undatedRequest } from './queries.js';

/**
 * Yields the nodes that have no time in the cursor field, all of them: nothing says which of them are new.
 *
 * @throws ConfigError PAGING_FAILED where the API ignores the offset
 */
export async function* undatedNodes(pages: NodePages): AsyncGenerator<NodePage> {
  let offset = 0;
  let before: unknown;
  for (;;) {
    const page = await pages.ask(undatedRequest(pages.table, { first: pages.size, offset }));
    if (page.length === 0) return;
    if (before !== undefined && page.firstId === before) {
      throw pages.failed(
        'brought the same page twice, so it seems to ignore the offset',
        'Check dgraph_url.',
      );
    }
    if (page.nodes.length > 0) yield page;
    before = page.firstId;
    offset += page.length;
  }
}
