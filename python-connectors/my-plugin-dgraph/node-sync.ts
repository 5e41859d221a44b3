import { op } from 'connector-host';
import type { Operation, State } from 'connector-host';
import { edgesOf, idOf, type Node } from './edges.js';
import type { NodePage, NodePages } from './node-pages.js';
import { orderedNodes } from './ordered-nodes.js';
import { RELATIONSHIP, type NodeTable } from './tables.js';
import { undatedNodes } from './undated-nodes.js';

/** What a run of the connector keeps for all tables. */
export interface SyncProgress {
  /** The time of the last node of each table, by the table's name: the state. */
  readonly cursors: Map<string, string>;
  /** Rows since the last checkpoint. */
  rows: number;
}

/** How a run emits. */
export interface SyncOptions {
  /** Rows after which a checkpoint is offered. */
  readonly checkpointInterval: number;
  /** The time of the run. */
  readonly syncedAt: string;
}

/**
 * Emits the nodes of one type and their edges, with a checkpoint after every so many rows and at the end.
 *
 * Nodes come in the order of the cursor field, so a checkpoint anywhere may hold the time of the last node: whoever goes
 * on from there reads all nodes of that time again, and nothing before it is missing.
 */
export async function* syncNodes(
  pages: NodePages,
  progress: SyncProgress,
  options: SyncOptions,
): AsyncGenerator<Operation, number> {
  const { table } = pages;
  let rows = 0;
  let mayAdvance = true;
  const { cursors } = progress;
  for await (const page of orderedNodes(pages, cursors.get(table.name))) {
    // Where something is missing, the next run reads from here again.
    mayAdvance &&= page.isWhole;
    const advance = (last: Node): void => {
      if (mayAdvance) cursors.set(table.name, last[table.cursorField] as string);
    };
    yield* emitPage(page, table, progress, options, advance);
    rows += page.nodes.length;
  }
  for await (const page of undatedNodes(pages)) {
    yield* emitPage(page, table, progress, options, () => undefined);
    rows += page.nodes.length;
  }
  yield checkpoint(progress);
  return rows;
}

/** @param advance called with the last node before each checkpoint may be offered */
function* emitPage(
  { nodes, isWhole }: NodePage,
  table: NodeTable,
  progress: SyncProgress,
  { checkpointInterval, syncedAt }: SyncOptions,
  advance: (last: Node) => void,
): Generator<Operation> {
  for (let done = 0; done < nodes.length;) {
    const part = nodes.slice(done, done + checkpointInterval - progress.rows);
    yield op.upsert(
      table.name,
      part.map((node) => table.toRow(node, syncedAt)),
    );
    yield* emitEdges(part, table, isWhole);
    done += part.length;
    progress.rows += part.length;
    advance(part.at(-1) as Node);
    if (progress.rows >= checkpointInterval) yield checkpoint(progress);
  }
}

/** Edges that a node no longer has go; not where the answer had errors, which may have left edges out. */
function* emitEdges(
  nodes: readonly Node[],
  { type, edges: kinds }: NodeTable,
  isWhole: boolean,
): Generator<Operation> {
  if (kinds.length === 0) return;
  if (isWhole) {
    for (const node of nodes) {
      yield op.deleteWhere(RELATIONSHIP, { source_id: idOf(node), source_type: type });
    }
  }
  const edges = nodes.flatMap((node) => edgesOf(node, type, kinds));
  if (edges.length > 0) yield op.upsert(RELATIONSHIP, edges);
}

function checkpoint(progress: SyncProgress): Operation {
  progress.rows = 0;
  const state: State = Object.fromEntries(progress.cursors);
  return op.checkpoint(state);
}
