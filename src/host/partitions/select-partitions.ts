import type { Connector } from '../../sdk/connector.js';
import { ConfigError } from '../../sdk/errors.js';
import { EventLoopTurns } from '../../sync/event-loop-turns.js';
import { IdSet } from '../../targets/partitions/id-set.js';
import type { PartitionBatch, PartitionLedger } from '../../targets/partitions/partition-ledger.js';
import type { ChosenProduct } from './chosen-product.js';
import { existingPages } from './existing-partitions.js';
import { Latest } from './latest.js';
import { listedPages } from './listing.js';
import { failedPages, withoutCompleted } from './recorded-partitions.js';
import { readSelection, unrecorded, type ReadSelection, type SelectionQuestion } from './read-selection.js';

export { checkSelection, readSelection, type SelectionQuestion } from './read-selection.js';

/** Ids in a page at most. */
const PAGE = 1000;

/** What a run chooses its partitions from. */
export interface SelectionParts extends SelectionQuestion {
  /** An instance for these questions; whoever made it closes it. */
  readonly connector: Connector;
  /** Undefined: `missing`, `failed` and a resumed batch cannot be told. */
  readonly ledger: PartitionLedger | undefined;
  /** A batch that goes on: what it has completed is left out. */
  readonly resumes: PartitionBatch | undefined;
  readonly signal: AbortSignal;
  readonly warn: (text: string) => void;
  /** Told once, at the end, how many of the ids that were named are not there. */
  readonly onNotThere?: (count: number) => void;
}

/**
 * The partitions that a selection means: pages of 1,000 ids at most, each id once, in the order of the text, or of the
 * listing where that is what is chosen from. Nothing is kept of ids but hashes, so that there may be millions of them.
 *
 * Only ids that are named are asked about by `partitionExists`, where the connector has it; those not there are left out.
 *
 * @throws ConfigError for a text that is wrong or cannot be answered; PARTITION_NOT_FOUND when none of the ids is there
 * @throws ConnectorError PARTITIONING_INVALID when the connector's answers are none
 */
export async function* selectPartitions(parts: SelectionParts): AsyncGenerator<readonly string[]> {
  const { ledger, resumes } = parts;
  const selection = readSelection(parts);
  if (resumes && !ledger) throw unrecorded('nothing here remembers which partitions a run has completed');
  // What these words choose is not completed anyway.
  const isPending =
    selection.kind === 'word' && (selection.word === 'missing' || selection.word === 'failed');
  const completed = resumes && !isPending ? await ledger?.completed(resumes.id) : undefined;
  let found = 0;
  let notThere = 0;
  let lost = 0;
  const onLost = (count: number): void => void (lost += count);
  for await (const { ids, isNamed } of chosenPages(selection, { ...parts, onLost })) {
    const left = completed ? await withoutCompleted(ids, completed, onLost) : ids;
    found += ids.length - left.length;
    let there = 0;
    for await (const page of isNamed ? existingPages(left, { ...parts, ...parts.scheme }) : [left]) {
      there += page.length;
      yield* cut(page);
    }
    found += there;
    notThere += left.length - there;
  }
  if (notThere > 0) parts.onNotThere?.(notThere);
  if (lost > 0) parts.warn(lostText(lost));
  if (found === 0) refuseNone(selection, notThere);
}

/** What a selection is answered with. */
interface ChoiceParts extends SelectionParts {
  /** Told how many partitions of a page had completed, and have lost their rows since. */
  readonly onLost: (count: number) => void;
}

interface ChosenPage {
  readonly ids: readonly string[];
  /** True: they come from the text, so that nobody knows yet whether they are there. */
  readonly isNamed: boolean;
}

async function* chosenPages(selection: ReadSelection, parts: ChoiceParts): AsyncGenerator<ChosenPage> {
  if (selection.kind === 'products') {
    yield* productPages(selection.products, parts);
    return;
  }
  for await (const ids of wordPages(selection.word, parts)) yield { ids, isNamed: false };
}

