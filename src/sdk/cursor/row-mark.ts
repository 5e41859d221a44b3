import { createHash } from 'node:crypto';
import type { Row } from '../schema.js';

/** Characters of base64 for 66 and 132 bits. */
const HALF = 11;
const WHOLE = 22;

/** A row in few characters: which one it is, and what is in it. */
export interface RowMark {
  readonly id: string;
  /** Empty where there is no key: then the whole row is its id. */
  readonly content: string;
}

/** @param key columns that tell rows apart; none: the whole row does */
export function markRow(row: Row, key: readonly string[]): RowMark {
  if (key.length === 0) return { id: hashOf(rowText(row), WHOLE), content: '' };
  const values = key.map((name) => row[name] ?? null);
  return { id: hashOf(valueText(values), HALF), content: hashOf(rowText(row), HALF) };
}

/** `id` and `content` of a mark that was written as one text; undefined: it is no such text. */
export function readMark(text: unknown, isKeyed: boolean): RowMark | undefined {
  if (typeof text !== 'string' || text.length !== WHOLE) return undefined;
  return isKeyed ? { id: text.slice(0, HALF), content: text.slice(HALF) } : { id: text, content: '' };
}

function hashOf(text: string, length: number): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, length);
}

/** A column that is null is as good as none: both are null in the table. */
function rowText(row: Row): string {
  const names = Object.keys(row).filter((name) => row[name] !== null && row[name] !== undefined);
  return objectText(row, names);
}

function objectText(value: Row, names: string[]): string {
  const fields = names.sort().map((name) => `${JSON.stringify(name)}:${valueText(value[name])}`);
  return `{${fields.join(',')}}`;
}

/** JSON with sorted keys. An integer is the same text whether it is a number or a bigint. */
function valueText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(valueText).join(',')}]`;
  if (ArrayBuffer.isView(value)) {
    return `b"${Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64')}"`;
  }
  const tag = Object.prototype.toString.call(value);
  if (tag === '[object Date]') return `d"${(value as Date).getTime()}"`;
  const object = value as Row;
  return objectText(
    object,
    Object.keys(object).filter((name) => object[name] !== undefined),
  );
}
