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
  const { value, from, seen } = state;
  const wrong = (what: string): never => fail('state', `the saved state of the cursor ${what}`);
  const saved: unknown = seen ?? [];
  const marks = Array.isArray(saved) ? saved.map((mark) => readMark(mark, isKeyed)) : [undefined];
  if (!marks.every((mark) => mark !== undefined)) return wrong('has "seen" rows that are none');
  const read = (name: string, given: unknown): CursorValue | undefined => {
    if (given === undefined || given === null) return undefined;
    const found = readValue(given);
    return found ?? wrong(`has a "${name}" that is no value`);
  };
  return { value: read('value', value), from: read('from', from), seen: marks };
}

/** Names without a value are null, so that a merge patch (RFC 7396) takes away what was there. */
export function writeState(
  value: CursorValue | undefined,
  from: CursorValue | undefined,
  seen: readonly string[],
): State {
  return { value: writeValue(value), from: writeValue(from), seen };
}

/** JSON has no integers beyond 2^53 that every reader keeps. */
function writeValue(value: CursorValue | undefined): unknown {
  return typeof value === 'bigint' ? { integer: String(value) } : (value ?? null);
}

function readValue(saved: unknown): CursorValue | undefined {
  if (typeof saved === 'string' || typeof saved === 'number' || typeof saved === 'bigint') return saved;
  const { integer } = saved as { readonly integer?: unknown };
  return typeof integer === 'string' && /^-?\d+$/.test(integer) ? BigInt(integer) : undefined;
}