function wordPages(
  word: Extract<ReadSelection, { kind: 'word' }>['word'],
  parts: ChoiceParts,
): AsyncIterable<readonly string[]> {
  const { ledger, resumes } = parts;
  if (word === 'latest') return latestPage(parts);
  if (word === 'failed' && ledger) return failedPages(ledger, resumes);
  if (word === 'missing' && ledger) return missingPages(parts, ledger);
  return uniquePages(parts);
}

async function* latestPage(parts: SelectionParts): AsyncGenerator<readonly string[]> {
  const latest = new Latest(parts.scheme.partitioning);
  for await (const page of listedPages({ ...parts, ...parts.scheme }, PAGE)) {
    for (const id of page) latest.add(id);
  }
  yield latest.ids;
}

async function* missingPages(parts: ChoiceParts, ledger: PartitionLedger): AsyncGenerator<readonly string[]> {
  const completed = await ledger.completed();
  for await (const page of uniquePages(parts)) yield await withoutCompleted(page, completed, parts.onLost);
}

/** What is listed, each id once. */
async function* uniquePages(parts: SelectionParts): AsyncGenerator<readonly string[]> {
  const seen = new IdSet();
  let repeated = 0;
  for await (const page of listedPages({ ...parts, ...parts.scheme }, PAGE)) {
    const ids = page.filter((id) => seen.add(id));
    repeated += page.length - ids.length;
    yield ids;
  }
  if (repeated > 0) {
    parts.warn(
      `listPartitions gave ${repeated} ${repeated === 1 ? 'id' : 'ids'} again; each partition is taken once`,
    );
  }
}

/** Products with `*` are answered by one pass over the listing, in the place of the first of them. */
async function* productPages(
  products: readonly ChosenProduct[],
  parts: SelectionParts,
): AsyncGenerator<ChosenPage> {
  const listed = products.filter(({ needsListing }) => needsListing);
  // The combinations of one product do not repeat.
  const seen = products.length > 1 ? new IdSet() : undefined;
  const isNew = (id: string): boolean => seen?.add(id) ?? true;
  const turns = new EventLoopTurns();
  for (const product of products) {
    if (product === listed[0]) {
      for await (const page of uniquePages(parts)) {
        const ids = page.filter((id) => listed.some((one) => one.has(id)) && isNew(id));
        yield { ids, isNamed: false };
      }
    }
    for (const page of pagesOf(product.ids())) {
      parts.signal.throwIfAborted();
      yield { ids: page.filter(isNew), isNamed: true };
      if (turns.isDue(true)) await turns.take();
    }
  }
}

function* pagesOf(ids: Iterable<string>): Generator<readonly string[]> {
  let page: string[] = [];
  for (const id of ids) {
    page.push(id);
    if (page.length < PAGE) continue;
    yield page;
    page = [];
  }
  if (page.length > 0) yield page;
}

function* cut(page: readonly string[]): Generator<readonly string[]> {
  if (page.length > 0 && page.length <= PAGE) yield page;
  else for (let at = 0; at < page.length; at += PAGE) yield page.slice(at, at + PAGE);
}

function lostText(count: number): string {
  return count === 1
    ? 'one partition had completed, and its files are not there any more, so it counts as not completed'
    : `${count} partitions had completed, and their files are not there any more, so they count as not completed`;
}

/** Words that may well mean nothing today mean nothing; who names a partition wants it. */
function refuseNone(selection: ReadSelection, notThere: number): void {
  if (selection.kind === 'word' && selection.word !== 'latest') return;
  const what =
    notThere === 0
      ? 'no partition that is listed is among those that were chosen'
      : notThere === 1
        ? 'the partition that was chosen is not there'
        : `none of the ${notThere.toLocaleString('en-US')} partitions that were chosen is there`;
  throw new ConfigError(what, { code: 'PARTITION_NOT_FOUND' });
}
