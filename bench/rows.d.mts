import type { ColumnType, Row } from 'connector-host';

export function makeRow(i: number): Row;
export function makePage(offset: number, size: number): Row[];
export const COLUMN_TYPES: Readonly<Record<string, ColumnType>>;
