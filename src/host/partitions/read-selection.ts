import { ConfigError } from '../../sdk/errors.js';
import type { Partitioning } from '../../sdk/partitioning.js';
import type { PartitionLedger } from '../../targets/partitions/partition-ledger.js';
import { bindSelection } from './bind-selection.js';
import type { ChosenProduct } from './chosen-product.js';
import { parseSelection } from './parse-selection.js';
import type { PartitionScheme } from './partition-scheme.js';
import type { SelectionWord } from './selection.js';

/** What a text of --partition means for a scheme. */
export type ReadSelection =
  | { readonly kind: 'word'; readonly word: SelectionWord }
  | { readonly kind: 'products'; readonly products: readonly ChosenProduct[] };

/** What decides whether a selection can be had. */
export interface SelectionQuestion {
  readonly scheme: PartitionScheme;
  /** The text of --partition; null: all. */
  readonly selection: string | null;
  /** The instant that keywords stand for. */
  readonly now: Date;
  /** Undefined: nothing is known of earlier runs. */
  readonly ledger: PartitionLedger | undefined;
}

/**
 * Reads a selection, and makes sure that its source and its target can answer it. Asks neither.
 *
 * @throws ConfigError PARTITION_SPEC_INVALID, PARTITION_UNSELECTED, PARTITIONS_UNSUPPORTED
 */
export function readSelection({ scheme, selection, now, ledger }: SelectionQuestion): ReadSelection {
  if (selection === null) {
    if (!scheme.isListable)
      throw unlistable('there is no list of the partitions, so a run says which it reads');
    return { kind: 'word', word: 'all' };
  }
  const read = bind(selection, scheme.partitioning, now);
  const needs =
    read.kind === 'word' ? read.word : read.products.some(({ needsListing }) => needsListing) ? '*' : null;
  if (needs !== null && needs !== 'failed' && !scheme.isListable) {
    throw unlistable(`"${needs}" is chosen from the list of the partitions, and there is none`);
  }
  if ((needs === 'missing' || needs === 'failed') && !ledger) {
    throw unrecorded(`"${needs}" is not known: nothing here remembers what became of partitions`);
  }
  return read;
}

/**
 * Makes sure that a text of --partition reads and fits the dimensions, without asking anybody: so that a wrong one fails
 * before anything is opened.
 *
 * @param now the instant that keywords stand for
 * @throws ConfigError PARTITION_SPEC_INVALID that points at the character
 */
export function checkSelection(selection: string, partitioning: Partitioning, now = new Date()): void {
  bind(selection, partitioning, now);
}

/** The error of what only a record of earlier runs can tell. */
export function unrecorded(message: string): ConfigError {
  return new ConfigError(message, {
    code: 'PARTITIONS_UNSUPPORTED',
    action: 'Name the partitions, or choose a target that keeps state.',
  });
}

function bind(text: string, partitioning: Partitioning, now: Date): ReadSelection {
  const selection = parseSelection(text);
  if (selection.kind === 'word') return selection;
  return { kind: 'products', products: bindSelection(selection.products, { text, partitioning, now }) };
}

function unlistable(message: string): ConfigError {
  return new ConfigError(message, { code: 'PARTITION_UNSELECTED' });
}
