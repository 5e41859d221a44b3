import type { Row } from '../schema.js';
import type { KeyPlace } from './key-place.js';
import type { PendingBatch } from './pending-batch.js';
import type { WriterSettings } from './writer-options.js';

/** Says what a row must keep its order by; undefined: nothing. */
export type OrderKey = (row: Row) => string | undefined;

/**
 * Holds batches back while an earlier one has a row of the same key. A batch is asked for once, when it is cut; it may be
 * sent when no earlier batch that shares a key with it is left.
 */
export class KeyOrder {
  /** The place of the last batch that has a key. Not the batch: tables that a map has left would keep its rows. */
  readonly #last = new Map<string, KeyPlace>();

  /** @param keys none: the order of the batch is free */
  add(batch: PendingBatch, keys: readonly OrderKey[]): void {
    if (keys.length === 0) return;
    const place: KeyPlace = { keys: keysOf(batch, keys), waitsFor: 0, followers: [] };
    for (const key of place.keys) {
      const before = this.#last.get(key);
      // Whoever follows is added key by key, so it would be the last of them.
      if (before && before.followers.at(-1) !== place) {
        place.waitsFor += 1;
        before.followers.push(place);
      }
      this.#last.set(key, place);
    }
    batch.place = place;
  }

  isFree({ place }: PendingBatch): boolean {
    return !place || place.waitsFor === 0;
  }

  /** Called when every row of a batch was accepted or rejected. */
  remove(batch: PendingBatch): void {
    const { place } = batch;
    if (!place) return;
    batch.place = undefined;
    for (const key of place.keys) if (this.#last.get(key) === place) this.#last.delete(key);
    for (const follower of place.followers.splice(0)) follower.waitsFor -= 1;
    place.keys.clear();
  }
}

/** Whether two batches have rows that must keep their order. */
export function shareKey(a: PendingBatch, b: PendingBatch, keys: readonly OrderKey[]): boolean {
  const ofA = keysOf(a, keys);
  for (const key of keysOf(b, keys)) if (ofA.has(key)) return true;
  return false;
}

function keysOf({ rows }: PendingBatch, keys: readonly OrderKey[]): Set<string> {
  const found = new Set<string>();
  for (const row of rows) {
    for (const keyOf of keys) {
      const key = keyOf(row);
      if (key !== undefined) found.add(key);
    }
  }
  return found;
}

/** The order that a writer's option asks for; undefined: none. */
export function orderKeyOf(orderKey: WriterSettings['orderKey']): OrderKey | undefined {
  if (orderKey === undefined) return undefined;
  if (typeof orderKey !== 'function') return columnsKey('order', [orderKey].flat());
  return (row) => {
    const key = orderKey(row);
    return key === undefined ? undefined : `order:${key}`;
  };
}

/**
 * Rows keep their order where they are equal in all of the columns.
 * @param name tells the keys of one order from those of another
 */
export function columnsKey(name: string, columns: readonly string[]): OrderKey {
  const [only = ''] = columns;
  if (columns.length === 1) return (row) => `${name}:${text(row[only])}`;
  return (row) => `${name}:${JSON.stringify(columns.map((column) => text(row[column])))}`;
}

function text(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return JSON.stringify(value, (_name, inner: unknown) =>
    typeof inner === 'bigint' ? String(inner) : inner,
  );
}
