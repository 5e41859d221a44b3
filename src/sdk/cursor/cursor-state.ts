import type { State } from '../operations.js';
import type { CursorValue } from './cursor-options.js';
import type { Fail } from './fail.js';
import { readMark, type RowMark } from './row-mark.js';

/** A cursor as it is saved: JSON, and small. */
export interface CursorState {
  /** The highest value read, as the API gave it; undefined: none yet. */
  readonly value: CursorValue | undefined;
  /** From where on the rows below the value are known, where that is not the value itself. */
  readonly from: CursorValue | undefined;
  readonly seen: readonly RowMark[];
}

/** @param fail called for what is no state of a cursor */
export function readState(state: State, isKeyed: boolean, fail: Fail): CursorState {
  const { value, from, seen = [] } = state;
  const wrong = (what: string): never => fail('state', `the saved state of the cursor ${what}`);
  const marks = Array.isArray(seen) ? seen.map((mark) => readMark(mark, isKeyed)) : [undefined];
  if (!marks.every((mark) => mark !== undefined)) return wrong('has "seen" rows that are none');
  const read = (name: string, saved: unknown): CursorValue | undefined => {
    if (saved === undefined || saved === null) return undefined;
    const found = readValue(saved);
    return found ?? wrong(`has a "${name}" that is no value`);
  };
  return { value: read('value', value), from: read('from', from), seen: marks };
}

/** JSON has no integers beyond 2^53 that every reader keeps. */
export function writeState({
  value,
  from,
  seen,
}: Omit<CursorState, 'seen'> & { readonly seen: readonly string[] }): State {
  return {
    ...(value === undefined ? {} : { value: writeValue(value) }),
    ...(from === undefined ? {} : { from: writeValue(from) }),
    ...(seen.length === 0 ? {} : { seen }),
  };
}

function writeValue(value: CursorValue): unknown {
  return typeof value === 'bigint' ? { integer: String(value) } : value;
}

function readValue(saved: unknown): CursorValue | undefined {
  if (typeof saved === 'string' || typeof saved === 'number' || typeof saved === 'bigint') return saved;
  const { integer } = saved as { readonly integer?: unknown };
  return typeof integer === 'string' && /^-?\d+$/.test(integer) ? BigInt(integer) : undefined;
}
